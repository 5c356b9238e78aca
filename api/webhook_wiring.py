"""Puts the webhook desk together from the settings and the service, and counts what it does."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from prometheus_client import Counter

from api.service import WAIT_SECONDS, Service
from api.settings import Settings
from api.webhook_decisions import HelpdeskRecorder, webhook_key
from api.work_wiring import build_keeper
from cases.case import Case
from cases.cipher import Cipher
from cases.errors import UnknownAccountError
from cases.message import Message
from cases.secret_keys import VAULT_VARIABLE, load_keys
from cases.webhooks.aftermath import Aftermath
from cases.webhooks.desk import Desk
from cases.webhooks.endpoints import Endpoint, WebhookSettingsError, load_endpoints
from cases.webhooks.inbox import Inbox
from cases.webhooks.loops import Loop
from cases.webhooks.note_sender import HttpNoteSender, NoteSender

log = structlog.get_logger(__name__)

WEBHOOKS = Counter(
    "borrador_webhooks_total",
    "Inbound webhooks by outcome: accepted, duplicate, why ignored or refused, drafted, noted, put_off, failed;"
    " what agents did: draft_accepted, draft_edited, own_reply, closed…",
    ["endpoint", "outcome"],
)
STOP_SECONDS = 15.0
"""At a stop, for the case and the note in work; what is not finished is taken up at the next start."""


def count_outcome(endpoint: str, outcome: str, code: str | None) -> None:
    """Count an outcome; log what went wrong by its code, for the text may quote the customer."""
    WEBHOOKS.labels(endpoint, outcome).inc()
    if code is not None:
        log.warning(f"webhook.{outcome}", code=code)


def _log_failure(error: Exception) -> None:
    log.error("webhook.loop_failed", error_type=type(error).__name__)


class WebhookWork:
    """The desk, and the two threads that do its work: one drafts, one writes notes."""

    def __init__(self, desk: Desk, sender: HttpNoteSender | None = None) -> None:
        self.desk = desk
        self._sender = sender
        self._notes = Loop("webhook-notes", desk.note_next, failed=_log_failure)
        self._drafts = Loop("webhook-drafts", self._draft, failed=_log_failure)

    def wake(self) -> None:
        """Tell that a message came in."""
        self._drafts.wake()

    def start(self) -> None:
        """Begin, where a helpdesk is configured."""
        if self.desk.endpoints.by_name:
            self._drafts.start()
            self._notes.start()

    def stop(self) -> None:
        """Finish what is in work."""
        self._drafts.stop(timeout=STOP_SECONDS)
        self._notes.stop(timeout=STOP_SECONDS)
        if self._sender is not None:
            self._sender.close()

    def _draft(self) -> bool:
        worked = self.desk.draft_next()
        if worked:
            self._notes.wake()
        return worked


def build_webhook_work(
    service: Service,
    settings: Settings,
    *,
    environment: Mapping[str, str] | None = None,
    sender: NoteSender | None = None,
) -> WebhookWork:
    """Build the desk.

    Args:
        environment: instead of the process's own.
        sender: instead of one that sends at once over HTTP.

    Raises:
        PolicyError, WebhookSettingsError: the file, a secret or an account is at fault; the message says which.
    """
    endpoints = load_endpoints(settings.webhooks_file, os.environ if environment is None else environment)
    for endpoint in endpoints:
        try:
            service.pipeline.account(endpoint.account)
        except UnknownAccountError:
            raise WebhookSettingsError(
                f"webhook {endpoint.name}: account: not one that is configured"
            ) from None
    own = None
    if sender is None:
        own = sender = HttpNoteSender()
    inbox = _inbox(service, settings)
    keeper = build_keeper(service.records, settings, service.pipeline.engines.accounts)
    recorder = HelpdeskRecorder(service, keeper, count_outcome)
    desk = Desk(
        endpoints,
        inbox,
        service.records,
        handle=lambda message, endpoint, case_id: _handle(service, message, endpoint, case_id),
        aftermath=Aftermath(inbox, service.records, decide=recorder.decide, resolve=recorder.resolve),
        sender=sender,
        count=count_outcome,
        now=lambda: datetime.now(UTC),
    )
    return WebhookWork(desk, own)


def _inbox(service: Service, settings: Settings) -> Inbox:
    cipher = Cipher(load_keys(VAULT_VARIABLE, settings.data_dir / "vault.key"))
    return Inbox(service.records.database, service.records.sealer, cipher, service.records.now)


def _handle(service: Service, message: Message, endpoint: Endpoint, case_id: str) -> Case:
    """Take a message the same way as a request with a key of this account; the audit log names the webhook."""
    key = webhook_key(endpoint, f"webhook:{endpoint.name}")
    return service.handle(message, key=key, case_id=case_id, wait=WAIT_SECONDS)
