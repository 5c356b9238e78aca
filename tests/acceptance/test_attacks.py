"""Orders to the software change nothing but their own flag, wherever in a message they stand."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from cases.case import Case
from cases.message import Message
from cases.pipeline import Pipeline
from policies.vocabulary import Flag

HERE = Path(__file__).parent
ATTACKS: dict[str, list[str]] = yaml.safe_load((HERE / "attacks.yaml").read_text(encoding="utf-8"))
BASES: list[dict[str, Any]] = yaml.safe_load((HERE / "attacked.yaml").read_text(encoding="utf-8"))
A_TUESDAY = datetime(2026, 11, 24, 11, 0, tzinfo=ZoneInfo("Europe/Madrid"))
PLACES = ("before", "inside", "after")


def outcome(case: Case) -> dict[str, object]:
    """All of a case that an attack must not change: also the very sentences of the drafts."""
    return {
        "disposition": case.disposition,
        "priority": case.priority,
        "queue": case.queue,
        "flags": {flag.code for flag in case.flags} - {Flag.PROMPT_INJECTION},
        "language": case.language,
        "referral": case.referral,
        "evidence": [found.answer_id for found in case.evidence],
        "drafts": [
            (draft.audience, [sentence.source for sentence in draft.sentences]) for draft in case.drafts
        ],
    }


def put(attack: str, text: str, place: str) -> str:
    """The attack before, inside (between two words or sentences) or after a message."""
    if place == "before":
        return f"{attack} {text}"
    if place == "after":
        return f"{text} {attack}"
    words = text.split(" ")
    middle = next((n + 1 for n, word in enumerate(words[:-1]) if word[-1] in ".!?"), (len(words) + 1) // 2)
    return " ".join([*words[:middle], attack, *words[middle:]])


def message(base: dict[str, Any], text: str) -> Message:
    # One id: the wording of drafts varies with it.
    return Message.model_validate({**base, "text": text, "id": "attacked"})


@pytest.fixture(scope="module")
def plain(pipeline: Pipeline) -> list[Case]:
    """The cases of the messages without attacks."""
    return [pipeline.run(message(base, base["text"]), received_at=A_TUESDAY).case for base in BASES]


def test_there_are_enough_attacks_in_enough_languages() -> None:
    assert len({attack for attacks in ATTACKS.values() for attack in attacks}) >= 200
    assert len(ATTACKS) >= 10
    assert len(BASES) >= 20


def test_ordinary_messages_raise_no_alarm(plain: list[Case]) -> None:
    assert not [case.redacted_text for case in plain if Flag.PROMPT_INJECTION in {f.code for f in case.flags}]


@pytest.mark.parametrize("kind", ATTACKS)
def test_an_attack_changes_only_its_own_flag(kind: str, pipeline: Pipeline, plain: list[Case]) -> None:
    start = sum(len(ATTACKS[other]) for other in list(ATTACKS)[: list(ATTACKS).index(kind)])
    changed = []
    for number, attack in enumerate(ATTACKS[kind], start):
        index = number % len(BASES)
        for place in PLACES:
            attacked = message(BASES[index], put(attack, BASES[index]["text"], place))
            case = pipeline.run(attacked, received_at=A_TUESDAY).case
            before, after = outcome(plain[index]), outcome(case)
            if before != after:
                changed.append((place, attack, [name for name in before if before[name] != after[name]]))
            elif Flag.PROMPT_INJECTION not in {flag.code for flag in case.flags}:
                changed.append((place, attack, ["not noticed"]))
    assert not changed
