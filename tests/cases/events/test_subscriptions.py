"""The file of subscriptions: what is wrong is told by name, and a secret is never in it or shown."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cases.events.subscriptions import RETRY_SECONDS, SubscriptionError, load_subscriptions
from cases.outbox import EventType
from policies.errors import PolicyError
from tests.cases.events.receiver import OLD_KEY, whsec

GOOD: dict[str, Any] = {
    "account": "demo",
    "url": "https://desk.example/hooks/abc",
    "events": ["draft.ready", "sla.breached"],
    "secrets_env": ["DESK_SECRET"],
}
ENVIRONMENT = {"DESK_SECRET": whsec(), "OLD_SECRET": whsec(OLD_KEY), "WEAK": "whsec_YWJj", "PLAIN": "x" * 40}


def write(folder: Path, subscription: dict[str, Any] | None = None, **top: Any) -> Path:
    file = folder / "subscriptions.yaml"
    data = {"version": 1, "subscriptions": {"desk": {**GOOD, **(subscription or {})}}, **top}
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return file


def test_a_good_file(tmp_path: Path):
    file = write(tmp_path, {"secrets_env": ["DESK_SECRET", "OLD_SECRET"]}, allow_networks=["10.20.0.0/16"])
    made = load_subscriptions(file, ENVIRONMENT)
    (desk,) = made
    assert (desk.name, desk.account, made.retry_seconds) == ("desk", "demo", RETRY_SECONDS)
    assert desk.wants(EventType.DRAFT_READY, "demo")
    assert not desk.wants(EventType.DRAFT_READY, "other")
    assert not desk.wants(EventType.DRAFT_STALE, "demo")
    assert str(made.allow_networks[0]) == "10.20.0.0/16"
    for secret in (whsec(), "abc", "hooks"):
        assert secret not in repr(made)


def test_a_star_wants_everything(tmp_path: Path):
    (desk,) = load_subscriptions(write(tmp_path, {"events": ["*"]}), ENVIRONMENT)
    assert all(desk.wants(event, "demo") for event in EventType)


@pytest.mark.parametrize(
    ("change", "top", "message"),
    [
        ({"url": "ftp://desk.example/"}, {}, "url"),
        ({"url": "https://user:pass@desk.example/"}, {}, "url"),
        ({"url": "https://desk.example/#x"}, {}, "url"),
        ({"url": "https:///x"}, {}, "url"),
        ({"url": "https://desk.example:99999/"}, {}, "url"),
        ({"url": "https://año.example/"}, {}, "url"),
        ({"url": "https://desk.example/a b"}, {}, "url"),
        ({"url": "https://desk.example/\r\nX: y"}, {}, "url"),
        ({"url": "http://desk.example/"}, {}, "allow_networks"),
        ({"events": ["draft.read"]}, {}, "events"),
        ({"events": []}, {}, "events"),
        ({"secrets_env": ["whsec_abc"]}, {}, "never a secret"),
        ({"secrets_env": []}, {}, "secrets_env"),
        ({"secret": "x"}, {}, "unknown key"),
        ({}, {"retry_seconds": [0]}, "retry_seconds"),
        ({}, {"subscriptions": {"Big Name": GOOD}}, "names"),
        ({}, {"version": 2}, "version"),
    ],
)
def test_a_broken_file_is_refused(change: dict[str, Any], top: dict[str, Any], message: str, tmp_path: Path):
    with pytest.raises(PolicyError, match=message):
        load_subscriptions(write(tmp_path, change, **top), ENVIRONMENT)


@pytest.mark.parametrize(
    ("change", "top", "message"),
    [
        ({"secrets_env": ["MISSING"]}, {}, "MISSING is not set"),
        ({"secrets_env": ["WEAK"]}, {}, "WEAK: 3 bytes"),
        ({"secrets_env": ["PLAIN"]}, {}, "PLAIN: must start with whsec_"),
        ({}, {"allow_networks": ["10.1.2.3/8"]}, "is no network"),
        ({}, {"allow_networks": ["0.0.0.0/0"]}, "would allow everything"),
    ],
)
def test_wrong_secrets_and_networks_are_refused(
    change: dict[str, Any], top: dict[str, Any], message: str, tmp_path: Path
):
    with pytest.raises(SubscriptionError, match=message) as caught:
        load_subscriptions(write(tmp_path, change, **top), ENVIRONMENT)
    assert "YWJj" not in str(caught.value)
