"""Puts together what HTTP needs beside the service: limits, kept answers, accepted work, streams."""

from dataclasses import dataclass

from api.async_work import AsyncWork
from api.cursors import Cursors
from api.event_stream import Streams
from api.http_policy import HttpPolicy, load_http_policy
from api.progress_board import Bell, ProgressBoard
from api.rate_limits import RateLimiter
from api.service import Service
from api.settings import Settings
from cases.accepted import AcceptedWork, Task
from cases.case import Case
from cases.cipher import Cipher
from cases.event_reading import EventReader
from cases.progress import Tell
from cases.replays import Replays
from cases.secret_keys import VAULT_VARIABLE, load_keys


@dataclass(frozen=True, slots=True)
class HttpParts:
    """Built once at start."""

    policy: HttpPolicy
    limiter: RateLimiter
    replays: Replays
    work: AsyncWork
    board: ProgressBoard
    bell: Bell
    streams: Streams
    events: EventReader
    cursors: Cursors


def build_http(service: Service, settings: Settings, policy: HttpPolicy | None = None) -> HttpParts:
    """Build the parts.

    Args:
        policy: instead of the one in the policies' folder.

    Raises:
        PolicyError: the file is missing or breaks its schema.
        SecretKeyError: the vault's key cannot be read.
    """
    rules = policy or load_http_policy(settings.policies_dir / "http.yaml")
    records = service.records
    bell = Bell()
    board = ProgressBoard(bell, records.now)
    accepted = rules.accepted_work
    store = AcceptedWork(
        records.database,
        Cipher(load_keys(VAULT_VARIABLE, settings.data_dir / "vault.key")),
        records.now,
        max_waiting=accepted.max_waiting,
        keep=accepted.keep,
    )
    replays = Replays(
        records.database,
        records.sealer,
        records.now,
        keep=rules.idempotency.keep,
        lease=rules.idempotency.lease,
    )

    def tidy() -> None:
        store.purge()
        replays.purge()

    return HttpParts(
        policy=rules,
        limiter=RateLimiter(rules.rates),
        replays=replays,
        work=AsyncWork(
            store,
            lambda task, tell: _handle(service, task, tell),
            board,
            workers=accepted.workers,
            drain_seconds=accepted.drain_seconds,
            tidy=tidy,
        ),
        board=board,
        bell=bell,
        streams=Streams(rules.streams, bell),
        events=EventReader(records.database),
        cursors=Cursors(records.sealer),
    )


def _handle(service: Service, task: Task, tell: Tell) -> Case:
    """Work an accepted message as its sender's request would have been; its clocks run from when it came."""
    message = task.message
    if message.received_at is None:
        message = message.model_copy(update={"received_at": task.accepted_at})
    return service.work(message, account=task.account, actor=task.actor, case_id=task.case_id, tell=tell)
