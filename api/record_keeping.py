"""Opens the record keepers from settings, apart from the engines: keys and audit need no model."""

from typing import TYPE_CHECKING

from api.settings import Settings
from cases.archive import Archive
from cases.records import Records
from knowledge_base.loader import load_directory

if TYPE_CHECKING:  # the engines take seconds to import; keys and audit commands do without
    from cases.pipeline import Pipeline


def open_records(settings: Settings) -> Records:
    """Open the store, the vault and the keys."""
    return Records.open(
        settings.effective_database_url,
        settings.data_dir,
        retention_file=settings.policies_dir / "retention.yaml",
    )


def keep_texts(records: Records, settings: Settings, pipeline: "Pipeline") -> None:
    """Archive the policies and answers in use, so that evidence can quote them after they change.

    Raises:
        PolicyError: a policy file changed while the service started.
    """
    engines = pipeline.engines
    rules = settings.policies_dir / "rules"
    files = {account.id: rules / f"{account.policy}.yaml" for account in engines.accounts.values()}
    Archive(records.database).keep(
        [(policy, files[account]) for account, policy in engines.policies.items()],
        numbers_file=settings.policies_dir / "safety_numbers.yaml",
        fingerprint=engines.versions.knowledge_base,
        load_base=lambda: load_directory(settings.knowledge_base_dir),
    )
