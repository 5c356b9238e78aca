"""Session tokens: good until their hour, useless when touched."""

import pytest

from api.console.sessions import LIFETIME_SECONDS, Sessions

NOW = 1_800_000_000.0
SESSIONS = Sessions(b"s" * 32)


def test_a_token_names_its_key_until_it_is_over() -> None:
    token = SESSIONS.issue("key_1", now=NOW)
    assert SESSIONS.key_id(token, now=NOW + LIFETIME_SECONDS - 1) == "key_1"
    assert SESSIONS.key_id(token, now=NOW + LIFETIME_SECONDS) is None


@pytest.mark.parametrize("position", range(0, 60, 7))
def test_any_changed_character_ends_it(position: int) -> None:
    token = SESSIONS.issue("key_1", now=NOW)
    position %= len(token)
    changed = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
    assert SESSIONS.key_id(changed, now=NOW) is None


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "key.9999999999.", "ñ.1.é", "x" * 5000])
def test_nonsense_is_no_session(token: str) -> None:
    assert SESSIONS.key_id(token, now=NOW) is None


def test_another_service_cannot_issue() -> None:
    assert SESSIONS.key_id(Sessions(b"t" * 32).issue("key_1", now=NOW), now=NOW) is None
