"""Nothing but the listed keys reaches the log."""

from api.logging import ALLOWED_KEYS, drop_unlisted_keys


def test_unlisted_keys_are_dropped() -> None:
    event = {"event": "step.failed", "step": "redact", "text": "soy Ana", "exc_info": True, "error": "Ana"}
    assert drop_unlisted_keys(None, "error", event) == {"event": "step.failed", "step": "redact"}


def test_no_listed_key_invites_text() -> None:
    assert ALLOWED_KEYS.isdisjoint(
        {"text", "message", "body", "exception", "exc_info", "error", "detail", "name"}
    )
