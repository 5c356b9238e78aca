"""``borrador inbox``: messages from files, and the deliveries of webhooks that were given up."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.options import KnowledgeBaseDir, PoliciesDir, load_settings
from api.record_keeping import keep_texts, open_records
from cases.cipher import Cipher
from cases.errors import StoreUnavailableError, UnknownAccountError
from cases.message import Message
from cases.secret_keys import VAULT_VARIABLE, load_keys
from cases.sources.inbox_file import Item, read_file
from cases.webhooks.inbox import Inbox
from models.errors import ModelError

if TYPE_CHECKING:
    from cases.pipeline import Pipeline
    from cases.records import Records

app = typer.Typer(help="Messages from elsewhere: files, and what webhooks brought.", no_args_is_help=True)


@app.command("import")
def import_messages(
    file: Annotated[Path, typer.Argument(help=".eml, a folder of .eml, .csv or .jsonl.")],
    account: Annotated[str | None, typer.Option(help="Account of messages that name none.")] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Record the cases; otherwise nothing is kept.")
    ] = False,
    knowledge_base: KnowledgeBaseDir = None,
    policies: PoliciesDir = None,
) -> None:
    """Take the messages of a file the whole way; prints each case as a line of JSON."""
    items = read_file(file)
    first = next(items, None)  # a wrong file is told before the engines are loaded
    if first is None:
        return
    from api.wiring import build_pipeline

    settings = load_settings(knowledge_base=knowledge_base, policies=policies)
    pipeline = build_pipeline(settings)
    records = open_records(settings) if store else None
    if records is not None:
        keep_texts(records, settings, pipeline)
    failed = False
    item: Item | None = first
    while item is not None:
        result = worked(item, account, pipeline, records)
        failed = failed or "error" in result
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        item = next(items, None)
    if failed:
        raise typer.Exit(1)


@app.command("status")
def status() -> None:
    """Print how many deliveries of webhooks are in each state, as JSON."""
    typer.echo(json.dumps(_inbox().counts()))


@app.command("retry")
def retry() -> None:
    """Take up again the deliveries that were given up; the running service works on them."""
    typer.echo(f"{_inbox().retry_failed()} deliveries will be tried again")


def _inbox() -> Inbox:
    settings = load_settings()
    records = open_records(settings)
    cipher = Cipher(load_keys(VAULT_VARIABLE, settings.data_dir / "vault.key"))
    return Inbox(records.database, records.sealer, cipher, records.now)


def worked(
    item: Item, account: str | None, pipeline: "Pipeline", records: "Records | None"
) -> dict[str, Any]:
    """The case of an item as JSON data, or what is wrong with it; quotes nothing."""
    if item.message is None:
        return {"line": item.number, "error": item.error}
    message = item.message
    if message.account is None and account is not None:
        message = message.model_copy(update={"account": account})
    try:
        return _case(message, item, pipeline, records)
    except (UnknownAccountError, ModelError) as error:
        return {"line": item.number, "error": str(error)}
    except (StoreUnavailableError, OSError):
        raise  # gone for all that follow as well
    except Exception as error:
        return {"line": item.number, "error": f"internal error ({type(error).__name__})"}


def _case(message: Message, item: Item, pipeline: "Pipeline", records: "Records | None") -> dict[str, Any]:
    account = pipeline.account(message.account)
    if records is not None:
        case = records.handle(pipeline, message, account=account.id, actor="cli").case
    else:
        case = pipeline.run(message, received_at=message.received_at or datetime.now(UTC)).case
    result = case.model_dump(mode="json")
    if item.attachments:
        # A file's name can be a person's.
        names = [pipeline.redact_text(name, account=account).text.value for name in item.attachments]
        result["attachments"] = names
    return result
