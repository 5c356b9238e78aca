"""Acceptance, edits, coverage and overruled rules, by hand, on each kind of database."""

from datetime import date, timedelta

import pytest

from cases.case import ScoredCode
from cases.decisions import Verb
from cases.erasure import Eraser
from cases.learning.judged import LearningError, Span
from cases.learning.report import LearningReport, learning_report
from cases.learning.tally import Dimension
from cases.records import Records
from cases.retention import RETENTION_FILE, load_retention
from cases.stored import Origin
from models.text import RawText
from policies.vocabulary import Channel, Disposition
from tests.cases.learning.history import DRAFT, POLICY, decided, drafts, made, recorded, take
from tests.cases.samples import ORIGINALS, RECEIVED, record


def told(records: Records, span: Span | None = None) -> LearningReport:
    with records.database.read() as session:
        return learning_report(session, span or Span(), POLICY)


def group(report: LearningReport, dimension: Dimension, value: str):  # type: ignore[no-untyped-def]
    return next(one.figures for one in report.groups if (one.dimension, one.value) == (dimension, value))


def test_nothing_is_told_of_nothing(records: Records) -> None:
    found = told(records)
    assert (found.total.cases, found.total.rate, found.total.coverage, found.total.median_edit) == (
        0, None, None, None,
    )  # fmt: skip
    assert found.groups == found.overruled == ()
    assert found.satisfaction.mean is None


