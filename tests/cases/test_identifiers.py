"""Ids sort by time; tracking codes catch the slips of people."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cases.identifiers import (
    TRACKING_ALPHABET,
    is_id,
    new_case_id,
    new_id,
    new_tracking_code,
    parse_tracking_code,
    same_digits,
    thread_version,
)


def test_ids_sort_as_they_were_made():
    made = [new_case_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(is_id(found, "cas") and len(found) == 30 for found in made)


def test_what_belongs_together_has_the_same_digits():
    made = new_id("inb")
    assert is_id(same_digits(made, "cas"), "cas")
    assert same_digits(same_digits(made, "cas"), "inb") == made


def test_ids_of_several_threads_are_all_different():
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: new_id("evt"), range(4000)))
    assert len(set(made)) == 4000


def test_a_clock_set_back_does_not_turn_the_order(monkeypatch: pytest.MonkeyPatch):
    before = new_case_id()
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now - 3_600_000_000_000)
    assert before < new_case_id() < new_case_id()


@pytest.mark.parametrize("kind", ["", "ca", "case", "CAS", "c_s"])
def test_a_kind_of_id_is_three_letters(kind: str):
    with pytest.raises(ValueError, match="three lower-case letters"):
        new_id(kind)


@pytest.mark.parametrize(
    "text", ["", "cas_", "cas_" + "i" * 26, "cas_" + "8" + "0" * 25, "cas_" + "0" * 26 + "\n"]
)
def test_what_is_no_id(text: str):
    assert not is_id(text, "cas")


def test_an_id_is_of_its_kind():
    assert is_id(new_id("evt"), "evt")
    assert not is_id(new_id("evt"), "cas")


def test_codes_have_no_vowels_and_nothing_to_confuse():
    assert not set(TRACKING_ALPHABET) & set("AEIOUY" + "01" + "LZSGB")
    codes = {new_tracking_code() for _ in range(2000)}
    assert len(codes) == 2000
    for code in codes:
        prefix, first, second = code.split("-")
        assert (prefix, len(first), len(second)) == ("BOR", 4, 5)
        assert set(first + second) <= set(TRACKING_ALPHABET)


def test_a_code_is_read_however_it_is_typed():
    code = new_tracking_code()
    for typed in (
        code,
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " "),
        f"  {code}\n",
        code.replace("-", "–"),
    ):
        assert parse_tracking_code(typed) == code


CODES = st.builds(new_tracking_code)


@given(CODES, st.integers(4, 13), st.sampled_from(TRACKING_ALPHABET))
def test_one_wrong_character_is_caught(code: str, place: int, wrong: str):
    assume(code[place] not in ("-", wrong))
    assert parse_tracking_code(code[:place] + wrong + code[place + 1 :]) is None


@given(CODES, st.integers(0, 8), st.integers(0, 8))
def test_two_swapped_characters_are_caught(code: str, first: int, second: int):
    body = list(code[4:].replace("-", ""))
    assume(body[first] != body[second])
    body[first], body[second] = body[second], body[first]
    assert parse_tracking_code(code[:3] + "".join(body)) is None


@given(st.text(max_size=20))
def test_nonsense_is_no_code(text: str):
    parsed = parse_tracking_code(text)
    assert parsed is None or parse_tracking_code(parsed) == parsed


@pytest.mark.parametrize(("turns", "version"), [(0, 1), (1, 2), (7, 8)])
def test_a_thread_counts_its_turns_and_the_message(turns: int, version: int):
    assert thread_version(turns) == version
