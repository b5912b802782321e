"""One mail is one file, however often it is sent."""

from email import message_from_bytes
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, InvalidMailer, mailers

from lapor.ground.mail import FolderBackend


def mail(message_id: str, body: str = "Isi") -> EmailMessage:
    return EmailMessage(subject="Laporan Anda", body=body, to=["warga@example.id"], headers={"Message-ID": message_id})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def test_a_mail_is_a_file_named_after_its_message_id(folder: Path) -> None:
    assert FolderBackend(alias="default", folder=str(folder)).send_messages([mail("<1f@lapor.invalid>")]) == 1

    assert [file.name for file in folder.iterdir()] == ["1f@lapor.invalid.eml"]
    assert message_from_bytes((folder / "1f@lapor.invalid.eml").read_bytes())["Subject"] == "Laporan Anda"


def test_the_same_mail_sent_twice_is_one_file(folder: Path) -> None:
    backend = FolderBackend(alias="default", folder=str(folder))
    backend.send_messages([mail("<1f@lapor.invalid>"), mail("<1f@lapor.invalid>", "Isi lagi"), mail("<2f@lapor.invalid>")])

    assert sorted(file.name for file in folder.iterdir()) == ["1f@lapor.invalid.eml", "2f@lapor.invalid.eml"]


def test_a_message_id_cannot_leave_the_folder(folder: Path) -> None:
    FolderBackend(alias="default", folder=str(folder)).send_messages([mail("<../../etc/passwd@x>")])

    assert [file.parent for file in folder.rglob("*.eml")] == [folder]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("", encoding="ascii")

    with pytest.raises(OSError, match="mail"):
        FolderBackend(alias="default", folder=str(tmp_path / "mail")).send_messages([mail("<1f@lapor.invalid>")])


def test_the_settings_may_name_it_and_nothing_unknown(folder: Path, settings: pytest.FixtureRequest) -> None:
    settings.MAILERS = {"default": {"BACKEND": "lapor.ground.mail.FolderBackend", "OPTIONS": {"folder": str(folder), "fodler": ""}}}  # type: ignore[attr-defined]

    with pytest.raises(InvalidMailer):
        mailers["default"]
