"""Keyed fingerprints: they tell whether two things are the same, and nothing to who lacks the key.

Plain hashes would not do: the message "sí", or a phone number, is found again by trying all candidates.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from cases.canonical import Json, canonical_json
from cases.secret_keys import SecretKey
from cases.tables import CaseRow, DecisionRow
from models.text import RawText


class Sealer:
    """Makes fingerprints of messages, and seals of recorded rows, with keys derived from one secret."""

    def __init__(self, key: SecretKey) -> None:
        self._digest_key = key.derive("content digest")
        self._message_key = key.derive("message id")
        self._seal_key = key.derive("record seal")
        self._head_key = key.derive("audit head")
        self._request_key = key.derive("request")
        self._name_key = key.derive("customer name")

    def content_digest(self, account: str, thread_version: int, texts: Sequence[RawText]) -> str:
        """Fingerprint of a message and the turns before it, within an account."""
        return _hmac(self._digest_key, [account, thread_version, *(text.reveal() for text in texts)])

    def message_key(self, account: str, message_id: str | None) -> str | None:
        """Fingerprint of a sender's message id; e-mail ids hold addresses."""
        return None if message_id is None else _hmac(self._message_key, [account, message_id])

    def name_mark(self, case_id: str, part: str) -> str:
        """Fingerprint of a part of the customer's name within one case: the same name elsewhere has another."""
        return _hmac(self._name_key, [case_id, part])

    def request_tag(self, purpose: str, *parts: Json) -> str:
        """Fingerprint of what a caller sent (an idempotency key, a body), or seal of what it is to send back."""
        return _hmac(self._request_key, [purpose, *parts])

    def case_seal(self, row: CaseRow) -> str:
        """Seal of all of a case that never changes after it was recorded."""
        dates = (row.received_at, row.recorded_at, row.acknowledge_by, row.answer_by, row.resolve_by)
        columns = (
            row.id,
            row.account,
            row.message_key,
            row.content_digest,
            row.thread_version,
            row.tracking_code,
        )
        indexed = (row.channel, row.disposition, row.priority, row.queue, row.body)
        # Cases from before migration 0002 have none, and a seal without.
        facts = () if row.facts is None else (row.facts,)
        return _hmac(
            self._seal_key, ["case", *columns, *indexed, *(_instant(date) for date in dates), *facts]
        )

    def decision_seal(self, row: DecisionRow) -> str:
        """Seal of a decision."""
        columns = (
            row.case_id,
            row.number,
            row.decision,
            row.outcome,
            row.edit_distance,
            row.decided_by,
            row.body,
        )
        return _hmac(self._seal_key, ["decision", *columns, _instant(row.decided_at)])

    def head_seal(self, seq: int, row_hash: str) -> str:
        """Seal of the end of the audit chain."""
        return _hmac(self._head_key, [seq, row_hash])


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")


def _hmac(key: bytes, value: Json) -> str:
    return hmac.new(key, canonical_json(value).encode(), hashlib.sha256).hexdigest()
