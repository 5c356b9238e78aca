"""The pipeline fails closed: whatever step errs, a person gets the case with a safe draft and no raw text."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY

from cases.errors import UnknownAccountError
from cases.message import Message
from cases.pipeline import Outcome, Pipeline
from models.text import RawText
from policies.vocabulary import Disposition, Flag, Priority

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
SECRET = "Soy Zacarías Quintanapalla y la Hidra Crema me encanta"
FAILURE = f"this error quotes the customer: {SECRET}"


def failures() -> float:
    return REGISTRY.get_sample_value("borrador_steps_failed_total", {"step": "draft"}) or 0.0


class Broken:
    """Raises whatever it is asked, and quotes the customer in the error."""

    def __getattr__(self, name: str) -> object:
        def fail(*_args: object, **_kwargs: object) -> object:
            raise RuntimeError(FAILURE)

        return fail


def with_broken(pipeline: Pipeline, *parts: str) -> Pipeline:
    return Pipeline(replace(pipeline.engines, **{part: Broken() for part in parts}))


@pytest.mark.parametrize("part", ["languages", "redactor", "understander", "retriever"])
def test_a_step_that_errs_ends_in_expert_review(
    pipeline: Pipeline, part: str, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = with_broken(pipeline, part).run(Message(text=SECRET, channel="instagram"), received_at=NOW)
    case = outcome.case
    assert case.disposition == Disposition.ACKNOWLEDGE
    assert Flag.EXPERT_REVIEW in {flag.code for flag in case.flags}
    assert case.drafts
    assert "Quintanapalla" not in case.model_dump_json()
    assert "Quintanapalla" not in "".join(capfd.readouterr())


def with_a_rule_that_errs(pipeline: Pipeline, kind: str) -> Pipeline:
    """The first rule of a kind raises when it is asked."""
    policy = pipeline.engines.policies["demo"]
    first, *others = getattr(policy.every, kind)
    rules = replace(policy.every, **{kind: (replace(first, condition=Broken()), *others)})
    policies = {**pipeline.engines.policies, "demo": replace(policy, every=rules)}
    return Pipeline(replace(pipeline.engines, policies=policies))


def assert_in_doubt(outcome: Outcome, step: str) -> None:
    case = outcome.case
    assert case.disposition == Disposition.ACKNOWLEDGE
    assert Flag.EXPERT_REVIEW in {flag.code for flag in case.flags}
    assert outcome.facts.failed_steps == (step,)
    assert "failed-step-review" in case.rules
    assert case.drafts
    assert not any(sentence.source.startswith("answer:") for sentence in case.drafts[0].sentences)
    assert (case.relevance, case.risk_of_intervening.level) == ("answer", "high")
    assert "Quintanapalla" not in case.model_dump_json()


@pytest.mark.parametrize("kind", ["flags", "dispositions", "modifiers"])
def test_a_policy_that_errs_ends_in_expert_review(
    pipeline: Pipeline, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = with_a_rule_that_errs(pipeline, kind).run(
        Message(text=SECRET, channel="instagram"), received_at=NOW
    )
    assert_in_doubt(outcome, "decide")
    assert "Quintanapalla" not in "".join(capfd.readouterr())


def test_a_weighing_that_errs_ends_in_expert_review(
    pipeline: Pipeline, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = with_broken(pipeline, "relevance").run(
        Message(text=SECRET, channel="instagram"), received_at=NOW
    )
    assert_in_doubt(outcome, "weigh")
    assert "Quintanapalla" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("kind", ["modifiers", "relevance"])
def test_an_emergency_stays_one_where_deciding_errs(pipeline: Pipeline, kind: str) -> None:
    failing = with_broken(pipeline, kind) if kind == "relevance" else with_a_rule_that_errs(pipeline, kind)
    text = "Mi hijo se ha bebido el champú y no puede respirar"
    case = failing.run(Message(text=text), received_at=NOW).case
    assert case.disposition == Disposition.URGENT_REFERRAL
    assert case.priority == Priority.P1
    assert case.drafts


@pytest.mark.parametrize(("part", "drafter"), [("verifier", "holding"), ("composer", "holding")])
def test_a_drafter_that_errs_leaves_a_trace(
    pipeline: Pipeline, part: str, drafter: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Else every customer would get the fixed reply, and nobody would know why."""
    broken = replace(pipeline.engines.drafter, **{part: Broken()})  # type: ignore[arg-type]
    before = failures()
    failing = Pipeline(replace(pipeline.engines, drafter=broken))
    case = failing.run(Message(text=SECRET, channel="instagram"), received_at=NOW).case
    assert (case.provenance.drafter, case.provenance.drafter_reason) == (drafter, "failed:RuntimeError")
    assert case.drafts
    assert failures() == before + 1
    assert "Quintanapalla" not in "".join(capfd.readouterr())


