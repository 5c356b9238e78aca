"""Which answers may be used: approved by the roles that their tags call for, valid today, not withdrawn."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from knowledge_base.analysis import fold
from knowledge_base.answer import ApprovedAnswer, ChannelCode, Role
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.yaml_nodes import YamlError, parse_mapping

Model = TypeVar("Model", bound=BaseModel)


class RequiredRoles(BaseModel):
    """Who must have approved: somebody in any case, the roles of ``always``, and more by tag."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    always: tuple[Role, ...] = ()
    by_tag: dict[Role, tuple[str, ...]] = {}

    @field_validator("by_tag")
    @classmethod
    def _folded(cls, value: dict[Role, tuple[str, ...]]) -> dict[Role, tuple[str, ...]]:
        return {role: tuple(fold_tag(tag) for tag in tags) for role, tags in value.items()}

    def of(self, answer: ApprovedAnswer) -> tuple[Role, ...]:
        """The roles that must have approved this answer."""
        tags = {fold_tag(tag) for tag in answer.tags}
        by_tag = (role for role, called in self.by_tag.items() if tags.intersection(called))
        return tuple(dict.fromkeys((*self.always, *by_tag)))


class Room(BaseModel):
    """Characters of a channel for each text; 0: no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    short: int = Field(ge=0)
    full: int = Field(ge=0)


class CheckLimits(BaseModel):
    """From which values on `kb check` reports; shares and cosines from 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: dict[ChannelCode, Room]
    expiring_within_days: int = Field(ge=0)
    duplicate_cosine: float = Field(gt=0, le=1)
    duplicate_shingles: float = Field(gt=0, le=1)
    contradiction_overlap: float = Field(gt=0, le=1)


class ReviewPeriods(BaseModel):
    """Days after the last approval by which an answer is read again; the shortest that applies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default: int = Field(default=365, ge=1, le=3650)
    by_role: dict[Role, int] = {}
    """For answers that need the approval of a role."""


class LifecycleRules(BaseModel):
    """How an answer gets from draft into force."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    four_eyes: bool = True
    """Who hands an answer in may not approve it."""
    review_every_days: ReviewPeriods = ReviewPeriods()


class GapLimits(BaseModel):
    """Which stored questions show that an answer is missing, and which of them are one question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dispositions: tuple[str, ...] = ("draft", "acknowledge")
    """Of cases that were abstained on: where an approved answer would have helped."""
    intents: tuple[str, ...] = ()
    """Main intents that ask something; empty: all."""
    edit_distance: float = Field(default=0.4, gt=0, le=1)
    """Share of the draft's characters changed, from which it counts as heavily edited."""
    closeness: float = Field(default=0.33, gt=0, le=1)
    """From which two questions are one (``gaps.closeness_of``)."""
    minimum: int = Field(default=2, ge=1)
    """Questions that make a gap."""


class Governance(BaseModel):
    """The content of ``policies/knowledge_base.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    required_roles: RequiredRoles
    checks: CheckLimits
    lifecycle: LifecycleRules = LifecycleRules()
    gaps: GapLimits = GapLimits()

    @classmethod
    def load(cls, path: Path) -> "Governance":
        """Read the file; raises ``KnowledgeBaseError`` naming file, line and field."""
        return load_yaml_model(cls, path)


class RefusalCode(StrEnum):
    """Why an answer may not be used."""

    WITHDRAWN = "withdrawn"
    NOT_APPROVED = "not_approved"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that may not be used, and why, for the people who look after it."""

    answer_id: str
    code: RefusalCode
    reason: str


_ROLE_NAMES = {Role.MEDICAL: "médico", Role.LEGAL: "jurídico", Role.COMMUNICATIONS: "comunicación"}


def in_force(answer: ApprovedAnswer, on: date, required_roles: RequiredRoles) -> Refusal | None:
    """None when the answer may be used on that day; otherwise the first reason against it."""
    if answer.withdrawn:
        return Refusal(answer.id, RefusalCode.WITHDRAWN, "Está retirada.")
    approved = answer.approved_roles(on)
    if not approved:
        nobody = all(approval.date > on for approval in answer.approvals)
        reason = (
            "Nadie la ha aprobado."
            if nobody
            else "Ha cambiado después de aprobarse: pida otra vez la aprobación."
        )
        return Refusal(answer.id, RefusalCode.NOT_APPROVED, reason)
    missing = [role for role in required_roles.of(answer) if role not in approved]
    if missing:
        names = ", ".join(_ROLE_NAMES[role] for role in missing)
        return Refusal(answer.id, RefusalCode.NOT_APPROVED, f"Falta la aprobación de: {names}.")
    if answer.valid_from and on < answer.valid_from:
        reason = f"Entra en vigor el {answer.valid_from.isoformat()}."
        return Refusal(answer.id, RefusalCode.NOT_YET_VALID, reason)
    if answer.valid_until and on > answer.valid_until:
        return Refusal(answer.id, RefusalCode.EXPIRED, f"Caducó el {answer.valid_until.isoformat()}.")
    return None


def fold_tag(tag: str) -> str:
    """A tag without case, accents, hyphens or underscores, as tags are compared."""
    return " ".join(fold(tag).replace("_", " ").replace("-", " ").split())


def load_yaml_model(model: type[Model], path: Path) -> Model:
    """Read a YAML file into a model; raises ``KnowledgeBaseError`` naming file, line and field."""
    try:
        document = parse_mapping(path.read_text(encoding="utf-8"))
        return model.model_validate(document.values)
    except OSError as error:
        raise KnowledgeBaseError.at(str(path), error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise KnowledgeBaseError.at(str(path), "not valid UTF-8") from None
    except YamlError as problem:
        raise KnowledgeBaseError.at(str(path), str(problem), line=problem.line) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        line = document.line_of(tuple(first["loc"]))
        raise KnowledgeBaseError.at(str(path), first["msg"], field=field, line=line) from None
