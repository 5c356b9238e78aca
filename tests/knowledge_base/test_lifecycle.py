"""The way of an answer: each step where it is allowed, and refused everywhere else."""

from datetime import date
from typing import Any

import pytest

from knowledge_base.answer import Role, Submission, Withdrawal
from knowledge_base.governance import Governance, in_force
from knowledge_base.lifecycle import DueKind, LifecycleError, State, approve, due, state_of, submit, withdraw
from tests.knowledge_base.fakes import ROLES, TODAY, answer

GOVERNANCE = Governance.model_validate(
    {
        "required_roles": ROLES,
        "checks": {
            "channels": {"x": {"short": 200, "full": 0}},
            "expiring_within_days": 30,
            "duplicate_cosine": 0.9,
            "duplicate_shingles": 0.6,
            "contradiction_overlap": 0.6,
        },
        "lifecycle": {"review_every_days": {"default": 365, "by_role": {"medical": 90}}},
    }
)
DRAFT = answer("a", approvals=())
MEDICAL = answer("m", approvals=(), tags=("medical",))


def by(role: Role, name: str = "Luis Gil") -> dict[str, Any]:
    return {"role": role, "name": name, "on": TODAY, "governance": GOVERNANCE}


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"approvals": ()}, State.DRAFT),
        ({"approvals": (), "submitted": Submission(name="Ana", date=TODAY)}, State.IN_REVIEW),
        ({"tags": ("medical",)}, State.IN_REVIEW),
        ({"valid_from": date(2026, 6, 2)}, State.APPROVED),
        ({"valid_from": date(2026, 6, 1)}, State.IN_FORCE),
        ({"valid_until": date(2026, 6, 1)}, State.IN_FORCE),
        ({"valid_until": date(2026, 5, 31)}, State.EXPIRED),
        ({"withdrawn": True}, State.WITHDRAWN),
        ({}, State.IN_FORCE),
    ],
)
def test_state_agrees_with_what_may_be_used(fields: dict[str, Any], state: State) -> None:
    item = answer("a", **fields)
    assert state_of(item, TODAY, ROLES) is state
    assert (in_force(item, TODAY, ROLES) is None) is (state is State.IN_FORCE)


def test_from_draft_into_force_by_the_roles_that_the_topic_needs() -> None:
    item = submit(MEDICAL, name="Ana Ruiz", on=TODAY, governance=GOVERNANCE)
    assert state_of(item, TODAY, ROLES) is State.IN_REVIEW
    item = approve(item, **by(Role.COMMUNICATIONS))
    assert state_of(item, TODAY, ROLES) is State.IN_REVIEW
    item = approve(item, **by(Role.MEDICAL, "Eva Sanz"))
    assert state_of(item, TODAY, ROLES) is State.IN_FORCE


def test_an_approval_holds_for_the_text_that_was_approved_and_no_other() -> None:
    item = approve(submit(DRAFT, name="Ana", on=TODAY, governance=GOVERNANCE), **by(Role.COMMUNICATIONS))
    text = item.text_for("es")
    for changed in (
        item.model_copy(update={"texts": {"es": text.model_copy(update={"full": "Otro texto."})}}),
        item.model_copy(update={"audience": "private"}),
        item.model_copy(update={"tags": ("otra",)}),
        item.model_copy(update={"valid_until": date(2030, 1, 1)}),
    ):
        assert state_of(changed, TODAY, ROLES) is State.IN_REVIEW
        refusal = in_force(changed, TODAY, ROLES)
        assert refusal is not None
        assert "cambiado" in refusal.reason
        assert state_of(approve(changed, **by(Role.COMMUNICATIONS)), TODAY, ROLES) is State.IN_FORCE


def test_questions_and_owner_may_change_without_a_new_approval() -> None:
    item = approve(submit(DRAFT, name="Ana", on=TODAY, governance=GOVERNANCE), **by(Role.COMMUNICATIONS))
    text = item.text_for("es").model_copy(update={"questions": ("¿Otra pregunta?",)})
    changed = item.model_copy(update={"texts": {"es": text}, "owner": "Otra"})
    assert state_of(changed, TODAY, ROLES) is State.IN_FORCE


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (DRAFT, "hand it in first"),
        (answer("a", withdrawn=True), "stays so"),
        (answer("a", valid_until=date(2026, 5, 31)), "change valid_until"),
    ],
)
def test_what_cannot_be_approved(item: Any, message: str) -> None:
    with pytest.raises(LifecycleError, match=message):
        approve(item, **by(Role.COMMUNICATIONS))


def test_four_eyes() -> None:
    item = submit(DRAFT, name="Ana Ruiz", on=TODAY, governance=GOVERNANCE)
    with pytest.raises(LifecycleError, match="four_eyes"):
        approve(item, **by(Role.COMMUNICATIONS, "ana  ruiz"))
    alone = GOVERNANCE.model_copy(
        update={"lifecycle": GOVERNANCE.lifecycle.model_copy(update={"four_eyes": False})}
    )
    approved = approve(item, role=Role.COMMUNICATIONS, name="Ana Ruiz", on=TODAY, governance=alone)
    assert state_of(approved, TODAY, ROLES) is State.IN_FORCE


@pytest.mark.parametrize("item", [answer("a"), answer("a", withdrawn=True)])
def test_only_drafts_are_handed_in(item: Any) -> None:
    with pytest.raises(LifecycleError, match="only a draft"):
        submit(item, name="Ana", on=TODAY, governance=GOVERNANCE)


def test_withdrawn_for_good_and_once() -> None:
    gone = withdraw(answer("a"), Withdrawal(name="Ana", date=TODAY))
    assert state_of(gone, TODAY, ROLES) is State.WITHDRAWN
    assert withdraw(gone, Withdrawal(name="Eva", date=TODAY)) is gone


@pytest.mark.parametrize(
    ("fields", "within", "kinds"),
    [
        ({"review_by": date(2026, 6, 20)}, 30, [DueKind.REVIEW]),
        ({"review_by": date(2026, 7, 2)}, 30, []),
        ({"review_by": date(2026, 1, 1)}, 0, [DueKind.REVIEW]),
        ({}, 30, []),  # approved on 1 January: a year later is far
        ({}, 365, [DueKind.REVIEW]),
        ({"valid_until": date(2026, 6, 15)}, 30, [DueKind.EXPIRES]),
        ({"approvals": (), "submitted": Submission(name="Ana", date=TODAY)}, 30, [DueKind.WAITS]),
        ({"approvals": ()}, 30, []),
        ({"withdrawn": True, "review_by": TODAY}, 30, []),
    ],
)
def test_reminders(fields: dict[str, Any], within: int, kinds: list[DueKind]) -> None:
    found = due(answer("a", **fields), on=TODAY, within_days=within, governance=GOVERNANCE)
    assert [item.kind for item in found] == kinds


def test_the_medical_department_reads_again_sooner() -> None:
    approvals = [{"role": role, "name": "N.", "date": "2026-05-01"} for role in ("communications", "medical")]
    item = answer("m", approvals=approvals, tags=("medical",))
    (found,) = due(item, on=TODAY, within_days=90, governance=GOVERNANCE)
    assert (found.kind, found.day) == (DueKind.REVIEW, date(2026, 7, 30))
    assert Role.MEDICAL in found.roles