def test_all_steps_broken_at_once(pipeline: Pipeline) -> None:
    broken = with_broken(pipeline, "languages", "redactor", "understander", "retriever")
    case = broken.run(Message(text=SECRET), received_at=NOW).case
    assert case.redacted_text == "[TEXTO_RETENIDO]"
    assert case.disposition == Disposition.ACKNOWLEDGE
    assert case.drafts


def test_without_redaction_the_original_still_reaches_the_vault(pipeline: Pipeline) -> None:
    outcome = with_broken(pipeline, "redactor").run(Message(text=SECRET), received_at=NOW)
    assert outcome.originals["MESSAGE"] == RawText(SECRET)
    assert "Quintanapalla" not in repr(outcome)


def test_a_time_without_offset_is_on_the_accounts_clock(pipeline: Pipeline) -> None:
    """Ten in the morning of a summer day in Madrid is eight in UTC."""
    outcome = pipeline.run(Message(text="hola"), received_at=datetime(2026, 7, 1, 10))
    assert outcome.origin.received_at == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_an_unknown_account_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(UnknownAccountError):
        pipeline.run(Message(text="hola", account="otra"), received_at=NOW)


def test_followers_and_fame_change_nothing(pipeline: Pipeline) -> None:
    """M54, X1: influence is not an input."""
    text = "Segunda vez que llega roto el bote y nadie contesta. Qué vergüenza."
    authors = ({"followers": 3}, {"followers": 2_000_000, "verified": True, "name": "Alguien Famoso"}, None)
    cases = [
        pipeline.run(Message(text=text, channel="x", id="same", author=author), received_at=NOW).case
        for author in authors
    ]
    drafts = {
        "".join(draft.model_dump_json() for draft in case.drafts).replace(case.tracking_code, "BOR")
        for case in cases
    }
    assert len(drafts) == 1
    assert len({(case.disposition, case.priority, case.queue) for case in cases}) == 1


def test_the_same_message_gives_the_same_case(pipeline: Pipeline) -> None:
    message = Message(text="¿Cada cuánto me pongo la crema solar?", channel="instagram", id="m1")
    names = {"id", "tracking_code"}
    first, again = (pipeline.run(message, received_at=NOW).case.model_dump(exclude=names) for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("text", "language"),
    [("Us estimo 😍", "ca"), ("Perfecto, muchas gracias, así lo haré mañana", "es")],
)
def test_a_few_words_are_in_the_language_of_what_was_said_before(
    pipeline: Pipeline, text: str, language: str
) -> None:
    before = {
        "role": "customer",
        "text": "fa un mes us vaig preguntar pel bàlsam sense lanolina, us en recordeu?",
    }
    message = Message.model_validate({"text": text, "thread": [before]})
    assert pipeline.run(message, received_at=NOW).case.language == language


ODD = ("?", "👍", "….", "\u200b\u200bx", "1" * 500, "a" * 20_000, "ñ́" * 3000, "مرحبا كيف حالك")


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_give_a_case(pipeline: Pipeline, text: str) -> None:
    case = pipeline.run(Message(text=text, channel="x"), received_at=NOW).case
    assert all(draft.length <= draft.limit for draft in case.drafts)


def test_an_emergency_does_not_wait_for_the_other_steps(pipeline: Pipeline) -> None:
    text = "mi hija no respira, se ha hinchado la cara después de tomar el jarabe"
    case = with_broken(pipeline, "redactor", "retriever").run(Message(text=text), received_at=NOW).case
    assert (case.disposition, case.priority) == (Disposition.URGENT_REFERRAL, Priority.P1)
    assert any("112" in draft.text for draft in case.drafts)


def test_an_answer_of_which_nobody_can_tell_whether_it_still_holds_is_not_quoted(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = Message(text="¿Cada cuánto me pongo la crema solar?", channel="instagram")
    assert pipeline.run(message, received_at=NOW).case.evidence
    monkeypatch.setattr(pipeline.engines.retriever, "holds", Broken().holds)
    case = pipeline.run(message, received_at=NOW).case
    assert case.evidence == ()
    assert case.drafts
