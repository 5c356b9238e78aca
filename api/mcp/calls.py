"""One call of a tool: key, scope, arguments, work; every error as a stable code that quotes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from pydantic import ValidationError

from api.commands.stream import describe
from api.failures import KNOWN_ERRORS
from api.mcp.tools import TOOLS, ToolSpec
from api.problems import CODES, STATUS_OF_CASE_ERRORS, ProblemError
from api.service import Service
from cases.errors import CaseError
from cases.keys import ApiKey

log = structlog.get_logger(__name__)
BY_NAME: Mapping[str, ToolSpec] = {tool.name: tool for tool in TOOLS}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gave: data, or an error with its ``code`` and ``detail``."""

    data: Mapping[str, Any]
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes calls for the holder of one key."""

    service: Callable[[], Service]
    """Waits until the engines are loaded; raises their error if they cannot be."""
    secret: str = field(repr=False)

    def call(self, tool: ToolSpec, arguments: Mapping[str, Any]) -> Outcome:
        """Do the work of a tool. Never raises."""
        try:
            service = self.service()
            key = self._key(service, tool)
            return Outcome(tool.work(service, key, tool.takes.model_validate(arguments)))
        except ProblemError as error:
            return _failure(error.code, error.detail)
        except ValidationError as error:
            return _failure("validation_failed", describe(error))
        except CaseError as error:
            if error.code in STATUS_OF_CASE_ERRORS:
                return _failure(error.code, str(error))
            return _internal(error, tool)
        except Exception as error:
            return _internal(error, tool)

    def _key(self, service: Service, tool: ToolSpec) -> ApiKey:
        """The key, read at each call: one revoked meanwhile opens nothing."""
        key = service.keys.authenticate(self.secret)
        if key is None:
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "unauthorized", CODES["unauthorized"])
        if tool.scopes.isdisjoint(key.scopes):
            names = ", ".join(sorted(scope.value for scope in tool.scopes))
            raise ProblemError(
                HTTPStatus.FORBIDDEN, "forbidden", f"this tool asks for one of the scopes: {names}"
            )
        return key


def _failure(code: str, detail: str) -> Outcome:
    return Outcome({"code": code, "detail": detail}, failed=True)


def _internal(error: Exception, tool: ToolSpec) -> Outcome:
    # The error's text may quote the customer: only its type goes to the log.
    log.error("mcp.failed", error_type=type(error).__name__, route=tool.name)
    if isinstance(error, KNOWN_ERRORS) and not isinstance(error, OSError | CaseError):
        return _failure("internal_error", f"the service cannot start ({type(error).__name__})")
    return _failure("internal_error", CODES["internal_error"])
