"""Errors of record keeping. Messages name ids and fields, never customer text and never a secret."""


class CaseError(Exception):
    """Root of this package's errors; ``code`` is stable and may be shown to callers."""

    code = "case_error"


class CaseNotFoundError(CaseError):
    """No such case for this account (another account's case looks the same: it must not be guessable)."""

    code = "case_not_found"


class CursorError(CaseError):
    """A page cursor or page size that this service did not hand out."""

    code = "cursor_invalid"


class DecisionNotAllowedError(CaseError):
    """The case does not offer this decision."""

    code = "decision_not_allowed"


class DecisionError(CaseError):
    """A decision that lacks a field it needs, or carries one that contradicts it."""

    code = "decision_invalid"


class ThreadVersionStaleError(CaseError):
    """The conversation went on since the draft that the person saw."""

    code = "thread_version_stale"


class CaseAlreadyDecidedError(CaseError):
    """The case was closed by an earlier decision."""

    code = "case_already_decided"


class RecordConflictError(CaseError):
    """An identifier (case id, tracking code) is taken: nothing was written; draw another and repeat."""

    code = "record_conflict"


class StoreUnavailableError(CaseError):
    """The database cannot be opened, read or written now."""

    code = "store_unavailable"


class AuditError(CaseError):
    """Nothing may be added to the audit log: its head is missing, was changed, or has another key's seal."""

    code = "audit_invalid"


class VaultError(CaseError):
    """An entry of the vault is absent, or cannot be opened with the keys at hand."""

    code = "vault_unreadable"


class OriginalsGoneError(VaultError):
    """A case whose originals the vault no longer has: erased, or past their time."""

    code = "originals_gone"


class SecretKeyError(CaseError):
    """A secret key is malformed, unreadable, or its file can be read by others."""

    code = "secret_key_invalid"


class ClockError(CaseError):
    """Opening hours that cannot be followed: unknown time zone, calendar or hour, or never open."""

    code = "clock_invalid"


class ApiKeyError(CaseError):
    """An API key that cannot be created or revoked as asked."""

    code = "api_key_invalid"


class EvidenceError(CaseError):
    """Evidence that cannot be exported as asked."""

    code = "evidence_invalid"


class SubjectError(CaseError):
    """A data subject's request that cannot be done as asked."""

    code = "subject_invalid"


class BackupError(CaseError):
    """A backup that cannot be made, or one that must not be restored here."""

    code = "backup_invalid"


class UnknownAccountError(CaseError):
    """The message names an account that is not configured."""

    code = "unknown_account"
