"""The API's operations. Written by `make client`: change the routes, not this file."""

from collections.abc import Iterator, Sequence

from borrador_client import models
from borrador_client.events import Event
from borrador_client.transport import Transport, segment


class Operations(Transport):
    """A method for each operation. Each raises as `Transport` says: a refusal is a `ProblemError`."""

    def account_events(self, *, follow: bool = True, last_event_id: str | None = None) -> Iterator[Event]:
        """Follow all cases.

        `GET /v1/events`

        Tell the events of the key's account as they happen.

        Without `Last-Event-ID` from now on; with it, what followed that event first. `start` is the id
        before the first.
        """
        return self._events("/v1/events", query={"follow": follow}, headers={"Last-Event-ID": last_event_id})

    def case_events(
        self, case_id: str, *, follow: bool = True, last_event_id: str | None = None
    ) -> Iterator[Event]:
        """Follow a case.

        `GET /v1/cases/{case_id}/events`

        Tell the steps of a case that was accepted with 202 as they are done, and then its events.

        `case.progress`: redacted, understood, retrieved, decided, drafted, recorded. Once recorded, the
        case can be read.
        """
        return self._events(
            f"/v1/cases/{segment(case_id)}/events",
            query={"follow": follow},
            headers={"Last-Event-ID": last_event_id},
        )

    def conversation_case(self, provider: str, conversation: str) -> models.CaseOnRecord:
        """Read the newest case of a helpdesk's conversation.

        `GET /v1/webhooks/{provider}/conversations/{conversation}/case`

        Read what the side panel shows: the case whose draft went into the private note.
        """
        return self._send(
            "GET",
            f"/v1/webhooks/{segment(provider)}/conversations/{segment(conversation)}/case",
            query={},
            headers={},
        ).read(models.CaseOnRecord)

    def create_case(
        self, body: models.Message, *, prefer: str | None = None, idempotency_key: str | None = None
    ) -> models.Case | models.Work:
        """Make a case of a message.

        `POST /v1/cases`

        Redact, understand, retrieve, decide, compose, verify and record one message.

        Nothing is sent to the customer: a person decides through `POST /v1/cases/{id}/decision`.
        """
        reply = self._send(
            "POST",
            "/v1/cases",
            query={},
            headers={"prefer": prefer, "Idempotency-Key": idempotency_key},
            body=body,
        )
        if reply.status == 202:
            return reply.read(models.Work)
        return reply.read(models.Case)

    def create_cases(
        self, body: Sequence[models.Message], *, prefer: str | None = None, idempotency_key: str | None = None
    ) -> models.BatchResult:
        """Make cases of many messages.

        `POST /v1/cases/batch`

        Take a JSON array or NDJSON of messages; each gets its own case, or its own problem.

        With `Prefer: respond-async` each gets accepted work instead of a case.
        """
        return self._send(
            "POST",
            "/v1/cases/batch",
            query={},
            headers={"prefer": prefer, "Idempotency-Key": idempotency_key},
            body=body,
        ).read(models.BatchResult)

    def create_draft(
        self, body: models.Message, *, prefer: str | None = None, idempotency_key: str | None = None
    ) -> models.Case | models.Work:
        """Draft the reply to a message.

        `POST /v1/drafts`

        Redact, understand, retrieve, decide, compose, verify and record one message.

        Nothing is sent to the customer: a person decides through `POST /v1/cases/{id}/decision`.
        """
        reply = self._send(
            "POST",
            "/v1/drafts",
            query={},
            headers={"prefer": prefer, "Idempotency-Key": idempotency_key},
            body=body,
        )
        if reply.status == 202:
            return reply.read(models.Work)
        return reply.read(models.Case)

    def create_redaction(self, body: models.RedactionRequest) -> models.RedactionResult:
        """Redact a text.

        `POST /v1/redactions`

        Find personal and health data and replace them by placeholders.
        """
        return self._send("POST", "/v1/redactions", query={}, headers={}, body=body).read(
            models.RedactionResult
        )

    def create_verification(self, body: models.VerificationRequest) -> models.Verification:
        """Check a reply that a person wrote.

        `POST /v1/verifications`

        Say which rules a reply breaks and on which words, before it is sent.
        """
        return self._send("POST", "/v1/verifications", query={}, headers={}, body=body).read(
            models.Verification
        )

    def decide(
        self, case_id: str, body: models.DecisionBody, *, idempotency_key: str | None = None
    ) -> models.DecisionOnRecord:
        """Record what a person decided.

        `POST /v1/cases/{case_id}/decision`

        Keep what was sent, and how much of the draft was changed.

        409 `thread_version_stale` where the customer wrote again since the draft that the person saw.
        """
        return self._send(
            "POST",
            f"/v1/cases/{segment(case_id)}/decision",
            query={},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        ).read(models.DecisionOnRecord)

    def get_case(self, case_id: str) -> models.CaseOnRecord:
        """Read a case.

        `GET /v1/cases/{case_id}`

        Read one case, and what was decided on it.
        """
        return self._send("GET", f"/v1/cases/{segment(case_id)}", query={}, headers={}).read(
            models.CaseOnRecord
        )

    def get_private_draft(self, case_id: str) -> models.PrivateDraft:
        """Read the private draft with the customer's name.

        `GET /v1/cases/{case_id}/drafts/private`

        The look is on the audit log (`vault.revealed`) before it happens. The text is stored nowhere.

        Send it as `accept`, without `text`: the draft was sent as it is, and the record stays without the
        name.
        """
        return self._send("GET", f"/v1/cases/{segment(case_id)}/drafts/private", query={}, headers={}).read(
            models.PrivateDraft
        )

    def get_work(self, work_id: str) -> models.Work:
        """Read how far accepted work is.

        `GET /v1/jobs/{work_id}`

        Read the status of a message that was answered with 202; it stays for a day after the case is
        recorded.
        """
        return self._send("GET", f"/v1/jobs/{segment(work_id)}", query={}, headers={}).read(models.Work)

    def hand_over(
        self, case_id: str, body: models.HandoverBody, *, idempotency_key: str | None = None
    ) -> models.HandoverSummary:
        """Hand a case over.

        `POST /v1/cases/{case_id}/handover`

        Give the case to another key of the account that may decide; the answer is the summary to read
        first.
        """
        return self._send(
            "POST",
            f"/v1/cases/{segment(case_id)}/handover",
            query={},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        ).read(models.HandoverSummary)

    def healthz(self) -> models.Health:
        """Is the process alive.

        `GET /healthz`

        Answer as long as the process serves.
        """
        return self._send("GET", "/healthz", query={}, headers={}).read(models.Health)

    def keep_promise(
        self, case_id: str, number: int, *, idempotency_key: str | None = None
    ) -> models.Changed:
        """Note a promise as kept.

        `POST /v1/cases/{case_id}/promises/{number}/kept`

        Note that what was promised was done.
        """
        return self._send(
            "POST",
            f"/v1/cases/{segment(case_id)}/promises/{segment(number)}/kept",
            query={},
            headers={"Idempotency-Key": idempotency_key},
        ).read(models.Changed)

    def list_cases(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        disposition: models.Disposition | None = None,
        priority: models.Priority | None = None,
        queue: str | None = None,
        status: models.CaseStatus | None = None,
    ) -> models.CasePage:
        """List cases.

        `GET /v1/cases`

        List the cases of the key's account, newest first.
        """
        return self._send(
            "GET",
            "/v1/cases",
            query={
                "limit": limit,
                "cursor": cursor,
                "disposition": disposition,
                "priority": priority,
                "queue": queue,
                "status": status,
            },
            headers={},
        ).read(models.CasePage)

    def list_phrases(
        self, *, from_: str | None = None, to: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> models.PhrasePage:
        """List the phrases that could be learned.

        `GET /v1/learning/phrases`

        List sentences that several people add in several cases. A person approves them (`borrador learn
        approve`).
        """
        return self._send(
            "GET",
            "/v1/learning/phrases",
            query={"from": from_, "to": to, "limit": limit, "cursor": cursor},
            headers={},
        ).read(models.PhrasePage)

    def metrics(self) -> str:
        """Prometheus metrics.

        `GET /metrics`

        Counts and times, with no text and no names in any label.
        """
        return self._send("GET", "/metrics", query={}, headers={}).text()

    def read_handover(self, case_id: str) -> models.HandoverSummary:
        """Read the summary for the next person.

        `GET /v1/cases/{case_id}/handover`

        Tell what is asked, what was answered, what is due, and who has the case.
        """
        return self._send("GET", f"/v1/cases/{segment(case_id)}/handover", query={}, headers={}).read(
            models.HandoverSummary
        )

    def read_learning(self, *, from_: str | None = None, to: str | None = None) -> models.LearningTold:
        """Read what people made of the drafts.

        `GET /v1/learning`

        Tell acceptance, edits and coverage, the rules that people overrule, and customers' satisfaction.
        """
        return self._send("GET", "/v1/learning", query={"from": from_, "to": to}, headers={}).read(
            models.LearningTold
        )

    def read_satisfaction(self, case_id: str) -> models.SatisfactionIfAny:
        """Read a customer's satisfaction.

        `GET /v1/cases/{case_id}/satisfaction`

        Tell the grade of a case, null where it has none.
        """
        return self._send("GET", f"/v1/cases/{segment(case_id)}/satisfaction", query={}, headers={}).read(
            models.SatisfactionIfAny
        )

    def readyz(self) -> models.Health:
        """Can it do its work.

        `GET /readyz`

        Check the store, the policies, the knowledge base and the models; say which one is not ready.
        """
        return self._send("GET", "/readyz", query={}, headers={}, also=frozenset({503})).read(models.Health)

    def record_satisfaction(
        self, case_id: str, body: models.SatisfactionBody, *, idempotency_key: str | None = None
    ) -> models.SatisfactionOnCase:
        """Record a customer's satisfaction.

        `POST /v1/cases/{case_id}/satisfaction`

        Keep a grade for a case that was answered. The same grade again is answered as the first time, with
        200.

        409 `satisfaction_invalid` where nothing was sent on the case, or another grade is on record: the
        first stands.
        """
        return self._send(
            "POST",
            f"/v1/cases/{segment(case_id)}/satisfaction",
            query={},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        ).read(models.SatisfactionOnCase)

    def search_answers(
        self,
        *,
        q: str,
        k: int = 10,
        language: str | None = None,
        channel: models.Channel | None = None,
        audience: models.Visibility | None = None,
        account: str | None = None,
    ) -> models.SearchResult:
        """Search the approved answers.

        `GET /v1/answers:search`

        Find approved answers in force.

        Proxies log addresses: for a customer's own words use `POST /v1/answers:search`, the same in a body.
        """
        return self._send(
            "GET",
            "/v1/answers:search",
            query={
                "q": q,
                "k": k,
                "language": language,
                "channel": channel,
                "audience": audience,
                "account": account,
            },
            headers={},
        ).read(models.SearchResult)

    def search_answers_privately(self, body: models.SearchRequest) -> models.SearchResult:
        """Search the approved answers, with the question in the body.

        `POST /v1/answers:search`

        Find approved answers in force, without the question in an address.
        """
        return self._send("POST", "/v1/answers:search", query={}, headers={}, body=body).read(
            models.SearchResult
        )

    def stop_clock(
        self, case_id: str, clock: models.Clock, *, idempotency_key: str | None = None
    ) -> models.Changed:
        """Stop a clock.

        `POST /v1/cases/{case_id}/clocks/{clock}/stop`

        Note that the case was answered or resolved elsewhere: this clock and those before it stop.
        """
        return self._send(
            "POST",
            f"/v1/cases/{segment(case_id)}/clocks/{segment(clock)}/stop",
            query={},
            headers={"Idempotency-Key": idempotency_key},
        ).read(models.Changed)

    def withdraw_answer(
        self, answer_id: str, body: models.WithdrawalBody, *, idempotency_key: str | None = None
    ) -> models.WithdrawalDone:
        """Withdraw an approved answer.

        `POST /v1/answers/{answer_id}/withdraw`

        Withdraw an answer at once and for good; its id is not used again. Asks for the scope `curator`.
        """
        return self._send(
            "POST",
            f"/v1/answers/{segment(answer_id)}/withdraw",
            query={},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        ).read(models.WithdrawalDone)
