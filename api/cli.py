"""The command ``borrador``: each part of the service from the command line."""

import sys
from typing import cast

import typer

from api import allocator, blas  # noqa: F401 - first, before anything starts a thread or loads numpy
from api.commands import (
    audit,
    backup,
    bench,
    doctor,
    evaluation,
    inbox,
    kb,
    keys,
    learn,
    mcp,
    messages,
    outbox,
    policy,
    promises,
    purge,
    serve,
    subject,
    vault,
    verify,
    worker,
)
from api.failures import KNOWN_ERRORS

app = typer.Typer(
    name="borrador",
    help="Drafts a health company's replies: redacted, grounded, verified, kept as evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback may quote the customer
    add_completion=False,
)
app.command("redact")(messages.redact)
app.command("draft")(messages.draft)
app.command("search")(messages.search)
app.command("verify")(verify.verify)
app.command("serve")(serve.serve)
app.command("mcp")(mcp.mcp)
app.command("worker")(worker.worker)
app.command("bench")(bench.bench)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("purge")(purge.purge)
app.command("doctor")(doctor.doctor)
app.add_typer(subject.app, name="subject")
app.add_typer(kb.app, name="kb")
app.add_typer(audit.app, name="audit")
app.add_typer(evaluation.app, name="eval")
app.add_typer(policy.app, name="policy")
app.add_typer(keys.app, name="keys")
app.add_typer(learn.app, name="learn")
app.add_typer(vault.app, name="vault")
app.add_typer(inbox.app, name="inbox")
app.add_typer(outbox.app, name="outbox")
app.add_typer(promises.app, name="promises")


WRONG_CALL = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""UsageError, wherever this version of typer keeps it."""


def main() -> None:
    """Run the command. An error is one line on standard error that quotes nothing, and exit code 2."""
    try:
        code = app(standalone_mode=False, prog_name="borrador")
        sys.exit(code if isinstance(code, int) else 0)
    except WRONG_CALL as error:
        sys.stderr.write(_usage(error))
        sys.exit(2)
    except KNOWN_ERRORS as error:
        if isinstance(error, BrokenPipeError):
            # The reader (head, less) has gone: nothing is wrong.
            sys.stderr.close()
            sys.exit(0)
        sys.stderr.write(f"borrador: {' '.join(str(error).split())}\n")
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        # Its text, and a traceback, may quote the customer.
        sys.stderr.write(f"borrador: internal error ({type(error).__name__})\n")
        sys.exit(2)


def _usage(error: Exception) -> str:
    """What is wrong with a call, without its words: a text without quotation marks is taken for arguments."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "borrador"
    if type(error).__name__ == "NoArgsIsHelpError":
        cast(typer.BadParameter, error).show()
        return ""
    parameter = getattr(error, "param", None)
    wrong = (
        f"{'/'.join(parameter.opts)}: missing, or no value that it takes"
        if parameter is not None
        else "unknown command, option or argument (a text with blanks stands in quotation marks)"
    )
    return f"borrador: {wrong}; see `{command} --help`\n"


if __name__ == "__main__":
    main()
