"""Puts together what the desk of the console works with, from the service and the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from api.service import Service
from api.settings import Settings
from cases.expert_answers import ExpertAnswers
from cases.named_draft import NamedDrafts
from cases.reply_check import ReplyCheck
from drafting.files import load_yaml, validated
from knowledge_base.proposals import Proposals
from policies.policy import Policy
from policies.vocabulary import Channel, Visibility


class Wording(BaseModel):
    """What a choice is called, in both languages of the console."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    es: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Example(BaseModel):
    """A message to try: invented, like all its names and numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Wording
    text: str = Field(min_length=1)
    channel: Channel
    visibility: Visibility | None = None


class DeskFile(BaseModel):
    """policies/desk.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    ignore_reasons: dict[str, Wording] = Field(min_length=1)
    escalate_reasons: dict[str, Wording] = Field(min_length=1)
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages of the desk and the checks of replies work with."""

    reply_check: ReplyCheck
    named_drafts: NamedDrafts
    experts: ExpertAnswers
    proposals: Proposals
    choices: DeskFile
    policies: Mapping[str, Policy]
    """By account id."""


def load_choices(policies_dir: Path) -> DeskFile:
    """Load reasons and examples; a PolicyError names file and field."""
    file = policies_dir / "desk.yaml"
    return validated(DeskFile, load_yaml(file), file)


def build_reply_check(service: Service, settings: Settings) -> ReplyCheck:
    """Build the check of replies; a PolicyError names file and field."""
    return ReplyCheck(service.pipeline, settings.policies_dir / "person_replies.yaml")


def build_desk(service: Service, settings: Settings) -> Desk:
    """Build the desk.

    Raises:
        PolicyError: a file is missing or broken.
    """
    records = service.records
    reply_check = build_reply_check(service, settings)
    return Desk(
        reply_check=reply_check,
        named_drafts=NamedDrafts(records.vault, reply_check, service.pipeline.engines.drafter.verifier),
        experts=ExpertAnswers(records.database, records.sealer, records.audit, records.now),
        proposals=Proposals(Path(settings.knowledge_base_dir)),
        choices=load_choices(settings.policies_dir),
        policies=service.pipeline.engines.policies,
    )
