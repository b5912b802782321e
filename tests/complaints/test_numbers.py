"""Numbers and codes survive being typed by people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import numbers

texts = st.text(numbers.ALPHABET, min_size=8, max_size=16)


@given(texts, st.data())
def test_a_single_wrong_character_is_always_found(text: str, data: st.DataObject) -> None:
    whole = text + numbers.check_character(text)
    place = data.draw(st.integers(0, len(text)))
    wrong = data.draw(st.sampled_from([c for c in numbers.ALPHABET if c != whole[place]]))
    typed = whole[:place] + wrong + whole[place + 1 :]

    assert numbers.check_character(typed[:-1]) != typed[-1]


def test_new_numbers_are_read_back_however_they_are_typed() -> None:
    for _n in range(200):
        number, code = numbers.new_tracking_id(), numbers.new_case_code()
        plain = number.removeprefix("LPR-").replace("-", "")

        assert numbers.read_tracking_id(number) == number
        assert numbers.read_tracking_id(plain.lower()) == number
        assert numbers.read_tracking_id(f" lpr {plain[:4]} {plain[4:]} ") == number
        assert numbers.read_tracking_id(number.replace("0", "O").replace("1", "l")) == number
        assert numbers.read_case_code(code.lower().replace("-", " ")) == code.replace("-", "")


@pytest.mark.parametrize("typed", ["", "LPR", "LPR-7K3M", "LPR-7K3M-92QX-U", "☃", "\x00", "LPR-7K3M-92QX-4-9", "'; DROP TABLE"])
def test_what_cannot_be_a_number_is_none(typed: str) -> None:
    assert numbers.read_tracking_id(typed) is None


def test_only_the_right_code_matches_and_the_pepper_counts() -> None:
    code, salt = numbers.new_case_code(), b"0123456789abcdef"
    stored = numbers.hash_code(code, salt=salt, pepper="pepper")

    assert numbers.code_matches(code.lower(), salt=salt, expected=stored, pepper="pepper")
    assert not numbers.code_matches(code, salt=salt, expected=stored, pepper="other")
    assert not numbers.code_matches(numbers.new_case_code(), salt=salt, expected=stored, pepper="pepper")


@pytest.mark.parametrize("typed", ["LPR-1PR3-J0BK-G", "1PR3J0BKG", "1PR-1PR3-J0BK-G", "lpr 1pr3 j0bk g"])
def test_a_number_that_begins_like_the_prefix_is_read_whole(typed: str) -> None:
    assert numbers.read_tracking_id(typed) == "LPR-1PR3-J0BK-G"
