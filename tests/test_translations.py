"""Every text that a person can meet has its Indonesian words."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from lapor.launcher.translations import compile_translations
from tests.browser import missing

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("lapor", "reports", "monitoring", "complaints", "officers", "institutions", "templates")
INDONESIAN = Path("locale/id/LC_MESSAGES/django.po")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
Texts = dict[tuple[str, str], Message]


def texts(path: Path) -> Texts:
    """(context, msgid) -> message, the header left out."""
    with path.open("rb") as file:
        catalog: Catalog = read_po(file, locale="id")
    return {(str(message.context or ""), str(message.id[0] if message.pluralizable else message.id)): message for message in catalog if message.id}


def strings(message: Message) -> tuple[str, ...]:
    """The translations of a message: one, or one for each plural form."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string),)


@pytest.fixture(scope="module")
def translated() -> Texts:
    if not (ROOT / INDONESIAN).exists():
        missing("there is no Indonesian translation yet")
    return texts(ROOT / INDONESIAN)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """What the code and the templates say, extracted from a copy of them."""
    if not shutil.which("xgettext"):
        missing("no xgettext here: sudo apt-get install gettext")
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "migrations", "*.mo"))
    (copy / "locale").mkdir()
    admin = "from django.conf import settings; settings.configure(); from django.core.management import execute_from_command_line as run; run()"
    subprocess.run([sys.executable, "-c", admin, "makemessages", "-l", "id", "--no-location", "-v0"], cwd=copy, check=True, capture_output=True)
    return texts(copy / INDONESIAN)


def test_every_text_of_code_and_templates_is_translated(used: Texts, translated: Texts) -> None:
    done = {key for key, message in translated.items() if all(strings(message)) and not message.fuzzy}

    assert sorted(set(used) - done) == []


def test_nothing_is_fuzzy(translated: Texts) -> None:
    assert sorted(key for key, message in translated.items() if message.fuzzy) == []


def test_a_translation_has_the_placeholders_of_its_text(translated: Texts) -> None:
    wrong = [key for key, message in translated.items() if any(set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(key[1])) for text in strings(message))]

    assert sorted(wrong) == []


def test_no_text_is_translated_when_its_module_is_read() -> None:
    """What is translated once at the start speaks that language to everybody; such a text is lazy."""
    early = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in SOURCES
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in _calls_at_start(ast.parse(path.read_text("utf-8")))
    ]

    assert early == []


def _calls_at_start(tree: ast.Module) -> list[ast.Call]:
    """Calls of a translation that is not lazy, outside every function."""
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"]
    names = {name.asname or name.name for node in imported for name in node.names if name.name in {"gettext", "ngettext", "pgettext"}}
    found: list[ast.Call] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                found.append(node)
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                waiting.append(node)
    return found


def test_compiling_writes_what_is_missing_or_old_and_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / INDONESIAN.relative_to("locale")
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Send"\nmsgstr "Kirim"\n', encoding="utf-8")

    assert [compile_translations(tmp_path), compile_translations(tmp_path)] == [1, 0]
    assert b"Kirim" in source.with_suffix(".mo").read_bytes()
