"""``borrador learn``: what people made of the drafts, and what could be learned of it once a person approves."""

import json
from datetime import UTC, date, datetime
from typing import Annotated, Literal, cast

import typer

from api.commands.learn_text import proposal_line, report_lines, suggestion_lines
from api.commands.options import KnowledgeBaseDir, PoliciesDir, load_settings
from api.failures import UsageError
from api.learning_wiring import LearningDesk
from api.record_keeping import open_records
from cases.audit import Action
from cases.learning.answers import Questions, SuggestedAnswer, open_questions, suggested_answers
from cases.learning.approved_texts import known_purposes, phrase_folder
from cases.learning.judged import LearningError, Span
from cases.learning.phrase_book import MAX_REASON, Place, ProposalState
from cases.learning.told import answer_json, report_json, suggestions_json
from cases.reading import ALL_ACCOUNTS
from knowledge_base.answer import LanguageCode
from knowledge_base.governance import Governance
from knowledge_base.loader import load_directory
from knowledge_base.proposals import Proposal, Proposals
from models.text import RawText

app = typer.Typer(help="What people made of the drafts; nothing is learned unapproved.", no_args_is_help=True)

Account = Annotated[str, typer.Option(help="Only this account's cases; * for all.")]
First = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day (UTC).")]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
By = Annotated[str, typer.Option("--by", help="Name of the person who decides.")]
ProposalId = Annotated[str, typer.Argument(help="Its id, as `learn proposals` shows it.")]


@app.command("report")
def report(
    account: Account = ALL_ACCOUNTS,
    first: First = None,
    last: Last = None,
    as_json: AsJson = False,
    recount: Annotated[
        bool, typer.Option("--recount", help="Throw the counts by day away and count every case anew.")
    ] = False,
    policies: PoliciesDir = None,
) -> None:
    """Tell how many drafts were accepted, edited and rejected, and which rules people overrule."""
    span = _span(account, first, last)
    settings = load_settings(policies=policies)
    desk = LearningDesk(open_records(settings), settings)
    if recount:
        desk.summary.forget()
    told = desk.report(span, patient=True)
    if as_json:
        typer.echo(json.dumps(report_json(told), ensure_ascii=False))
        return
    for line in report_lines(told):
        typer.echo(line)


@app.command("suggest")
def suggest(
    account: Account = ALL_ACCOUNTS,
    first: First = None,
    last: Last = None,
    answers: Annotated[
        bool, typer.Option("--answers", help="Answers to open questions too; loads the encoder.")
    ] = False,
    propose: Annotated[
        bool,
        typer.Option("--propose", help="Write them down as proposals: phrases to decide on, draft answers."),
    ] = False,
    as_json: AsJson = False,
    policies: PoliciesDir = None,
    knowledge_base: KnowledgeBaseDir = None,
) -> None:
    """Suggest sentences that people add again and again, and answers that they give again and again.

    Nothing is put into use: proposed phrases wait for `learn approve`, proposed answers are drafts that wait for their
    approvals (`kb submit`, `kb approve`).
    """
    span = _span(account, first, last)
    settings = load_settings(policies=policies, knowledge_base=knowledge_base)
    desk = LearningDesk(open_records(settings), settings)
    phrases = desk.phrases(span)
    found = _answers(desk, span) if answers else ()
    written: list[str] = []
    if propose:
        at = desk.records.now()
        written += [one.id for one in desk.book.propose(phrases.phrases, at=at)]
        written += [_propose(desk, one, at) for one in found]
    if as_json:
        told = {
            **suggestions_json(phrases),
            "answers": [answer_json(one) for one in found],
            "proposed": written,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for line in suggestion_lines(phrases, found, written, proposed=propose):
        typer.echo(line)


@app.command("proposals")
def proposals(
    every: Annotated[bool, typer.Option("--all", help="Those approved and rejected too.")] = False,
    as_json: AsJson = False,
    policies: PoliciesDir = None,
) -> None:
    """List the proposed phrases that wait for a person."""
    settings = load_settings(policies=policies)
    desk = LearningDesk(open_records(settings), settings)
    shown = [one for one in desk.book.all() if every or one.state is ProposalState.PROPOSED]
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in shown], ensure_ascii=False))
        return
    for one in shown:
        typer.echo(proposal_line(one))


