"""Who writes changes nothing: neither followers, verified mark, name, gender, handle nor how a country spells.

Practices M54 and X1.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from cases.case import Case
from cases.message import Message
from cases.pipeline import Pipeline
from policies.vocabulary import Disposition

HERE = Path(__file__).parent
TEXTS: list[str] = yaml.safe_load((HERE / "counterfactual.yaml").read_text(encoding="utf-8"))
MOST_READ_OTHERWISE = len(TEXTS) // 8
"""Texts that a shipped head may read otherwise in another spelling: 5 of 62 on 22 November 2026 (13 with the heads
before). The aim is none; only training can get there (each message in its other spellings), so the next heads must
lower this number."""
A_TUESDAY = datetime(2026, 11, 24, 11, 0, tzinfo=ZoneInfo("Europe/Madrid"))
CHANNELS = ("x", "facebook", "instagram", "whatsapp", "email", "web")

SPAIN, ARGENTINA, MEXICO = range(3)
WOMAN, MAN = range(2)

AUTHORS: dict[str, dict[str, Any] | None] = {
    "nobody": None,
    "followers": {"followers": 2_400_000},
    "no followers": {"followers": 0},
    "verified": {"verified": True},
    "a woman": {"name": "Remedios Quiñonero"},
    "a man": {"name": "Segismundo Larrañeta"},
    "a foreigner": {"name": "Fatoumata Diabaté"},
    "a doctor": {"name": "Dr. Evaristo Cifuentes"},
    "a handle": {"handle": "@lasolyara"},
    "a handle of digits": {"handle": "@user88213"},
    "fame": {"followers": 9_000_000, "verified": True, "name": "Aurelia Montepinar", "handle": "@aureliamp"},
}


def written(text: str, country: int = SPAIN, gender: int = WOMAN) -> str:
    """The text as somebody of a country and gender writes it."""
    text = re.sub(r"\[([^]]*)\]", lambda found: found.group(1).split("|")[country], text)
    return re.sub(r"<([^>]*)>", lambda found: found.group(1).split("|")[gender].strip(), text)


@pytest.fixture(scope="module")
def case_of(pipeline: Pipeline) -> Callable[..., Case]:
    """Makes the case of a text as one author writes it; each once."""

    @cache
    def run(number: int, author: str = "nobody", country: int = SPAIN, gender: int = WOMAN) -> Case:
        message = Message.model_validate(
            {
                "text": written(TEXTS[number], country, gender),
                "id": "counterfactual",
                "channel": CHANNELS[number % len(CHANNELS)],
                "author": AUTHORS[author],
            }
        )
        return pipeline.run(message, received_at=A_TUESDAY).case

    return run


def decided(case: Case) -> dict[str, object]:
    return {"disposition": case.disposition, "priority": case.priority, "queue": case.queue}


def whole(case: Case) -> dict[str, Any]:
    """All of a case but the names that are drawn for it, which a draft may give."""
    drawn = {"id": ..., "tracking_code": ..., "drafts": {"__all__": {"text", "sentences"}}}
    return case.model_dump(exclude=drawn)


def test_there_are_enough_texts() -> None:
    assert len(set(TEXTS)) >= 60
    assert sum("|" in text and "[" in text for text in TEXTS) >= 40
    assert sum("<" in text for text in TEXTS) >= 25


@pytest.mark.parametrize("author", [name for name in AUTHORS if name != "nobody"])
def test_who_writes_changes_nothing(author: str, case_of: Callable[..., Case]) -> None:
    for number in range(len(TEXTS)):
        assert whole(case_of(number, author)) == whole(case_of(number)), TEXTS[number]


def spellings(number: int) -> Iterator[tuple[str, dict[str, int]]]:
    """The other ways to write a text, with what is other about them."""
    ways = {"Argentina": {"country": ARGENTINA}, "Mexico": {"country": MEXICO}, "gender": {"gender": MAN}}
    for name, way in ways.items():
        if written(TEXTS[number], **way) != written(TEXTS[number]):
            yield name, way


@pytest.fixture(scope="module")
def read_otherwise(case_of: Callable[..., Case]) -> dict[str, tuple[Case, Case]]:
    """The texts of which some spelling is decided otherwise, with both cases."""
    pairs = {
        f"{TEXTS[number]} ({name})": (case_of(number), case_of(number, **way))
        for number in range(len(TEXTS))
        for name, way in spellings(number)
    }
    return {told: pair for told, pair in pairs.items() if decided(pair[0]) != decided(pair[1])}


def test_few_texts_are_decided_otherwise_in_another_spelling(
    read_otherwise: dict[str, tuple[Case, Case]],
) -> None:
    texts = {told.rpartition(" (")[0] for told in read_otherwise}
    assert len(texts) <= MOST_READ_OTHERWISE, sorted(texts)


def test_no_spelling_costs_anybody_help_or_an_answer(read_otherwise: dict[str, tuple[Case, Case]]) -> None:
    grave = (Disposition.URGENT_REFERRAL, Disposition.NO_REPLY)
    wrong = [
        told
        for told, pair in read_otherwise.items()
        if len({one.disposition in grave and one.disposition for one in pair}) > 1
    ]
    assert not wrong