def test_accepted_edited_rejected_and_handed_on(records: Records) -> None:
    for _ in range(3):
        decided(records, Verb.ACCEPT)
    decided(records, Verb.EDIT, DRAFT[:-10])
    decided(records, Verb.EDIT, DRAFT[: len(DRAFT) // 2])
    decided(records, Verb.RESPOND, "Otra cosa muy distinta.")
    decided(records, Verb.IGNORE)
    decided(records, Verb.ESCALATE)
    recorded(records)
    total = told(records).total
    assert (total.cases, total.drafted, total.accepted, total.edited, total.rejected, total.handed_on) == (
        9, 9, 3, 2, 2, 1,
    )  # fmt: skip
    assert total.judged == 7
    assert total.rate == pytest.approx(3 / 7)
    assert total.interval == pytest.approx((0.1582, 0.7495), abs=1e-3)
    # The median lies between the two edits: 10 of 75 characters, and half of them.
    assert total.median_edit == pytest.approx(
        (10 / len(DRAFT) + (len(DRAFT) + 1) // 2 / len(DRAFT)) / 2, abs=1e-3
    )


def test_an_escalated_case_counts_as_it_was_settled(records: Records) -> None:
    case_id = decided(records, Verb.ESCALATE)
    take(records, case_id, Verb.ACCEPT, by="key_eva")
    found = told(records)
    assert (found.total.accepted, found.total.handed_on) == (1, 0)
    assert [(one.escalated, one.overruled) for one in found.overruled] == []
    assert found.total.coverage == 1


def test_a_case_without_a_draft_is_coverage_and_no_rejection(records: Records) -> None:
    decided(records, Verb.RESPOND, "Te lo miramos.", drafts=())
    decided(records, Verb.IGNORE, drafts=(), disposition=Disposition.NO_REPLY)
    decided(records, Verb.ACCEPT)
    total = told(records).total
    assert (total.cases, total.drafted, total.judged, total.rejected, total.rate) == (3, 1, 1, 0, 1.0)
    assert total.coverage == pytest.approx(1 / 3)


def test_the_figures_by_every_dimension(records: Records) -> None:
    decided(records, Verb.ACCEPT)
    decided(records, Verb.IGNORE, channel=Channel.EMAIL, language="ca", disposition=Disposition.DRAFT)
    decided(records, Verb.ACCEPT, account="otra", intents=())
    found = told(records)
    assert group(found, Dimension.CHANNEL, "email").rejected == 1
    assert group(found, Dimension.CHANNEL, "instagram").accepted == 2
    assert group(found, Dimension.LANGUAGE, "ca").rate == 0.0
    assert group(found, Dimension.DISPOSITION, "draft").cases == 1
    assert group(found, Dimension.INTENT, "").cases == 1
    assert group(found, Dimension.INTENT, "product_information").cases == 2
    assert group(found, Dimension.ACCOUNT, "otra").accepted == 1
    assert group(found, Dimension.WEEK, "2026-W47").cases == 3
    for dimension in Dimension:
        assert sum(one.figures.cases for one in found.groups if one.dimension is dimension) == 3


def test_a_company_sees_its_own_and_days_cut_both_ends(records: Records) -> None:
    decided(records, Verb.ACCEPT)
    decided(records, Verb.ACCEPT, account="otra")
    day = RECEIVED.date()
    assert told(records, Span("otra")).total.cases == 1
    assert told(records, Span("nadie")).total.cases == 0
    assert told(records, Span(first=day, last=day)).total.cases == 2
    assert told(records, Span(first=day + timedelta(days=1))).total.cases == 0
    assert told(records, Span(last=day - timedelta(days=1))).total.cases == 0
    assert told(records, Span(first=date.min, last=date.max)).total.cases == 2


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(LearningError, match="before"):
        Span(first=date(2026, 2, 2), last=date(2026, 2, 1))


def test_an_erased_case_counts_no_more(records: Records) -> None:
    case_id = decided(records, Verb.ACCEPT)
    kept = decided(records, Verb.EDIT, DRAFT[:-9])
    eraser = Eraser(
        records.database, records.sealer, records.audit, load_retention(RETENTION_FILE), records.now
    )
    assert eraser.erase(case_id, account="demo", actor="dpo").erased
    assert told(records).total.cases == 1
    assert told(records).total.edited == 1
    assert kept


def test_a_message_that_came_again_counts_once_unless_both_were_decided(records: Records) -> None:
    origin = Origin("demo", Channel.EMAIL, RECEIVED, "mensaje-1")
    for version in (1, 2):
        entries = {**ORIGINALS, "MESSAGE": RawText(str(version))}
        record(records, made(thread_version=version), origin=origin, vault_entries=entries)
    assert told(records).total.cases == 1


def test_rules_that_people_overrule_with_share_and_examples(records: Records) -> None:
    answered = {"disposition": Disposition.DRAFT, "rules": ("health-data", "answer-known")}
    for _ in range(6):
        decided(records, Verb.ACCEPT, **answered)
    against = [
        decided(records, Verb.ESCALATE, **answered),
        decided(records, Verb.IGNORE, **answered),
        decided(records, Verb.RESPOND, "Otra respuesta del todo.", **answered),
    ]
    decided(records, Verb.ACCEPT, disposition=Disposition.DRAFT, rules=("health-data",))
    recorded(records, **answered)
    known, health = told(records).overruled
    assert (known.rule, known.decided, known.overruled) == ("answer-known", 9, 3)
    assert (known.escalated, known.ignored, known.replaced) == (1, 1, 1)
    assert known.share == pytest.approx(1 / 3)
    assert known.interval[0] < known.share < known.interval[1]
    assert not known.enough
    assert set(known.examples) == set(against)
    assert (health.rule, health.decided, health.overruled) == ("health-data", 10, 3)


def test_one_of_one_does_not_lead_over_many_of_many(records: Records) -> None:
    for _ in range(8):
        decided(records, Verb.IGNORE, rules=("wrong-often",))
    decided(records, Verb.IGNORE, rules=("wrong-once",))
    decided(records, Verb.ACCEPT, rules=("wrong-never",))
    assert [one.rule for one in told(records).overruled] == ["wrong-often", "wrong-once"]


def test_what_was_to_be_left_alone_and_was_answered(records: Records) -> None:
    quiet = {"disposition": Disposition.NO_REPLY, "drafts": (), "rules": ("closing-thanks",)}
    decided(records, Verb.IGNORE, **quiet)
    decided(records, Verb.RESPOND, "¡Gracias a ti!", **quiet)
    (rule,) = told(records).overruled
    assert (rule.rule, rule.decided, rule.overruled, rule.replaced) == ("closing-thanks", 2, 1, 1)


def test_an_intent_is_the_main_one(records: Records) -> None:
    intents = (ScoredCode(code="complaint", score=0.9), ScoredCode(code="praise", score=0.2))
    decided(records, Verb.ACCEPT, intents=intents, drafts=drafts("Lo sentimos mucho."))
    assert group(told(records), Dimension.INTENT, "complaint").cases == 1
