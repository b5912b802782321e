"""Canned answers: who writes and approves them, what they may hold, and that no answer is only one; mentions in notes."""

import random
import time
from typing import Any

import pytest

from complaints import services
from complaints.models import CannedAnswer
from complaints.services.canned import likeness
from complaints.services.mentions import names_in
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.world import World

TEXT = {"institution": "kota-uji", "step": "respond", "language": "id", "title": "Pembuka", "body": "Terima kasih atas laporan {nomor} Anda."}
LIMITS = {"same_paragraph_percent": 85, "own_paragraph_min": 40}
OWN = "Kami menambal lubang di depan pasar pada hari Senin pagi dengan aspal panas."


def write(world: World, who: str = "admin", **given: Any) -> CannedAnswer:
    return services.write_canned({**TEXT, **given}, by=world.actor(who), at=world.at)


def test_a_text_is_offered_only_after_approval_and_a_new_version_replaces_it(world: World) -> None:
    case = world.to_state("awaiting_followup")
    first = write(world)
    assert services.offered(case, "respond", at=world.at) == []

    services.settle_canned(first.pk, is_approved=True, by=world.actor("admin"), at=world.at)
    second = services.write_canned({**TEXT, "body": "Baru."}, by=world.actor("admin"), at=world.at, replaces=first.pk)
    assert services.offered(case, "respond", at=world.at) == [first]
    services.settle_canned(second.pk, is_approved=True, by=world.actor("admin"), at=world.at)

    assert services.offered(case, "respond", at=world.at) == [second]
    assert (second.family, second.version) == (first.family, 2)
    assert services.offered(case, "answer", at=world.at) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"body": "Halo {nama}"}, "body"),
        ({"body": " "}, "body"),
        ({"body": "a\x00"}, "body"),
        ({"title": "a" * 81}, "title"),
        ({"step": "reply"}, "step"),
        ({"language": "xx"}, "language"),
        ({"institution": "entah"}, "institution"),
    ],
)
def test_what_a_text_may_not_hold_is_named(world: World, given: dict[str, str], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        write(world, **given)

    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(("who", "code"), [("liaison", "forbidden"), ("other_admin", "forbidden"), ("superior", "forbidden")])
def test_nobody_writes_for_an_institution_out_of_reach(world: World, who: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        write(world, who)

    assert refused.value.code == code


@pytest.mark.parametrize(("who", "code"), [("liaison", "forbidden"), ("other_admin", "not_found"), ("other_liaison", "not_found")])
def test_only_whoever_leads_the_institution_approves(world: World, who: str, code: str) -> None:
    row = write(world, "liaison", institution="kota-uji-dpu")

    with pytest.raises(Refusal) as refused:
        services.settle_canned(row.pk, is_approved=True, by=world.actor(who), at=world.at)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("answer", "is_bare"),
    [
        ("Terima kasih atas laporan Anda.", True),
        ("Terima kasih atas laporan anda!", True),
        ("Terima kasih atas laporan Anda.\n\nBaik.", True),
        (f"Terima kasih atas laporan Anda.\n\n{OWN}", False),
        (OWN, False),
        ("", False),
    ],
)
def test_own_words_are_what_no_paragraph_of_the_template_says(answer: str, is_bare: bool) -> None:
    assert likeness(answer, [("Pembuka", "Terima kasih atas laporan Anda.")], LIMITS).is_bare is is_bare


def paragraph(length: int, seed: int, words: int = 4000) -> str:
    rolled = random.Random(seed)
    said = ["".join(rolled.choices("aeiubkdlmnprst", k=rolled.randint(2, 9))) for _ in range(words)]
    return " ".join(rolled.choices(said, k=length // 6))[:length]


@pytest.mark.parametrize("length", [300, 600, 20_000])
def test_long_texts_beside_fifty_templates_take_no_seconds(length: int) -> None:
    """Letter by letter the longest took minutes, which a handful of answers would have stopped a server with."""
    several = 20_000 // length if length < 1000 else 1
    text = "\n\n".join(paragraph(length, seed) for seed in range(min(several, 10)))
    templates = [(str(number), "\n\n".join(paragraph(length, 100 * number + seed) for seed in range(min(several, 10)))) for number in range(1, 51)]
    began = time.process_time()

    found = likeness(text, templates, LIMITS)

    assert time.process_time() - began < 2
    assert (found.percent, found.is_bare) == (0, False)


def test_a_long_template_with_a_few_changed_words_is_still_the_template() -> None:
    template = paragraph(6000, 1)
    words = template.split()
    words[::20] = ["lain"] * len(words[::20])

    assert likeness(" ".join(words), [("Panjang", template)], LIMITS).is_bare


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Tolong @liaison2, dan @admin.", ["liaison2", "admin"]),
        ("surat@contoh.invalid", []),
        ("@@x", []),
        ("a @b.c@d", ["b.c"]),
    ],
)
def test_names_are_told_from_addresses(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_the_mentioned_hears_of_it_without_the_note(world: World) -> None:
    case = world.to_state("awaiting_followup")
    Notice.objects.all().delete()

    services.add_note(case.pk, text="Zzrahasia, mohon dicek @liaison2", by=world.actor("liaison"), at=world.at)

    notice = Notice.objects.get()
    assert (notice.event, notice.recipient) == ("desk_mentioned", world.user("liaison2"))
    assert "Zzrahasia" not in str(notice.context)


@pytest.mark.parametrize("name", ["other_liaison", "patron", "health_liaison", "supervisor", "entah"])
def test_a_note_names_nobody_who_may_not_read_it(world: World, name: str) -> None:
    case = world.to_state("awaiting_followup")

    with pytest.raises(Refusal) as refused:
        services.add_note(case.pk, text=f"Lihat @{name}", by=world.actor("liaison"), at=world.at)

    assert list(refused.value.fields) == ["text"]
