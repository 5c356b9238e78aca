import pytest

from models.training.redaction_grammar import Choice, Slot, TemplateError, entries, parse, read_yaml, weight


def test_reads_slots_choices_and_line_breaks() -> None:
    assert parse("a⏎{given}") == ("a\n", Slot("given", False, ""))
    assert parse("{lot!}") == (Slot("lot", True, ""),)
    assert parse("{given+ek}") == (Slot("given", False, "ek"),)
    assert parse("[a|{given}|]") == (Choice((("a",), (Slot("given", False, ""),), ())),)
    assert parse("[a[b|c]|d]") == (Choice((("a", Choice((("b",), ("c",)))), ("d",))),)


@pytest.mark.parametrize("text", ["[at]", "a [x] b", "(a|b)", "50 €"])
def test_brackets_without_a_bar_are_text(text: str) -> None:
    assert "".join(str(node) for node in parse(text)) == text


@pytest.mark.parametrize("text", ["{given", "{Given}", "[a|b", "{a b}", "{}"])
def test_refuses_what_is_not_well_formed(text: str) -> None:
    with pytest.raises(TemplateError):
        parse(text)


def test_an_entry_weighs_as_its_alternatives() -> None:
    assert weight(parse("dolor de [cabeza|muelas|oído]")) == 3
    assert len(entries("a;b [1|2]\nc")) == 4


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(TemplateError):
        read_yaml("absent.yaml")