@app.command("approve")
def approve(
    proposal: ProposalId,
    by: By,
    purpose: Annotated[
        str, typer.Option(help="What the phrase is for, as policies/phrases/plans.yaml says.")
    ],
    when: Annotated[
        list[str], typer.Option("--when", help="When it may be said, KIND:CODE; again for more.")
    ],
    treatment: Annotated[str, typer.Option(help="tu, usted, or any if it addresses nobody.")] = "any",
    policies: PoliciesDir = None,
) -> None:
    """Approve a proposed phrase in a person's name: it goes into the phrase bank, and into use at the next start."""
    name, place = _person(by), Place(purpose, _treatment(treatment), _conditions(when))
    settings = load_settings(policies=policies)
    desk = LearningDesk(open_records(settings), settings)
    records, at = desk.records, desk.records.now()
    with records.database.write() as session:
        seal = records.sealer.request_tag("phrase", proposal, name, "approved")
        payload = {"proposal": proposal[:40], "purpose": purpose[:40], "seal": seal}
        records.audit.append(session, Action.PHRASE_APPROVED, actor="cli", payload=payload)
        done = desk.book.approve(
            proposal, by=name, place=place, bank=phrase_folder(settings.policies_dir),
            purposes=known_purposes(settings.policies_dir), at=at,
        )  # fmt: skip
    typer.echo(f"{done.id} approved by {name}: {done.phrase}; in use at the next start of the service")


@app.command("reject")
def reject(
    proposal: ProposalId,
    by: By,
    reason: Annotated[str, typer.Option(help="Why; kept with the proposal.")],
    policies: PoliciesDir = None,
) -> None:
    """Reject a proposed phrase in a person's name: it is not suggested again. The reason is kept redacted."""
    from api.wiring import load_redactor  # the models load only where they are needed

    name = _person(by)
    if not reason.strip() or len(reason) > MAX_REASON:
        raise UsageError(f"--reason: 1 to {MAX_REASON} characters")
    settings = load_settings(policies=policies)
    said = load_redactor(settings).patterns_alone.redact(RawText(" ".join(reason.split()))).text.value
    desk = LearningDesk(open_records(settings), settings)
    records = desk.records
    with records.database.write() as session:
        seal = records.sealer.request_tag("phrase", proposal, name, "rejected")
        payload = {"proposal": proposal[:40], "seal": seal}
        records.audit.append(session, Action.PHRASE_REJECTED, actor="cli", payload=payload)
        done = desk.book.reject(proposal, by=name, reason=said, at=records.now())
    typer.echo(f"{done.id} rejected by {name}")


def _span(account: str, first: datetime | None, last: datetime | None) -> Span:
    try:
        return Span(account, _day(first), _day(last))
    except LearningError:
        raise UsageError("--to is before --from") from None


def _day(value: datetime | None) -> date | None:
    return None if value is None else value.replace(tzinfo=UTC).date()


def _person(by: str) -> str:
    name = " ".join(by.split())
    if not name or len(name) > 120 or not name.isprintable():
        raise UsageError("--by: the name of a person, 1 to 120 printable characters")
    return name


def _treatment(code: str) -> Literal["tu", "usted", "any"]:
    if code not in ("tu", "usted", "any"):
        raise UsageError("--treatment: tu, usted or any")
    return cast(Literal["tu", "usted", "any"], code)


def _conditions(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in given:
        kind, colon, code = one.partition(":")
        if not (kind and colon and code):
            raise UsageError("--when: like intent:complaint")
        found.setdefault(kind, []).append(code)
    return found


def _answers(desk: LearningDesk, span: Span) -> tuple[SuggestedAnswer, ...]:
    settings = desk.settings
    limits = Governance.load(settings.policies_dir / "knowledge_base.yaml").gaps
    with desk.records.database.read() as session:
        asked = open_questions(session, span, limits)
        if not asked:
            return ()
        from models.encoder import load_encoder  # the model loads only where there is something to compare

        base = load_directory(settings.knowledge_base_dir)
        references = [
            one for answer in base.answers for text in answer.texts.values() for one in text.questions
        ]
        encoder = load_encoder(settings.encoder, threads=settings.encoder_threads)
        how = Questions(encoder, references, limits)
        return suggested_answers(session, asked, how, desk.policy, desk.approved())


def _propose(desk: LearningDesk, one: SuggestedAnswer, at: datetime) -> str:
    """Write a draft answer; gives its id. It has no approval, so nothing retrieves it."""
    proposal = Proposal(
        title=one.title,
        question=one.question,
        answer=one.text,
        language=cast(LanguageCode, one.language),
        account=one.account,
        proposed_by="borrador learn",
    )
    return Proposals(desk.settings.knowledge_base_dir).add(proposal, at=at).id
