"""RawText hides itself everywhere but in reveal()."""

import copy
import json
import logging
import pickle

import pytest

from models.text import RawText, RedactedText

SECRET = "soy Zacarías y tengo fiebre"


@pytest.mark.parametrize(
    "shown",
    [
        repr(RawText(SECRET)),
        str(RawText(SECRET)),
        f"{RawText(SECRET)}",
        f"{RawText(SECRET)!r:>80}",
        f"{[RawText(SECRET)]}",
        "%s" % RawText(SECRET),  # noqa: UP031 - the old way must hide it too
        logging.LogRecord("x", 20, "p", 1, "%s", (RawText(SECRET),), None).getMessage(),
    ],
)
def test_it_hides_its_value(shown: str) -> None:
    assert "Zacarías" not in shown


def test_it_cannot_be_written_out_by_accident() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(RawText(SECRET))
    with pytest.raises(TypeError):
        copy.copy(RawText(SECRET))
    with pytest.raises(TypeError):
        json.dumps(RawText(SECRET))


def test_reveal_is_the_way_out() -> None:
    assert RawText(SECRET).reveal() == SECRET
    assert len(RawText(SECRET)) == len(SECRET)
    assert RawText(SECRET) == RawText(SECRET)
    assert RawText(SECRET) != SECRET
    assert str(RedactedText("[PERSONA_1]")) == "[PERSONA_1]"
