"""The command ``borrador``: each part of the service from the command line."""

import sys

import typer

from api.commands import audit, bench, kb, keys, messages, policy, serve, vault
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
app.command("serve")(serve.serve)
app.command("bench")(bench.bench)
app.add_typer(kb.app, name="kb")
app.add_typer(audit.app, name="audit")
app.add_typer(policy.app, name="policy")
app.add_typer(keys.app, name="keys")
app.add_typer(vault.app, name="vault")


def main() -> None:
    """Run the command. A known error is one line on standard error and exit code 2."""
    try:
        app()
    except KNOWN_ERRORS as error:
        sys.stderr.write(f"borrador: {' '.join(str(error).split())}\n")
        sys.exit(2)
    except BrokenPipeError:
        # The reader (head, less) has gone: nothing is wrong.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
