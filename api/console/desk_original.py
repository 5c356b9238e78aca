"""The one place where the console opens the vault: the whole message, for who may see it, on the record."""

from api.service import Service
from cases.keys import ApiKey
from cases.vault import MESSAGE


def original_of(service: Service, case_id: str, *, key: ApiKey) -> str:
    """The message as it came. The look is on the audit log before it happens.

    Raises:
        CaseNotFoundError: no such case in the key's account.
        VaultError: its time has passed, or it was erased.
    """
    vault = service.records.vault
    return vault.reveal(case_id, MESSAGE, actor=key.id, account=key.account).reveal()
