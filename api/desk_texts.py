"""What people of the desk write about a case, as it may be stored: redacted, and without the customer's name.

The redactor may not know a name for one ("sol", or a rare name in small letters); here it is known by the case's marks,
also when the vault has forgotten it. Every text that a person of the desk has stored with a case goes through here.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from cases.case import CaseDraft
from cases.decisions import SentText
from cases.errors import DecisionError
from cases.name_mask import NameMask
from cases.named_draft import NamedDraft
from cases.pipeline import Pipeline
from cases.sealing import Sealer
from cases.stored import StoredCase
from models.spans import HEALTH_ENTITIES, Redaction
from models.text import RawText, RedactedText

Turn = Callable[[], AbstractContextManager[None]]
"""Waits for a turn at the engines, and holds it."""


class DeskTexts:
    """Redacts what people write. Waits for its turn at the engines; not for whoever holds a turn."""

    def __init__(self, pipeline: Pipeline, sealer: Sealer) -> None:
        self._pipeline = pipeline
        self._sealer = sealer

    def sent(
        self,
        stored: StoredCase,
        draft: int | None,
        text: str,
        *,
        turn: Turn,
        named: NamedDraft | None = None,
        customer_name: str = "",
    ) -> SentText:
        """A reply as it was sent. What the approved draft said already is no personal data.

        Args:
            draft: position of the draft that it was made from.
            turn: waits as long as who wrote the text does; so in all of these.
            named: the draft with the customer's name that the person sent, or went on from.
            customer_name: what the person was shown as the customer's name, from wherever.

        Raises:
            DecisionError: the text is empty.
        """
        if not text.strip():
            raise DecisionError("the text sent is empty")
        drafts = stored.case.drafts
        number = 0 if draft is None and len(drafts) == 1 else draft
        known = drafts[number] if number is not None and 0 <= number < len(drafts) else None
        if known is not None and (text == known.text or _is_shown(named, number, text)):
            # The draft was sent as it is: only the vault holds it with the name.
            return SentText(RawText(text), RedactedText(known.text))
        redaction = self._redact(stored, text, turn, draft=known)
        told = (name for name in (customer_name, named.name if named is not None else "") if name)
        mask = self._mask(stored, told)
        approved = (sentence.text for sentence in known.sentences) if known is not None else ()
        return SentText(RawText(text), _masked(mask, redaction, approved))

    def note(self, stored: StoredCase, text: str, *, turn: Turn) -> RedactedText:
        """A note, a reason, a question to an expert, or what the customer wrote with a grade."""
        return _masked(self._mask(stored), self._redact(stored, text, turn))

    def answer(self, stored: StoredCase, *texts: str, turn: Turn) -> tuple[str, ...] | None:
        """An expert's texts, which speak of nobody; None where they hold anybody's personal data.

        Terms of health they may hold. A plain word that is also the customer's name ("sol") is taken out.
        """
        redactions = [self._redact(stored, text, turn) for text in texts]
        mask = self._mask(stored)
        if any(span.entity_type not in HEALTH_ENTITIES for one in redactions for span in one.spans):
            return None
        if mask.sure and any(map(mask.names, texts)):
            return None
        return tuple(mask.mask(RedactedText(text)).value for text in texts)

    def _mask(self, stored: StoredCase, names: Iterable[str] = ()) -> NameMask:
        masks = self._pipeline.engines.name_masks
        also = [RawText(name) for name in names]
        return masks.of_case(stored.case.id, stored.name_marks, self._sealer, also=also)

    def _redact(
        self, stored: StoredCase, text: str, turn: Turn, *, draft: CaseDraft | None = None
    ) -> Redaction:
        account = self._pipeline.account(stored.account)
        with turn():
            return self._pipeline.redact_text(text, account=account, draft=draft)


def _is_shown(named: NamedDraft | None, number: int | None, text: str) -> bool:
    return named is not None and named.number == number and text == named.text


def _masked(mask: NameMask, redaction: Redaction, approved: Iterable[str] = ()) -> RedactedText:
    standing = (span.placeholder for span in redaction.spans)
    return mask.mask(redaction.text, (*approved, *standing))
