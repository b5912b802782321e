"""S13 on request: who holds a report asks for another institution's support; the nation grants it by a part, or says why not."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from complaints import services
from complaints.models import Complaint
from lapor.ground.problems import Refusal
from officers.actors import Actor
from officers.models import Notice
from officers.services import issue_token
from tests.desk import act, address
from tests.pages import page
from tests.parts import WISH, split
from tests.referrals import disputed
from tests.world import ANSWER, SORT, World


def ask(world: World, complaint: Complaint, who: str = "admin", **given: Any) -> Complaint:
    return world.step(complaint, "ask_support", who, **{**WISH, **given})


def refused(world: World, complaint: Complaint, action: str, who: str, **given: Any) -> Refusal:
    before = Complaint.objects.get(pk=complaint.pk)
    with pytest.raises(Refusal) as caught:
        world.step(complaint, action, who, **given)
    after = Complaint.objects.get(pk=complaint.pk)
    assert (after.seq, after.version, after.is_support_asked) == (before.seq, before.version, before.is_support_asked)
    return caught.value


def told(event: str) -> list[str]:
    return sorted(Notice.objects.filter(event=event).values_list("recipient__username", flat=True))


def test_the_desk_asks_and_the_nation_hears_it_and_nothing_else_changes(world: World) -> None:
    before = world.to_state("in_progress")

    complaint = ask(world, before)

    event = complaint.transitions.latest("seq")
    assert (complaint.is_support_asked, complaint.state, complaint.holder, complaint.part_count) == (True, before.state, before.holder, 0)
    assert (event.kind, event.as_role, event.data, event.entry.kind) == ("ask_support", "institution_admin", {"target": world.ministry.pk}, "note")
    assert (event.entry.text, event.entry.details["part_title"], event.entry.institution) == (WISH["text"], WISH["part_title"], world.unit)
    assert told("desk_support_asked") == ["national", "national2"]
    assert not Complaint.objects.seen_by(world.actor("other_admin")).exists()


def test_the_nation_grants_it_by_the_step_that_splits_and_the_asker_is_told(world: World) -> None:
    complaint = ask(world, world.to_state("in_progress"))

    part = split(world, complaint, "national", **WISH | {"text": ""})

    lead = Complaint.objects.get(pk=complaint.pk)
    assert (part.holder, part.title, part.body) == (world.ministry, WISH["part_title"], WISH["part_text"])
    assert (lead.is_support_asked, lead.transitions.get(kind="invite").reason) == (False, "asked")
    assert told("desk_support_granted") == ["admin"]
    assert ask(world, lead, target="kabupaten-timur").is_support_asked


def test_the_nation_declines_with_a_reason_that_the_asker_reads(world: World, client: Client) -> None:
    complaint = ask(world, world.to_state("in_progress"))

    done = world.step(complaint, "decline_support", "national", text="Jembatan itu milik kota.")

    assert not done.is_support_asked
    assert told("desk_support_declined") == ["admin"]
    assert "Jembatan itu milik kota." in page(world.login(client, "admin").get(address(complaint)))
    assert refused(world, complaint, "decline_support", "national", text="Lagi.").status == 422
    assert ask(world, complaint).is_support_asked


def test_neither_reporter_nor_public_hears_of_it(world: World, client: Client) -> None:
    receipt = world.submit()
    complaint = world.step(receipt.complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)
    ask(world, complaint)
    Notice.objects.filter(address_ref__startswith="complaint:").delete()
    world.step(complaint, "decline_support", "national", text="Alasan pusat.")

    own = client.get(f"/api/v1/complaints/{complaint.tracking_id}/", headers={"X-Case-Code": receipt.case_code}).content.decode()
    public = client.get(f"/laporan/{complaint.tracking_id}/").content.decode()
    for said in (own, public):
        assert [
            text for text in (WISH["text"], WISH["part_title"], "Alasan pusat.", "ask_support", "decline_support", "is_support_asked") if text in said
        ] == []
    assert not Notice.objects.filter(address_ref__startswith="complaint:").exists()


@pytest.mark.parametrize("who", ["national", "liaison", "other_admin", "unit_admin", "superior", "supervisor", "hub", "monitor", "ombudsman", "auditor", ""])
def test_only_the_desk_of_the_holder_asks(world: World, who: str) -> None:
    assert refused(world, world.to_state("in_progress"), "ask_support", who, **WISH).status == 403


@pytest.mark.parametrize("who", ["admin", "liaison", "other_admin", "hub", "ombudsman", "auditor", ""])
def test_only_the_nation_declines(world: World, who: str) -> None:
    assert refused(world, ask(world, world.to_state("in_progress")), "decline_support", who, text="Tidak perlu.").status == 403


@pytest.mark.parametrize("who", ["other_admin", "hub", "ombudsman", "liaison2", "auditor"])
def test_of_a_secret_report_it_says_no_more_than_always(world: World, who: str) -> None:
    complaint = world.to_state("in_progress", is_secret=True)
    knows = Complaint.objects.answering(world.actor(who)).get(pk=complaint.pk).knows

    assert refused(world, complaint, "ask_support", who, **WISH).status == (403 if knows else 404)


TEXTS: tuple[Any, ...] = ("", " ", "\x00", "\ud800", [], {"a": 1}, "x" * 100_000)
ODD: dict[str, tuple[Any, ...]] = {
    "target": ("", "tidak-ada", "nasional", "kota-uji", "kota-uji-dinkes", "kabupaten-sunyi", "\x00", 5, [], {"a": 1}),
    "text": TEXTS,
    "part_title": TEXTS,
    "part_text": TEXTS,
    "mandatory": ("true",),
}


@pytest.mark.parametrize(("given", "field"), [({name: value}, name) for name, values in ODD.items() for value in values])
def test_what_cannot_be_meant_is_said_beside_its_field(world: World, given: dict[str, Any], field: str) -> None:
    found = refused(world, world.to_state("in_progress"), "ask_support", "admin", **{**WISH, **given})

    assert (found.status, set(found.fields)) == (422, {field})


def test_the_body_that_the_report_is_about_is_not_asked(world: World) -> None:
    complaint = world.to_state("in_progress")
    services.edit(complaint.pk, changes={"reported_institution": world.ministry}, by=world.actor("national"), at=world.at)

    assert set(refused(world, complaint, "ask_support", "admin", **WISH).fields) == {"target"}


def test_it_is_asked_once_at_a_time_for_a_report_that_can_be_split(world: World) -> None:
    asked, lead = ask(world, world.to_state("in_progress")), world.to_state("in_progress")

    assert refused(world, asked, "ask_support", "admin", **WISH).status == 422
    assert refused(world, split(world, lead), "ask_support", "admin", **WISH).status == 422
    assert refused(world, world.to_state("awaiting_reporter"), "ask_support", "admin", **WISH).status == 409
    Complaint.objects.filter(pk=lead.pk).update(part_count=services.Reference(world.at).limits["invite_max"])
    assert refused(world, lead, "ask_support", "admin", **WISH).status == 422


def test_a_part_that_the_desk_splits_off_itself_is_no_answer(world: World) -> None:
    complaint = ask(world, world.to_state("in_progress"))

    split(world, complaint)

    assert Complaint.objects.get(pk=complaint.pk).is_support_asked
    assert told("desk_support_granted") == []


def test_the_wish_ends_with_the_report_or_where_it_leaves_the_institution_and_not_before(world: World) -> None:
    moved, closed = ask(world, world.to_state("in_progress")), ask(world, world.to_state("in_progress"))
    returned = ask(world, world.step(world.submit().complaint, "dispose_to_institution", "national", target="kota-uji", **SORT))

    assert world.step(moved, "redispose", "admin", target="kota-uji-dinkes", text="Mohon ditangani.").is_support_asked
    world.step(closed, "answer", "liaison", **ANSWER)
    assert not world.step(closed, "confirm", rating=4).is_support_asked
    assert not world.step(returned, "return_upward", "admin", text="Bukan kami.").is_support_asked
    with pytest.raises(IntegrityError, match="complaint_support_asked_while_open"), transaction.atomic():
        Complaint.objects.filter(pk=closed.pk).update(is_support_asked=True)


# A hub, for its members


def test_a_hub_proposes_a_member_in_a_dispute_that_it_may_read(world: World, adviser: Actor) -> None:
    complaint = disputed(world)
    wish = {**WISH, "target": "kota-uji"}

    with pytest.raises(Refusal) as other:
        services.advance(complaint.pk, "ask_support", by=adviser, at=world.at, given=WISH)
    done = services.advance(complaint.pk, "ask_support", by=adviser, at=world.at, given=wish)

    assert set(other.value.fields) == {"target"}
    event = done.transitions.latest("seq")
    assert (event.as_role, event.entry.institution, done.is_support_asked) == ("hub_coordinator", world.place("kabupaten-timur"), True)
    assert "national" in told("desk_support_asked")
    part = split(world, complaint, "national", **wish, **SORT)
    assert (part.holder, told("desk_support_granted")) == (world.city, ["simpul"])


@pytest.mark.usefixtures("clock")
def test_a_hub_finds_its_members_on_the_page_and_no_other_body(world: World, client: Client, adviser: Actor) -> None:
    complaint = disputed(world)
    world.login(client, adviser.username)

    form = page(client.get(address(complaint, "langkah/ask_support/")))

    assert 'value="kota-uji"' in form
    assert 'value="kementerian-uji"' not in form
    assert act(client, complaint, "ask_support", **WISH | {"target": "kota-uji"}).status_code == 302


@pytest.mark.parametrize("kind", ["no dispute", "secret", "decided"])
def test_where_a_hub_reads_nothing_it_proposes_nothing(world: World, adviser: Actor, kind: str) -> None:
    complaint = world.to_state("in_progress") if kind == "no dispute" else disputed(world)
    if kind == "secret":
        world.step(complaint, "change_visibility", secret="yes")
    if kind == "decided":
        world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)

    with pytest.raises(Refusal) as caught:
        services.advance(complaint.pk, "ask_support", by=adviser, at=world.at, given={**WISH, "target": "kota-uji"})

    assert caught.value.status in {403, 404}


# The faces


@pytest.mark.usefixtures("clock")
def test_the_desk_asks_on_its_page_and_the_nation_finds_it_in_its_list_with_the_form_filled(world: World, client: Client) -> None:
    complaint = world.to_state("in_progress")
    world.login(client, "admin")
    assert address(complaint, "langkah/ask_support/") in page(client.get(address(complaint)))
    assert 'name="target"' in page(client.get(address(complaint, "langkah/ask_support/")))
    assert act(client, complaint, "ask_support", **WISH | {"text": " "}).status_code == 422
    assert act(client, complaint, "ask_support", **WISH).status_code == 302
    assert "tab=dukungan" not in page(client.get("/meja/"))

    world.login(client, "national")
    listed, form = page(client.get("/meja/?tab=dukungan")), page(client.get(address(complaint, "langkah/invite/")))
    assert complaint.tracking_id in listed
    for text in (WISH["text"], WISH["part_title"], WISH["part_text"], "langkah/decline_support/", 'value="Kementerian Uji"'):
        assert text in form
    assert act(client, complaint, "invite", **WISH, **SORT, mandatory="true").status_code == 302
    assert complaint.tracking_id not in page(client.get("/meja/?tab=dukungan"))


@pytest.mark.usefixtures("clock")
def test_the_desk_that_splits_off_its_own_part_finds_its_form_empty(world: World, client: Client) -> None:
    complaint = ask(world, world.to_state("in_progress"))

    form = page(world.login(client, "admin").get(address(complaint, "langkah/invite/")))

    assert WISH["part_title"] not in form
    assert "langkah/decline_support/" not in form


@pytest.mark.usefixtures("clock")
def test_over_the_api_it_is_a_step_like_others(world: World, client: Client) -> None:
    complaint = world.to_state("in_progress")
    head = {"Authorization": f"Token {issue_token('admin', at=world.at)}"}
    steps = f"/api/v1/complaints/{complaint.tracking_id}/steps/"
    offered = {row["action"]: row for row in client.get(steps, headers=head).json()["steps"]}

    answer = client.post(steps, {"action": "ask_support", "version": complaint.version, **WISH}, content_type="application/json", headers=head)

    assert offered["ask_support"]["required"] == ["target", "part_title", "part_text", "text"]
    assert answer.status_code == 200, answer.content
    assert client.get(f"/api/v1/complaints/{complaint.tracking_id}/", headers=head).json()["is_support_asked"] is True


def test_a_wish_that_was_erased_fills_no_form(world: World) -> None:
    complaint = ask(world, world.to_state("in_progress"))
    complaint.entries.filter(transition__kind="ask_support").update(is_erased=True)

    assert services.support_asked(Complaint.objects.get(pk=complaint.pk)) is None
