"""An answer that is withdrawn while a draft is being written from it does not come out in that draft."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from api.settings import Settings
from cases.citations import cited
from cases.message import Message
from cases.pipeline import MOST_TRIES, Pipeline
from drafting.drafter import DraftingResult
from drafting.request import ComposeRequest
from knowledge_base.config import RetrievalConfig
from knowledge_base.evidence import Query, Retrieval
from knowledge_base.governance import Governance
from knowledge_base.loader import load_directory
from knowledge_base.retriever import Retriever
from models.encoder import load_encoder

MESSAGE = Message.model_validate({"text": "¿Cada cuánto hay que volver a ponerse el protector solar?"})


class Meanwhile:
    """The drafter, with something that happens after its first draft."""

    def __init__(self, inner: Any, happens: Any) -> None:
        self._inner = inner
        self._happens = happens
        self.drafts = 0

    def draft(self, request: ComposeRequest) -> DraftingResult:
        result: DraftingResult = self._inner.draft(request)
        self.drafts += 1
        if self.drafts == 1:
            self._happens(result)
        return result


def test_the_message_is_worked_again_without_the_answer(pipeline: Pipeline, settings: Settings) -> None:
    base = load_directory(settings.knowledge_base_dir)
    retriever = Retriever.build(
        base,
        load_encoder(settings.encoder, threads=1),
        RetrievalConfig.load(settings.policies_dir / "retrieval.yaml"),
        required_roles=Governance.load(settings.policies_dir / "knowledge_base.yaml").required_roles,
        cache_dir=settings.cache_dir,
    )
    gone: set[str] = set()
    query = Query(text=MESSAGE.text)

    def withdraw(result: DraftingResult) -> None:
        sources = {sentence.source for draft in result.drafts for sentence in draft.sentences}
        gone.update(source[7:].split("@")[0] for source in sources if source.startswith("answer:"))
        found = retriever.search(query, k=3).evidence
        gone.add(found[0].answer.id)
        retriever.withdraw(gone)

    drafter = Meanwhile(pipeline.engines.drafter, withdraw)
    engines = replace(pipeline.engines, retriever=retriever, drafter=drafter)  # type: ignore[arg-type]
    case = Pipeline(engines).run(MESSAGE, received_at=datetime.now(UTC)).case
    assert gone
    assert drafter.drafts == 2
    assert gone.isdisjoint(found.answer_id for found in case.evidence)
    assert gone.isdisjoint(name for draft in case.drafts for name, _ in cited(draft))
    assert case.provenance.knowledge_base == base.fingerprint[:12]


class Restless:
    """A knowledge base that changes under every draft."""

    def __init__(self, inner: Retriever) -> None:
        self._inner = inner
        self.searches = 0

    def search(self, query: Query, k: int = 10) -> Retrieval:
        self.searches += 1
        return self._inner.search(query, k)

    def holds(self, retrieval: Retrieval) -> bool:
        return not retrieval.evidence


def test_a_base_that_never_rests_ends_in_a_draft_without_answers(pipeline: Pipeline) -> None:
    restless = Restless(pipeline.engines.retriever)
    engines = replace(pipeline.engines, retriever=restless)  # type: ignore[arg-type]
    case = Pipeline(engines).run(MESSAGE, received_at=datetime.now(UTC)).case
    assert restless.searches == MOST_TRIES
    assert not case.evidence
    assert case.drafts
    assert all(not cited(draft) for draft in case.drafts)
