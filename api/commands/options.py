"""Options that several commands share, and the service built from them."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from api import logging as service_logging
from api.failures import settings_problem
from api.settings import Settings

InFile = Annotated[
    Path | None,
    typer.Option("--in", help="JSON Lines to read; standard input when there is no text either."),
]
KnowledgeBaseDir = Annotated[
    Path | None,
    typer.Option("--knowledge-base", help="Folder of approved answers; the demo company's if absent."),
]
PoliciesDir = Annotated[
    Path | None, typer.Option("--policies", help="Folder of policies; the product's if absent.")
]


def load_settings(*, knowledge_base: Path | None = None, policies: Path | None = None) -> Settings:
    """Read the settings, with the folders given on the command line.

    Raises:
        UsageError: a setting is wrong.
    """
    service_logging.configure(as_json=True)
    overrides = {"knowledge_base_dir": knowledge_base, "policies_dir": policies}
    try:
        settings = Settings()
    except ValidationError as error:
        raise settings_problem(error) from None
    return settings.model_copy(update={name: value for name, value in overrides.items() if value is not None})
