"""The second labellings join to rows of the set and follow the same guide; no reader takes them for messages."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.splits import DATA
from models.training.messages import LabelledMessage

MESSAGES = DATA / "messages"
LATER = ("second_last.jsonl", "second_later.jsonl", "second_practice.jsonl")
SECOND = sorted(MESSAGES.glob("second*.jsonl"))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def labelled() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for path in MESSAGES.glob("messages_*.jsonl") for row in rows(path)}


def test_all_are_there() -> None:
    found = {path.name: len(rows(path)) for path in SECOND}
    assert found == {"second.jsonl": 300} | dict.fromkeys(LATER, 200)


@pytest.mark.parametrize("path", SECOND, ids=lambda path: path.name)
def test_rows_join_and_are_valid_labels(path: Path, labelled: dict[str, dict[str, Any]]) -> None:
    second = rows(path)
    assert len({row["id"] for row in second}) == len(second)
    for row in second:
        first = labelled[row["id"]]
        assert row["language"] == first["language"]
        assert "text" not in row
        LabelledMessage.model_validate({**first, **row})
        assert all(part in first["text"] for part in (*row["personal"], *row["health"])), row["id"]


@pytest.mark.parametrize("name", LATER)
def test_the_later_ones_keep_the_guide_s_ties(name: str) -> None:
    for row in rows(MESSAGES / name):
        flags = set(row["flags"])
        disposition = row["disposition"]
        assert (row["relevance"] == "answer") == (disposition != "no_reply"), row["id"]
        assert ("adverse_event" in row["intents"]) == ("adverse_event" in flags), row["id"]
        assert ("in_person_referral" in flags) == (disposition == "refer_in_person"), row["id"]
        assert not (disposition == "draft" and "expert_review" in flags), row["id"]
        if flags & {"emergency", "self_harm"}:
            assert disposition == "urgent_referral", row["id"]
            assert "expert_review" in flags, row["id"]
