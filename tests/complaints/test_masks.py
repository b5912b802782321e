"""What the public reads holds no NIK, telephone number, e-mail or street address."""

from complaints.masks import found, masked


def test_personal_data_is_replaced_by_its_kind() -> None:
    text = "NIK 3173010101900001, HP 0812-3456-7890, surel budi@contoh.invalid, tinggal di Jl. Melati No. 12 RT 03 RW 05 dekat pasar."

    shown = masked(text)

    for secret in ("3173010101900001", "0812-3456-7890", "budi@contoh.invalid", "Melati No. 12"):
        assert secret not in shown
    assert "dekat pasar" in shown
    assert [match.kind for match in found(text)] == ["NIK", "PHONE", "EMAIL", "ADDRESS"]


def test_an_ordinary_text_stays_as_it_is() -> None:
    text = "Jalan rusak sejak 3 bulan, biaya Rp500.000 tidak dikembalikan oleh Pak Camat."

    assert masked(text) == text
    assert masked("") == ""
