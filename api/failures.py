"""The errors that are the caller's to mend: told in one line, without a traceback."""

from pydantic import ValidationError

from api.commands.stream import describe
from cases.errors import CaseError
from knowledge_base.errors import KnowledgeBaseError
from models.errors import ModelError
from policies.errors import PolicyError


class UsageError(Exception):
    """A command was called in a way that cannot work; the message says what to do."""

    code = "usage"


KNOWN_ERRORS = (CaseError, KnowledgeBaseError, ModelError, PolicyError, UsageError, OSError)


def settings_problem(error: ValidationError) -> UsageError:
    """Say which setting is wrong, without its value: it may be a secret."""
    return UsageError(f"settings: {describe(error)}")
