"""Messages in over HTTP: worked at once, or accepted to be worked, alone or in batches."""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from pydantic import ValidationError

from api.field_paths import wrong_field
from api.http_wiring import HttpParts
from api.problems import CODES, STATUS_OF_CASE_ERRORS, TYPE_PREFIX, FieldError, ProblemBody, ProblemError
from api.service import REQUEST_WAIT_SECONDS, WAIT_SECONDS, Service
from cases.accepted import Sender, WorkStatus
from cases.case import Case
from cases.errors import CaseError
from cases.identifiers import new_case_id, nth_id
from cases.keys import ApiKey
from cases.message import Message
from cases.replays import Claim

log = structlog.get_logger(__name__)
_RESPOND_ASYNC = re.compile(r'(?:^|,)\s*respond-async\s*(?:=\s*"?"?\s*)?(?:[;,]|$)', re.IGNORECASE)


def wants_async(prefer: str | None) -> bool:
    """Whether ``Prefer`` (RFC 7240) asks for 202; its other preferences are left aside, as it allows."""
    return prefer is not None and _RESPOND_ASYNC.search(prefer) is not None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one message: its case, accepted work, or a problem."""

    status: int
    case: Case | None = None
    work: WorkStatus | None = None
    problem: ProblemBody | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes messages for one request."""

    service: Service
    http: HttpParts
    key: ApiKey
    request_id: str | None
    claim: Claim | None = None

    def work(self, message: Message, *, number: int = 0, wait: float = REQUEST_WAIT_SECONDS) -> Case:
        """The case of a message; of the same request again, the same case."""
        promised = None if self.claim is None else nth_id(self.claim.case_id, number)
        case = self.service.handle(message, key=self.key, case_id=promised, wait=wait)
        self.http.bell.ring()
        return case

    def accept(self, message: Message, *, number: int = 0) -> WorkStatus:
        """Keep a message to be worked soon."""
        promised = new_case_id() if self.claim is None else nth_id(self.claim.case_id, number)
        named = self.service.named(message, key=self.key)
        sender = Sender(str(named.account), self.key.id, self.request_id)
        return self.http.work.accept(named, sender, case_id=promised)

    def take(self, item: object, *, number: int, later: bool) -> Taken:
        """One message of a batch: whatever is wrong with it is its own problem, not the batch's."""
        try:
            message = Message.model_validate(item)
            if later:
                return Taken(202, work=self.accept(message, number=number))
            return Taken(200, case=self.work(message, number=number, wait=WAIT_SECONDS))
        except ValidationError as error:
            return self._invalid(error)
        except ProblemError as error:
            return self._problem(error.status, error.code, error.detail)
        except CaseError as error:
            status = STATUS_OF_CASE_ERRORS.get(error.code)
            if status is not None:
                return self._problem(status, error.code, str(error))
            return self._failed(error)
        except Exception as error:
            return self._failed(error)

    def _failed(self, error: Exception) -> Taken:
        log.error("batch.item_failed", error_type=type(error).__name__)
        return self._problem(500, "internal_error", CODES["internal_error"])

    def _invalid(self, error: ValidationError) -> Taken:
        found = error.errors(include_url=False, include_input=False, include_context=False)[:20]
        fields = [FieldError(field=wrong_field(one), message=str(one["msg"])) for one in found]
        detail = f"{fields[0].field}: {fields[0].message}"
        return self._problem(422, "validation_failed", detail, fields)

    def _problem(self, status: int, code: str, detail: str, fields: list[FieldError] | None = None) -> Taken:
        problem = ProblemBody(
            type=TYPE_PREFIX + code,
            title=HTTPStatus(status).phrase,
            status=status,
            code=code,
            detail=detail,
            request_id=self.request_id,
            errors=fields,
        )
        return Taken(status, problem=problem)


def items_of(body: bytes, content_type: str) -> list[Any]:
    """The messages of a batch: a JSON array, or NDJSON with one on each line (blank lines are none).

    Raises:
        ProblemError: 400, not JSON in UTF-8; 422, neither an array nor lines.
    """
    try:
        text = body.decode("utf-8")
        if "ndjson" in content_type or "jsonl" in content_type:
            # Only the line feed ends a line: other separators may stand inside a JSON string.
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ProblemError(HTTPStatus.BAD_REQUEST, "body_not_json", CODES["body_not_json"]) from None
    if not isinstance(found, list):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "validation_failed", "body: a JSON array of messages, or NDJSON"
        )
    return found
