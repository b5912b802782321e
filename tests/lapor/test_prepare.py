"""What is prepared before the web server starts, and what is left alone because it is there already."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.management.base import OutputWrapper

from lapor import prepare


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[str]:
    """The commands that were called, with static files of our own to gather."""
    calls: list[str] = []
    (tmp_path / "source").mkdir()
    (tmp_path / "target").mkdir()
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATIC_ROOT = tmp_path / "target"
    monkeypatch.setattr(prepare, "call_command", lambda name, **_options: calls.append(name))
    monkeypatch.setattr(prepare, "get_finders", lambda: [FileSystemFinder()])
    return calls


def gather() -> None:
    prepare.gather(OutputWrapper(io.StringIO()))


def test_static_files_are_gathered_once_and_again_after_a_change(gathered: list[str], tmp_path: Path) -> None:
    (tmp_path / "source" / "a.css").write_text("a", encoding="ascii")

    gather()
    gather()
    assert gathered == ["collectstatic"]

    (tmp_path / "source" / "a.css").write_text("ab", encoding="ascii")
    gather()
    assert gathered == ["collectstatic", "collectstatic"]


def test_a_gathering_that_was_cut_off_is_done_again(gathered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(_name: str, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(prepare, "call_command", cut_off)
        with pytest.raises(KeyboardInterrupt):
            gather()

    gather()
    assert gathered == ["collectstatic"]
