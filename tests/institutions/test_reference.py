import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.utils import translation

from institutions import services
from institutions.models import Change, Institution, IssueRule, Limit, PriorityIssue, Region, SlaPolicy, Topic
from officers.models import User

from .conftest import AT

PROVINCES = ["31", "33", "73"]


def test_a_second_load_writes_nothing(system: User) -> None:
    before = Change.objects.count()

    written = services.load_reference(by=system, at=AT, provinces=PROVINCES)

    assert not any(written.values())
    assert Change.objects.count() == before


def test_what_is_missing_is_added_and_what_officers_changed_is_kept(system: User) -> None:
    Limit.objects.filter(key="small_cell").delete()
    SlaPolicy.objects.filter(key="pdp_breach_notice").delete()
    topic = Topic.objects.get(pk="health")
    topic.name_en = "Health and hospitals"
    services.store(topic, by=system, at=AT, why="test")

    written = services.load_reference(by=system, at=AT, provinces=PROVINCES)

    assert sorted(written.values())[-2:] == [1, 1]
    assert Limit.objects.table(AT.date())["small_cell"] == 10
    assert Topic.objects.get(pk="health").name_en == "Health and hospitals"
    assert Change.objects.filter(target_kind="institutions.limit", what="loaded", after={"rows": 1}).exists()


def test_regions_are_brought_up_to_the_register(system: User) -> None:
    Region.objects.filter(pk="31.71").update(name="Jakarta Tengah")

    written = services.load_reference(by=system, at=AT, provinces=PROVINCES)

    assert sum(written.values()) == 1
    assert Region.objects.get(pk="31.71").name == "Kota Administrasi Jakarta Pusat"


def test_every_region_of_the_country_is_loaded(system: User) -> None:
    seen: list[tuple[str, int, int]] = []

    services.load_reference(by=system, at=AT, progress=lambda *step: seen.append(step))

    levels = dict(Region.objects.order_by().values_list("level").annotate(Count("pk")))
    assert levels == {"province": 38, "regency": 514, "district": 7285, "village": 83762}
    assert Region.objects.exclude(level="province").filter(parent=None).count() == 0
    assert max(done for _what, done, _total in seen) == 91599


@pytest.mark.django_db
def test_the_topics_are_those_of_the_file() -> None:
    assert Topic.objects.count() == 148
    assert Topic.objects.filter(parent=None).count() == 29
    assert dict(Topic.objects.exclude(flag="").order_by().values_list("flag").annotate(Count("pk"))) == {"oversight": 5, "priority": 3, "sensitive": 12}


@pytest.mark.django_db
def test_the_seed_of_issues_comes_with_its_rules_and_leaves_alone_what_is_there(system: User) -> None:
    assert set(PriorityIssue.objects.values_list("code", "kind")) >= {("free-meals", "issue"), ("road-damage", "issue"), ("irrigation-renewal", "project")}
    assert set(IssueRule.objects.values_list("issue", flat=True)) == set(PriorityIssue.objects.values_list("code", flat=True))
    IssueRule.objects.all().delete()
    PriorityIssue.objects.filter(code="free-meals").delete()
    PriorityIssue.objects.filter(code="road-damage").update(name_en="Roads")

    written = services.load_reference(by=system, at=AT, provinces=PROVINCES)

    assert (written["priorityissue"], written["issuerule"]) == (1, IssueRule.objects.filter(issue="free-meals").count())
    assert IssueRule.objects.exclude(issue="free-meals").count() == 0
    assert PriorityIssue.objects.get(code="road-damage").name_en == "Roads"


@pytest.mark.django_db
def test_the_root_is_a_desk_and_stands_alone_at_the_top() -> None:
    root = services.root()

    assert (root.slug, root.is_national, root.parent, root.path) == ("nasional", True, None, f"{root.pk}.")


def test_real_bodies_come_only_when_asked_for(system: User) -> None:
    assert not Institution.objects.filter(slug="kementerian-kesehatan").exists()

    assert services.load_institutions(by=system, at=AT) == 98
    assert services.load_institutions(by=system, at=AT) == 0
    assert Institution.objects.get(slug="ombudsman-republik-indonesia").kind == "ombudsman"


@pytest.mark.django_db
def test_the_command_answers_in_json_or_in_lines() -> None:
    answers: list[Any] = []
    for flags in (["--json"], [], ["--json", "--regions-only"]):
        out = StringIO()
        call_command("load_reference", "--provinces", *PROVINCES, *flags, stdout=out)
        answers.append(out.getvalue())

    assert set(json.loads(answers[0]).values()) == {0}
    assert len(answers[1].splitlines()) == len(json.loads(answers[0]))
    assert len(json.loads(answers[2])) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["id", "en"])
def test_machines_get_the_same_names_in_every_language(language: str) -> None:
    out = StringIO()

    with translation.override(language):
        call_command("load_reference", "--provinces", *PROVINCES, "--json", stdout=out)

    assert set(json.loads(out.getvalue())) == {
        "region",
        "topic",
        "legalbasis",
        "slapolicy",
        "limit",
        "calendaryear",
        "calendarday",
        "priorityissue",
        "issuerule",
        "cadence",
    }


@pytest.mark.django_db
def test_the_command_refuses_what_is_no_province() -> None:
    with pytest.raises(CommandError, match="two-digit"):
        call_command("load_reference", "--provinces", "Jakarta")
