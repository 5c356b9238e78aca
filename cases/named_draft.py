"""The private draft of a case on record with the customer's name in it: made when it is asked for, stored nowhere."""

from dataclasses import dataclass, field, replace

from cases.case import CaseDraft
from cases.errors import CaseError
from cases.reply_check import ReplyCheck
from cases.stored import StoredCase
from cases.vault import Vault
from drafting.draft import Draft, Sentence
from drafting.naming import greeted_by_name, sentence_role
from drafting.verifier import Verifier
from policies.vocabulary import Disposition, Visibility


class DraftNotFoundError(CaseError):
    """A case without a draft for the audience."""

    code = "draft_not_found"


@dataclass(frozen=True, slots=True)
class NamedDraft:
    """A private draft as it is shown. Text and name stay out of ``repr``."""

    number: int
    """Position of the draft in the case, from 0."""
    text: str = field(repr=False)
    length: int
    """In the channel's own units, as is the limit."""
    limit: int
    name: str | None = field(repr=False)
    """The first name that the text greets by; None where it is the draft as stored."""


class NamedDrafts:
    """Shows private drafts with the name that the vault keeps; every look is on the audit log."""

    def __init__(self, vault: Vault, reply_check: ReplyCheck, verifier: Verifier) -> None:
        self._vault = vault
        self._reply_check = reply_check
        self._verifier = verifier

    def private(self, stored: StoredCase, *, actor: str, account: str) -> NamedDraft:
        """The private draft, greeting by name where the customer gave one and it may be said.

        Args:
            stored: a case of the account.

        Raises:
            CaseNotFoundError: no such case in this account.
            DraftNotFoundError: the case has no private draft.
            OriginalsGoneError: the case's originals were erased, or their time has passed.
            VaultError: the entry cannot be opened.
            UnknownAccountError: the case's account is no longer configured.
        """
        case = stored.case
        number = next(
            (place for place, one in enumerate(case.drafts) if one.audience == Visibility.PRIVATE), None
        )
        if number is None and case.redacted_text:
            raise DraftNotFoundError(f"{case.id}: it has no private draft")
        # An erased case has no drafts: the vault says what became of it.
        name = self._vault.customer_name(case.id, actor=actor, account=account)
        if number is None:
            raise DraftNotFoundError(f"{case.id}: it has no private draft")
        draft = case.drafts[number]
        shown = self._with(draft, stored, name.reveal()) if name is not None else None
        if shown is None or name is None:
            return NamedDraft(number, draft.text, draft.length, draft.limit, None)
        return NamedDraft(number, shown.text, shown.length, shown.limit, name.reveal())

    def _with(self, draft: CaseDraft, stored: StoredCase, name: str) -> Draft | None:
        """The draft with the name; None where it may not be said, or the case keeps too little to verify it."""
        if stored.facts is None:
            return None
        request = replace(self._reply_check.request_of(stored), customer_name=name)
        return greeted_by_name(self._drafted(draft, stored), request, self._verifier)

    def _drafted(self, draft: CaseDraft, stored: StoredCase) -> Draft:
        """The draft as drafting made it: its sentences with what each of them does."""
        urgent = stored.case.disposition == Disposition.URGENT_REFERRAL
        sentences = tuple(
            Sentence(one.text, one.source, sentence_role(one.source, self._verifier, urgent=urgent))
            for one in draft.sentences
        )
        said = draft.subject
        subject = None if said is None else Sentence(said.text, said.source, "subject")
        drafter = stored.case.provenance.drafter
        return Draft(draft.audience, draft.text, draft.length, draft.limit, sentences, drafter, subject)
