"""Whole messages through the shipped pipeline: what must and must not be in the case."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest
import yaml

from cases.case import Case
from cases.message import Message
from cases.pipeline import Pipeline
from policies.vocabulary import Visibility
from tests.acceptance.expectation import FOLDER, Expectation, Must, MustNot, read_expectations

ENTRIES = read_expectations()
SHORTFALLS: dict[str, str] = (
    yaml.safe_load((FOLDER.parent / "shortfalls.yaml").read_text(encoding="utf-8")) or {}
)
"""Entries that the shipped models do not meet yet, and why. Strict: one that passes must leave the list."""
A_TUESDAY = datetime(2026, 11, 24, 11, 0, tzinfo=ZoneInfo("Europe/Madrid"))


@pytest.fixture(scope="module")
def case_of(pipeline: Pipeline) -> object:
    """Makes the case of a message; a pair's messages are worked once each."""

    @cache
    def run(entry_id: str) -> Case:
        message = next(entry.message for entry in ENTRIES if entry.id == entry_id)
        return pipeline.run(message, received_at=message.received_at or A_TUESDAY).case

    return run


def texts(case: Case, audience: Visibility | None = None) -> str:
    return "\n".join(draft.text for draft in case.drafts if audience in (None, draft.audience)).casefold()


def contains_any(text: str, pieces: tuple[str, ...]) -> bool:
    return not pieces or any(piece.casefold() in text for piece in pieces)


def check_decision(case: Case, must: Must, never: MustNot) -> Iterator[str]:
    flags = {flag.code for flag in case.flags}
    if must.disposition and case.disposition not in must.disposition:
        yield f"disposition is {case.disposition}, not {must.disposition}"
    if case.disposition in never.disposition:
        yield f"disposition is {case.disposition}"
    if must.main_intent and case.intents[0].code not in must.main_intent:
        yield f"main intent is {case.intents[0].code}, not {must.main_intent}"
    if case.intents[0].code in never.main_intent:
        yield f"main intent is {case.intents[0].code}"
    if missing := set(must.flags) - flags:
        yield f"flags lack {sorted(missing)}"
    if extra := set(never.flags) & flags:
        yield f"flags have {sorted(extra)}"
    if must.priority and case.priority not in must.priority:
        yield f"priority is {case.priority}"
    if must.language and case.language != must.language:
        yield f"language is {case.language}"


def check_handoff(case: Case, must: Must) -> Iterator[str]:
    if must.adverse_event and case.adverse_event is None:
        yield "no adverse event record"
    if must.referral_kind and (case.referral is None or case.referral.kind != must.referral_kind):
        yield f"referral is {case.referral and case.referral.kind}"


def check_redaction(case: Case, must: Must) -> Iterator[str]:
    drafts = texts(case)
    for piece in must.redacted:
        if piece in case.redacted_text or piece.casefold() in drafts:
            yield f"{piece!r} survives"
    for piece in must.keeps:
        if piece not in case.redacted_text:
            yield f"{piece!r} is masked"
    if missing := set(must.entity_types) - {entity.type for entity in case.entities}:
        yield f"entities lack {sorted(missing)}"


def check_evidence(case: Case, must: Must, never: MustNot) -> Iterator[str]:
    found = {item.answer_id for item in case.evidence}
    if must.evidence_any and found.isdisjoint(must.evidence_any):
        yield f"evidence is {sorted(found)}, none of {must.evidence_any}"
    if must.abstained is not None and case.abstained != must.abstained:
        yield f"abstained is {case.abstained}"
    if wrong := found & set(getattr(never, "evidence", ())):
        yield f"evidence has {sorted(wrong)}"


def check_drafts(case: Case, must: Must, never: MustNot) -> Iterator[str]:
    if missing := set(must.audiences) - {draft.audience for draft in case.drafts}:
        yield f"no draft for {sorted(missing)}"
    for audience, pieces in (
        (Visibility.PUBLIC, must.public_contains_any),
        (Visibility.PRIVATE, must.private_contains_any),
        (None, must.draft_contains_any),
    ):
        if not contains_any(texts(case, audience), pieces):
            yield f"{audience or 'any'} draft has none of {pieces}"
    for piece in never.draft_contains:
        if piece.casefold() in texts(case):
            yield f"a draft has {piece!r}"
    for piece in never.public_contains:
        if piece.casefold() in texts(case, Visibility.PUBLIC):
            yield f"the public draft has {piece!r}"


def check_complaint(case: Case, must: Must) -> Iterator[str]:
    stage = case.complaint.stage if case.complaint else None
    if must.complaint_stage and stage not in must.complaint_stage:
        yield f"the complaint is {stage}, not {must.complaint_stage}"
    asked = {ask.code for ask in case.complaint.asks_for} if case.complaint else set()
    if missing := set(must.asks_for) - asked:
        yield f"asks lack {sorted(missing)}"


def check_form(case: Case) -> Iterator[str]:
    if (case.disposition == "no_reply") != (not case.drafts):
        yield "drafts and disposition contradict each other"
    for draft in case.drafts:
        if draft.length > draft.limit or not all(sentence.source for sentence in draft.sentences):
            yield f"{draft.audience} draft is over its limit or has a sentence without source"


def problems(case: Case, entry: Expectation) -> list[str]:
    must, never = entry.must, entry.must_not
    return [
        *check_decision(case, must, never),
        *check_redaction(case, must),
        *check_evidence(case, must, never),
        *check_handoff(case, must),
        *check_drafts(case, must, never),
        *check_complaint(case, must),
        *check_form(case),
    ]


PAIRS = sorted({entry.pair for entry in ENTRIES if entry.pair})


def marked(name: str, value: object) -> object:
    """An entry or a pair, expected to fail if it is a known shortfall."""
    reason = SHORTFALLS.get(name)
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(value, id=name, marks=marks)


def test_shortfalls_are_entries_and_few() -> None:
    assert set(SHORTFALLS) <= {entry.id for entry in ENTRIES} | set(PAIRS)
    assert len(SHORTFALLS) <= len(ENTRIES) // 4


@pytest.mark.parametrize("entry", [marked(entry.id, entry) for entry in ENTRIES])
def test_message(entry: Expectation, case_of: object) -> None:
    assert callable(case_of)
    case = case_of(entry.id)
    assert not problems(case, entry), f"{entry.why}\n{texts(case)}"


@pytest.mark.parametrize("pair", [marked(pair, pair) for pair in PAIRS])
def test_pairs_come_out_alike(pair: str, case_of: object) -> None:
    assert callable(case_of)
    entries = [entry for entry in ENTRIES if entry.pair == pair]
    for field in entries[0].must.same_as_pair:
        values = {getattr(case_of(entry.id), field) for entry in entries}
        assert len(values) == 1, f"{field}: {values}"


def test_the_checks_can_fail(pipeline: Pipeline) -> None:
    """An entry that expects the contrary of what comes out is told in every respect."""
    message = Message(text="Gracias por todo, me encanta el Bálsamo Labial", channel="instagram")
    case = pipeline.run(message, received_at=A_TUESDAY).case
    must = Must(
        disposition="urgent_referral", flags=("minor",), priority="p1", redacted=("Bálsamo",), adverse_event=True,
        entity_types=("IBAN_CODE",), audiences=("private",), draft_contains_any=("xyzzy",), evidence_any=("xyzzy",),
    )  # fmt: skip
    entry = Expectation(id="acc-000", why="the contrary of what is right", message=message, must=must)
    assert len(problems(case, entry)) == 9
