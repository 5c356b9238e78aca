"""``borrador purge``: deletes all whose time is over."""

import json

import typer

from api.commands.deleted import tell_if_left
from api.commands.options import PoliciesDir, load_settings
from api.record_keeping import open_records
from cases.record_purge import RecordPurge
from cases.retention import load_retention


def purge(policies: PoliciesDir = None) -> None:
    """Delete originals, events and deliveries whose time is over (policies/retention.yaml); for a daily job."""
    settings = load_settings(policies=policies)
    records = open_records(settings)
    retention = load_retention(settings.policies_dir / "retention.yaml")
    try:
        originals = records.vault.purge(actor="cli")
        done = RecordPurge(records.database, records.audit, retention, records.now).purge(actor="cli")
        typer.echo(json.dumps({"originals": originals, "events": done.events, "webhooks": done.webhooks}))
        tell_if_left(records.database)
    finally:
        records.close()
