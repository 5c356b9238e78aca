"""Opens the record keepers from settings, apart from the engines: keys and audit need no model."""

from api.settings import Settings
from cases.records import Records


def open_records(settings: Settings) -> Records:
    """Open the store, the vault and the keys."""
    return Records.open(
        settings.effective_database_url,
        settings.data_dir,
        retention_file=settings.policies_dir / "retention.yaml",
    )
