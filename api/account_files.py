"""The accounts of an installation, apart from the engines: the worker needs their hours and no model."""

from pathlib import Path

from policies.account import Account
from policies.errors import PolicyError
from policies.loader import load_account


def load_accounts(folder: Path, *, default: str) -> dict[str, Account]:
    """Load the accounts of a folder, by id.

    Raises:
        PolicyError: a file is broken, two have one id, or the default one is missing.
    """
    accounts: dict[str, Account] = {}
    for file in sorted(folder.glob("*.yaml")):
        account = load_account(file)
        if account.id in accounts:
            raise PolicyError(f"{file}: id: {account.id} is the id of another file too")
        accounts[account.id] = account
    if default not in accounts:
        raise PolicyError(f"{folder}: no account called {default}; BORRADOR_ACCOUNT names the default one")
    return accounts
