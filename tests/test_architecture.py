"""Promises about the code itself."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey

from institutions.models import Limit, SlaPolicy
from lapor.celery import app
from tests.world import World

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("lapor", "reports", "monitoring", "complaints", "officers", "institutions")


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def test_no_module_is_longer_than_400_lines() -> None:
    assert [str(path.relative_to(ROOT)) for path in modules() if len(path.read_text().splitlines()) > 400] == []


def test_no_function_is_longer_than_50_lines() -> None:
    long = []
    for path in modules():
        functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
        long += [f"{path.relative_to(ROOT)}:{node.name}" for node in functions if (node.end_lineno or 0) - node.lineno >= 50]
    assert long == []


def test_every_module_says_what_it_holds() -> None:
    assert [str(path.relative_to(ROOT)) for path in modules() if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_only_the_services_change_state_holder_or_track() -> None:
    pattern = re.compile(r"\.(state|holder|track)(_id)? = ")
    guilty = [str(p.relative_to(ROOT)) for p in (ROOT / "complaints").rglob("*.py") if pattern.search(p.read_text()) and "services" not in p.parts]

    assert guilty == []


def test_nothing_overrides_save_and_no_signal_is_ours() -> None:
    text = {path: path.read_text() for path in modules()}

    assert [str(path) for path, code in text.items() if re.search(r"def save\(|@receiver|Signal\(\)", code)] == []


def test_a_key_that_crosses_packages_has_no_way_back() -> None:
    ours = [model for package in PACKAGES if package != "lapor" for model in apps.get_app_config(package).get_models()]
    crossing = [
        f"{model._meta.label}.{field.name}"
        for model in ours
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
        and field.related_model._meta.app_label != model._meta.app_label
        and not field.remote_field.hidden
        and model.__name__ != "InstitutionPower"  # guardian's own row
        and field.related_model._meta.app_label in PACKAGES
    ]

    assert crossing == []


def test_faces_write_nothing() -> None:
    pattern = re.compile(r"\.(save|create|bulk_create|bulk_update|update|delete|get_or_create|update_or_create)\(")
    faces = [p for p in modules() if p.name in {"api.py", "tasks.py", "filters.py", "serializers.py"} or "views" in p.parts]

    guilty = [f"{p.relative_to(ROOT)}: {line.strip()}" for p in faces for line in p.read_text().splitlines() if pattern.search(line)]
    assert guilty == []


def test_every_beat_entry_is_a_task() -> None:
    for package in ("complaints", "monitoring", "officers", "reports"):
        import_module(f"{package}.tasks")

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_every_template_is_used() -> None:
    code = "".join(path.read_text() for path in modules()) + "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    by_django = {"400.html", "403.html", "404.html", "500.html"}
    by_library = ("allauth/", "mfa/", "account/login.html", "account/password_reset", "429.html")  # the log-in library looks for them under these names
    names = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")}

    assert sorted(name for name in names - by_django if name not in code and not name.startswith(by_library)) == []


def test_every_form_that_is_sent_says_where() -> None:
    """A form without an address keeps the `#isi` of the skip link in it, and then the focus does not go to what is wrong."""
    form = re.compile(r"<form\b(?=[^>]*method=\"post\")(?![^>]*action=)", re.IGNORECASE)

    assert [str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html") if form.search(path.read_text())] == []


def numbers_of_the_regulation(path: Path) -> Iterator[str]:
    """Whole numbers from 3 up that stand next to a word of time or of a limit."""
    word = re.compile(r"days|weeks|minutes|hours|deadline|period|limit|window|cadence|max_|_max", re.IGNORECASE)
    for number, line in enumerate(path.read_text().splitlines(), 1):
        bare = re.sub(r"#.*|\"[^\"]*\"|'[^']*'", "", line)
        if word.search(bare) and re.search(r"(?<![\w.\[])(?:[3-9]|[1-9]\d+)(?![\w.\]])", bare):
            yield f"{path.name}:{number}: {line.strip()}"


# What is arithmetic or technical and no number of the regulation.
ALLOWED = (
    "percent / 100",
    "more * 2 + 60",  # how far the calendar is read ahead
    "timedelta(hours=12)",  # noon of a date
    "len(key) > 200",
    '_minutes"] * 60',
    "2 ** min(",  # doubling, not for ever
    "limit: int = 1000",  # a batch
    "SPAN = timedelta(days=60)",  # how far back a working day is looked for
    "LAG = timedelta(minutes=10)",  # how long a transaction may be open
    "max_line_length=998",  # what a line of a mail may hold
)


def test_no_period_or_threshold_of_the_regulation_is_a_literal() -> None:
    watched = [ROOT / "complaints" / name for name in ("clock.py", "workflow.py", "policy.py", "notices.py")] + sorted(
        (ROOT / "complaints" / "services").glob("*.py")
    )
    found = [line for path in [*watched, *sorted((ROOT / "officers" / "services").glob("*.py"))] for line in numbers_of_the_regulation(path)]

    assert [line for line in found if not any(allowed in line for allowed in ALLOWED)] == []


def test_every_limit_that_the_code_reads_is_a_row_with_its_legal_basis(world: World) -> None:
    code = "".join(path.read_text() for path in modules())
    read = set(re.findall(r"limits\[\"(\w+)\"\]", code))
    rows = Limit.objects.in_force(world.at.date()).select_related("legal_basis")

    assert read
    assert read <= {row.key for row in rows}
    assert all(row.legal_basis.title for row in rows)
    assert all(policy.legal_basis.title for policy in SlaPolicy.objects.in_force(world.at.date()).select_related("legal_basis"))


def test_a_complaint_has_no_key_to_a_person_who_reports() -> None:
    complaint = apps.get_model("complaints", "Complaint")
    people = {f.name for f in complaint._meta.get_fields() if isinstance(f, ForeignKey) and f.related_model is apps.get_model("officers", "User")}

    assert people == {"assignee", "contested_user", "entered_by", "reported_user"}


def test_what_a_document_points_to_is_there() -> None:
    """Pictures and other files that README, CHANGELOG and docs link to."""
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text("utf-8"))
        if "://" not in link and not link.startswith("mailto:")
    ]

    assert [f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()] == []
