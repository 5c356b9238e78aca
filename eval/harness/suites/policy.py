"""The written policy alone: the cases beside it, and what it decides when the understanding is perfect.

With facts taken from the labels, a difference is the policy's (or the label's), never a model's.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from eval.harness.datasets import Request
from eval.harness.errors import NothingToJudgeError
from eval.harness.own_data import StoredDecision
from eval.harness.samples import Sample, as_json
from eval.harness.scores import Judged, Score, class_scores, hit
from eval.harness.subject import Subject
from eval.harness.suites.suite import Job, Suite
from models.vocabulary import Handling
from policies.cases import PolicyCase, bound_to, check_case, load_cases
from policies.decision import Facts
from policies.engine import evaluate
from policies.loader import load_policy
from policies.policy import Policy
from policies.safety_numbers import SafetyNumbers
from policies.vocabulary import Disposition

PERSONAL, HEALTH = "PERSON", "SYMPTOM"
"""Stand for whatever personal and health strings are labelled: the policy asks whether there are any."""


def facts_by_label(sample: Sample, country: str) -> Facts | None:
    """The facts of a perfect understanding; None when a label that they need is missing."""
    target, message = sample.target, sample.message
    if target.intents is None or target.flags is None or target.disposition is None:
        return None
    agent_turns = sum(turn.role == "agent" for turn in message.thread)
    owed = target.disposition != Disposition.NO_REPLY
    return Facts(
        channel=message.channel,
        visibility=message.effective_visibility,
        language=sample.language if len(sample.language) == 2 else "es",
        intents=target.intents,
        emotion=target.emotion or "neutral",
        relevance=target.relevance or ("answer" if owed else "ignore"),
        signals=dict.fromkeys(target.flags, 1.0),
        handling={code.value: float(code == target.disposition) for code in Handling},
        understanding_abstained=False,
        evidence_abstained=target.disposition != Disposition.DRAFT,
        personal_entities=frozenset({PERSONAL} if target.personal else ()),
        health_entities=frozenset({HEALTH} if target.health else ()),
        customer_turns=len(message.thread) - agent_turns + 1,
        agent_turns=agent_turns,
        country=country,
    )


def judge_label(sample: Sample, facts: Facts, policy: Policy) -> Judged:
    """Compare the decision on labelled facts with the labelled disposition."""
    decision = evaluate(facts, policy)
    truth, guess = str(sample.target.disposition), decision.disposition.value
    scores = [hit("agreement", guess == truth), *class_scores("disposition", truth, guess)]
    if truth == Disposition.URGENT_REFERRAL:
        scores.append(hit("urgent.kept", guess == truth))
    return Judged(
        suite="policy",
        id=sample.id,
        text=sample.shown(()) if sample.invented else "",
        groups=sample.groups,
        target=as_json(sample.target),
        answer={"disposition": guess, "rules": list(decision.rules), "reasons": list(decision.reasons)},
        scores=tuple(scores),
    )


def judge_case(case: PolicyCase, policy: Policy) -> Judged:
    """Run a case that stands beside a policy."""
    bound = bound_to(policy, case)
    decision = evaluate(case.facts.facts(), bound)
    failures = check_case(case, decision, bound)
    return Judged(
        suite="policy",
        id=f"{policy.model.policy}:{case.id}",
        text=case.note,
        groups={"channel": case.facts.channel.value},
        answer={"rules": list(decision.rules), "failures": [str(failure) for failure in failures]},
        scores=(hit("case.passed", not failures), hit("case.passed", not failures, policy.model.policy)),
    )


def judge_decision(stored: StoredDecision, policy: Policy) -> Judged:
    """Decide again on stored facts, and compare with what a person made of them."""
    decision = evaluate(stored.facts, policy)
    guess = decision.disposition.value
    scores: list[Score] = [hit("agreement", guess == stored.disposition)]
    scores += class_scores("disposition", stored.disposition, guess)
    groups = {"channel": stored.facts.channel.value, "language": stored.facts.language or "not given"}
    return Judged(
        suite="policy",
        id=stored.id,
        text="",
        groups=groups,
        target={"disposition": stored.disposition},
        answer={"disposition": guess, "rules": list(decision.rules), "reasons": list(decision.reasons)},
        scores=tuple(scores),
    )


def _prepare(subject: Subject, request: Request) -> Sequence[Job]:
    engines = subject.pipeline.engines
    account = engines.accounts[engines.default_account]
    policy = engines.policies[account.id]
    jobs: list[Job] = []
    if request.own is not None:
        chosen = request.cut(request.own.decisions, lambda stored: stored.id)
        jobs += [partial(judge_decision, stored, policy) for stored in chosen]
    else:
        jobs += _case_jobs(subject.places.policies)
    samples = request.samples() if request.own is None or request.own.samples else []
    for sample in samples:
        facts = facts_by_label(sample, account.country)
        if facts is not None:
            jobs.append(partial(judge_label, sample, facts, policy))
    if not jobs:
        raise NothingToJudgeError(
            "policy: no line has intents, flags and a disposition, or facts and a disposition"
        )
    return jobs


def _case_jobs(folder: Path) -> list[Job]:
    numbers = SafetyNumbers.load(folder / "safety_numbers.yaml")
    jobs: list[Job] = []
    for file in _case_files(folder):
        policy = load_policy(file.with_name(file.name.replace(".cases", "")), safety_numbers=numbers)
        jobs += [partial(judge_case, case, policy) for case in load_cases(file).cases]
    return jobs


def _case_files(folder: Path) -> list[Path]:
    return sorted((folder / "rules").glob("*.cases.yaml"))


def _files(request: Request, subject: Subject) -> tuple[Path, ...]:
    cases = _case_files(subject.places.policies) if request.own is None else []
    return (*request.message_files(), *cases)


SUITE = Suite("policy", _prepare, _files, takes_own=True)
