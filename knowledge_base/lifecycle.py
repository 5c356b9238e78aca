"""An answer's way: draft, in review, approved, in force, expired or withdrawn. Pure; ``shelf.py`` writes."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from knowledge_base.answer import Approval, ApprovedAnswer, Role, Submission, Withdrawal
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.governance import Governance, RequiredRoles


class State(StrEnum):
    """Where an answer stands. Only ``in_force`` is ever retrieved."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    """By all who must; its first day is still to come."""
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """For good: the id is not used again."""


class LifecycleError(KnowledgeBaseError):
    """A step that the answer's state or the rules do not allow; the message says what to do."""

    code = "step_not_allowed"


def state_of(answer: ApprovedAnswer, on: date, required: RequiredRoles) -> State:
    """The state of an answer on a day; agrees with ``in_force``."""
    if answer.withdrawn:
        return State.WITHDRAWN
    if not answer.approved_roles(on) or missing_roles(answer, on, required):
        return State.IN_REVIEW if answer.submitted or answer.approvals else State.DRAFT
    if answer.valid_from and on < answer.valid_from:
        return State.APPROVED
    return State.EXPIRED if answer.valid_until and on > answer.valid_until else State.IN_FORCE


def missing_roles(answer: ApprovedAnswer, on: date, required: RequiredRoles) -> tuple[Role, ...]:
    """The required roles whose approval is missing, or does not hold for this content."""
    approved = answer.approved_roles(on)
    return tuple(role for role in required.of(answer) if role not in approved)


def submit(answer: ApprovedAnswer, *, name: str, on: date, governance: Governance) -> ApprovedAnswer:
    """Hand a draft in for review.

    Raises:
        LifecycleError: it is no draft.
    """
    state = state_of(answer, on, governance.required_roles)
    if state is not State.DRAFT and not (state is State.IN_REVIEW and answer.submitted is None):
        raise LifecycleError(f"{answer.id}: only a draft is handed in for review; it is {state.value}")
    return answer.model_copy(update={"submitted": Submission(name=name, date=on)})


def approve(
    answer: ApprovedAnswer, *, role: Role, name: str, on: date, governance: Governance
) -> ApprovedAnswer:
    """Approve the content as it is now, for one role; of an answer in force, confirm it after a review.

    Earlier approvals of the role, and approvals of other content, give way to this one.

    Raises:
        LifecycleError: a draft, withdrawn, expired, or approved by who handed it in.
    """
    state = state_of(answer, on, governance.required_roles)
    if state in (State.DRAFT, State.WITHDRAWN, State.EXPIRED):
        todo = {
            State.DRAFT: "hand it in first (kb submit)",
            State.WITHDRAWN: "a withdrawn answer stays so: write a new one with a new id",
            State.EXPIRED: "change valid_until first, and hand it in again",
        }[state]
        raise LifecycleError(f"{answer.id}: it is {state.value}: {todo}")
    submitted = answer.submitted
    if governance.lifecycle.four_eyes and submitted is not None and _same(submitted.name, name):
        raise LifecycleError(f"{answer.id}: who handed it in may not approve it (lifecycle.four_eyes)")
    approval = Approval(role=role, name=name, date=on, content=answer.seal)
    kept = [
        one for one in answer.approvals if one.role is not role and one.content in (None, approval.content)
    ]
    return answer.model_copy(update={"approvals": (*kept, approval)})


def withdraw(answer: ApprovedAnswer, withdrawal: Withdrawal) -> ApprovedAnswer:
    """Take an answer out for good; again changes nothing."""
    if answer.withdrawn:
        return answer
    return answer.model_copy(update={"withdrawn": True, "withdrawal": withdrawal})


class DueKind(StrEnum):
    """Why somebody has to look at an answer."""

    REVIEW = "review"
    EXPIRES = "expires"
    WAITS = "waits"
    """In review: approvals are missing."""


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder: what is to be done with an answer, and by when."""

    answer_id: str
    kind: DueKind
    day: date
    owner: str
    roles: tuple[Role, ...] = ()
    """Whose approval is missing, or is asked for again."""


def due(answer: ApprovedAnswer, *, on: date, within_days: int, governance: Governance) -> list[Due]:
    """The reminders of an answer up to a day: late ones too, oldest first."""
    required = governance.required_roles
    state = state_of(answer, on, required)
    last = on + timedelta(days=within_days)
    found: list[Due] = []
    if state is State.IN_REVIEW:
        since = answer.submitted.date if answer.submitted else on
        missing = missing_roles(answer, on, required) or required.of(answer)
        found.append(Due(answer.id, DueKind.WAITS, since, answer.owner, missing))
    if state in (State.APPROVED, State.IN_FORCE):
        review = review_day(answer, on, governance)
        if review <= last:
            found.append(Due(answer.id, DueKind.REVIEW, review, answer.owner, required.of(answer)))
        if answer.valid_until and answer.valid_until <= last:
            found.append(Due(answer.id, DueKind.EXPIRES, answer.valid_until, answer.owner))
    return sorted(found, key=lambda item: (item.day, item.kind))


def review_day(answer: ApprovedAnswer, on: date, governance: Governance) -> date:
    """The day by which the answer is read again: its own, or the period of its departments after the approval."""
    if answer.review_by is not None:
        return answer.review_by
    periods = governance.lifecycle.review_every_days
    roles = governance.required_roles.of(answer)
    days = min([periods.default, *(periods.by_role[role] for role in roles if role in periods.by_role)])
    held = [one.date for one in answer.approvals if one.role in roles or not roles]
    return max(held, default=on) + timedelta(days=days)


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
