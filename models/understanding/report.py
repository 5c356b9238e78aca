"""What a message gives for a report of an adverse event: criteria, special situations and seriousness, with places.

Codes and offsets only: no words of the customer. Nothing here judges whether the product did it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Criterion(StrEnum):
    """The four minimum criteria of a valid report (EMA GVP module VI, VI.B.2)."""

    REPORTER = "reporter"
    PATIENT = "patient"
    PRODUCT = "product"
    REACTION = "reaction"


class Situation(StrEnum):
    """Special situations to record, with or without a reaction (EMA GVP module VI, VI.B.6; Annex I)."""

    OVERDOSE = "overdose"
    MISUSE = "misuse"
    ABUSE = "abuse"
    OFF_LABEL = "off_label"
    MEDICATION_ERROR = "medication_error"
    OCCUPATIONAL_EXPOSURE = "occupational_exposure"
    PREGNANCY_EXPOSURE = "pregnancy_exposure"
    BREASTFEEDING_EXPOSURE = "breastfeeding_exposure"
    PATERNAL_EXPOSURE = "paternal_exposure"
    LACK_OF_EFFECT = "lack_of_effect"
    INTERACTION = "interaction"
    QUALITY_DEFECT = "quality_defect"
    UNEXPECTED_BENEFIT = "unexpected_benefit"


class Seriousness(StrEnum):
    """Criteria of a serious reaction (ICH E2A, II.B; GVP Annex I): one is enough for the hint."""

    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    HOSPITALISATION = "hospitalisation"
    DISABILITY = "disability"
    CONGENITAL_ANOMALY = "congenital_anomaly"
    MEDICALLY_IMPORTANT = "medically_important"


class Source(StrEnum):
    """Where something was found."""

    TEXT = "text"
    THREAD = "thread"
    """In an earlier turn of the customer."""
    SENDER = "sender"
    """Whoever sent the message: a person reports, named or not."""
    PRODUCT_FIELD = "product_field"
    """The field of the message that names its product."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place that speaks for something: code points of the text that was read, half open, and the cue."""

    source: Source
    cue: str
    start: int = 0
    end: int = 0
    """Only a mention in the text itself has offsets; elsewhere both are 0."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, in the order of the closed sets."""

    criteria: Mapping[Criterion, tuple[Mention, ...]] = field(default_factory=dict)
    situations: Mapping[Situation, tuple[Mention, ...]] = field(default_factory=dict)
    seriousness: Mapping[Seriousness, tuple[Mention, ...]] = field(default_factory=dict)
    product_named: bool = False
    """The product has its own name, not only a kind ("la crema")."""
    professional: bool = False
    """The sender says to be a health professional; otherwise a consumer (GVP VI.B.2)."""

    def met(self, criterion: Criterion) -> bool:
        """Whether anything supports a criterion."""
        return bool(self.criteria.get(criterion))

    @property
    def missing(self) -> tuple[Criterion, ...]:
        """Criteria that nothing supports."""
        return tuple(criterion for criterion in Criterion if not self.met(criterion))


NOTHING_REPORTED = Report({Criterion.REPORTER: (Mention(Source.SENDER, "sender"),)})
"""Of a report that policy suspects and understanding does not: there is a message, hence a reporter."""
