"""The language-model drafter against a real server process that behaves, and against hostile ones."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from drafting.drafter import Drafter, DraftingResult
from drafting.llm_client import ServerModel
from drafting.llm_drafter import LanguageModelDrafter
from drafting.llm_grounding import Grounding
from drafting.llm_policy import LanguageModelPolicy, load_language_model_policy
from drafting.request import ComposeRequest
from knowledge_base.evidence import Encoder
from models.encoder import DEFAULT_DIRECTORY, load_encoder
from tests.drafting.builders import answer, decision, request, retrieval
from tests.drafting.llm_process import running

ROOT = Path(__file__).parents[2]
APPROVED = answer(
    "Los pedidos a la península llegan en dos o tres días laborables. Los festivos no cuentan.",
    "Los pedidos a la península llegan en dos o tres días laborables. Los festivos no cuentan.",
)
KEY = "sk-una-clave-inventada"
SECONDS = 1.5


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(DEFAULT_DIRECTORY, threads=1)


@pytest.fixture(scope="module")
def policy() -> LanguageModelPolicy:
    """The shipped policy with less patience."""
    shipped = load_language_model_policy(ROOT / "policies" / "language_model.yaml")
    limits = shipped.limits.model_copy(update={"seconds": SECONDS, "idle_seconds": 0.8})
    return shipped.model_copy(update={"limits": limits})


class Bench:
    """Drafters that ask the model of a name."""

    def __init__(self, drafter: Drafter, url: str, policy: LanguageModelPolicy, encoder: Encoder) -> None:
        self.plain = drafter
        self.url = url
        self.policy = policy
        self.grounding = Grounding.of(policy.grounding, encoder, drafter.verifier.lexicon.language_words)

    def drafter(self, model: str, url: str | None = None) -> Drafter:
        server = ServerModel(url or self.url, model, self.policy, KEY)
        return replace(
            self.plain, language_model=LanguageModelDrafter.of(server, self.policy, self.grounding)
        )

    def draft(self, model: str, asked: ComposeRequest | None = None) -> DraftingResult:
        return self.drafter(model).draft(asked or question())

    def seen(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = httpx.get(self.url, trust_env=False).json()
        return found


@pytest.fixture(scope="module")
def bench(url: str, policy: LanguageModelPolicy, encoder: Encoder) -> Bench:
    return Bench(Drafter.load(ROOT / "policies"), url, policy, encoder)


def question(text: str = "¿cuánto tarda en llegar mi pedido a Soria? soy [PERSON_1]") -> ComposeRequest:
    return request(text, decided=decision("draft"), found=retrieval(APPROVED))


def test_the_composed_draft_quotes_the_answer_that_the_servers_lie_about(bench: Bench) -> None:
    result = bench.plain.draft(question())
    assert result.drafter == "composer"
    assert "dos o tres días laborables. Los festivos no cuentan." in result.drafts[0].text
    assert len(result.drafts[0].sentences) > 1


@pytest.mark.parametrize("model", ["honest", "fenced", "whole", "fails-once"])
def test_a_model_that_behaves_signs_its_draft(bench: Bench, model: str) -> None:
    result = bench.draft(model)
    assert (result.drafter, result.language_model) == (f"llm:{model}", None)
    assert result.drafts[0].drafter == f"llm:{model}"
    assert not any(sentence.source.startswith("reworded:") for sentence in result.drafts[0].sentences)


def test_a_rewording_is_marked_and_keeps_its_source(bench: Bench) -> None:
    result = bench.draft("rewording")
    assert result.drafter == "llm:rewording", result.language_model
    (draft,) = result.drafts
    assert "A la península, los pedidos llegan en dos o tres días laborables." in draft.text
    answered = [sentence for sentence in draft.sentences if sentence.role == "answer"]
    assert [sentence.source for sentence in answered] == ["reworded:answer:plazo-de-entrega@2#full"]


def test_a_reworded_sentence_stands_only_where_it_was_checked(bench: Bench) -> None:
    asked = question()
    (draft,) = bench.draft("rewording", asked).drafts
    verifier = bench.plain.verifier
    context = verifier.context(asked, draft.audience)
    assert "every_sentence_sourced" in {broken.rule for broken in verifier.verify(draft, context)}
    lying = {(sentence.text, sentence.source): "Otra cosa." for sentence in draft.sentences}
    broken = verifier.verify(draft, replace(context, reworded=lying))
    assert "every_sentence_sourced" in {violation.rule for violation in broken}


def test_only_redacted_text_and_approved_texts_go_out(bench: Bench) -> None:
    bench.draft("honest", question("me llamo [PERSON_1] y mi pedido no llega"))
    seen = bench.seen()[-1]
    body, headers = seen["body"], seen["headers"]
    assert isinstance(body, dict)
    assert isinstance(headers, dict)
    assert seen["path"] == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    case = json.loads(body["messages"][1]["content"])
    assert case["mensaje_cliente"] == "me llamo [PERSON_1] y mi pedido no llega"
    assert set(case) == {
        "idioma", "trato", "canal", "audiencia", "limite_caracteres", "max_frases", "intencion", "emocion",
        "mensaje_cliente", "fuentes", "borrador",
    }  # fmt: skip
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["sentences"]["items"]["properties"]["source"]["enum"][0] == "F1"


def test_a_long_message_is_cut(bench: Bench) -> None:
    bench.draft("honest", question("mi pedido no llega " + "y sigo esperando " * 500))
    body = bench.seen()[-1]["body"]
    assert isinstance(body, dict)
    case = json.loads(body["messages"][1]["content"])
    assert len(case["mensaje_cliente"]) == bench.policy.limits.message_characters


HOSTILE = {
    "unknown-source": "llm_unknown_source",
    "no-source": "llm_unknown_source",
    "swapped-source": "llm_not_grounded",
    "leaks-placeholder": "llm_not_grounded:fact",
    "invents-phone": "llm_not_grounded:fact",
    "invents-url": "llm_not_grounded:fact",
    "invents-product": "llm_not_grounded",
    "other-number": "llm_not_grounded:number",
    "other-digits": "llm_not_grounded:fact",
    "drops-no": "llm_not_grounded:both_ways",
    "promises": "llm_not_grounded:only_if_given",
    "obeys-injection": "llm_not_grounded",
    "homoglyph": "llm_not_grounded:character",
    "english": "llm_not_grounded",
    "drops-sentence": "llm_incomplete:answer",
    "drops-opening": "llm_incomplete",
    "only-opening": "llm_incomplete",
    "repeats": "llm_verification_failed",
    "many": "llm_output_too_long",
    "empty": "llm_output_invalid",
    "overruns": "llm_output_too_long",
    "endless-line": "llm_output_too_long",
    "huge": "llm_output_too_long",
    "length": "llm_output_too_long",
    "hangs": "llm_timeout",
    "hangs-midway": "llm_timeout",
    "drips": "llm_timeout",
    "drips-headers": "llm_timeout",
    "broken-json": "llm_output_invalid",
    "prose": "llm_output_invalid",
    "not-events": "llm_output_invalid",
    "numbers": "llm_output_invalid",
    "deep": "llm_output_invalid",
    "extra": "llm_output_invalid",
    "closes": "llm_unreachable",
    "compressed": "llm_output_invalid",
    "redirects": "llm_http_error:307",
    "unauthorized": "llm_http_error:401",
    "error-500": "llm_http_error:500",
}


@pytest.mark.parametrize(("model", "reason"), HOSTILE.items(), ids=HOSTILE)
def test_the_composed_draft_stands_and_the_result_says_why(bench: Bench, model: str, reason: str) -> None:
    expected = bench.plain.draft(question())
    started = time.monotonic()
    result = bench.draft(model)
    assert time.monotonic() - started < SECONDS + 1
    assert result.language_model is not None
    assert result.language_model == reason or result.language_model.split(":")[0] == reason
    assert result.drafts == expected.drafts
    assert (result.drafter, result.failure) == ("composer", None)


@pytest.mark.parametrize(
    ("model", "calls"), [("error-500", 2), ("broken-json", 2), ("unauthorized", 1), ("drops-no", 1)]
)
def test_only_faults_that_may_pass_are_tried_again(bench: Bench, model: str, calls: int) -> None:
    before = len(bench.seen())
    bench.draft(model)
    assert len(bench.seen()) - before == calls


def test_a_server_that_is_not_there(bench: Bench) -> None:
    result = bench.drafter("honest", "http://127.0.0.1:9/v1").draft(question())
    assert (result.drafter, result.language_model) == ("composer", "llm_unreachable")


def test_a_failing_server_is_left_alone_and_tried_again(bench: Bench) -> None:
    drafter = bench.drafter("error-500")
    reasons = [drafter.draft(question()).language_model for _ in range(4)]
    assert reasons[0] == "llm_http_error:500"
    assert reasons[-1] == "llm_circuit_open"
    before = len(bench.seen())
    assert drafter.draft(question()).language_model == "llm_circuit_open"
    assert len(bench.seen()) == before


def test_a_lying_model_does_not_open_the_circuit(bench: Bench) -> None:
    drafter = bench.drafter("drops-no")
    assert {drafter.draft(question()).language_model for _ in range(7)} == {"llm_not_grounded:both_ways"}


def test_calls_at_once_are_bounded(bench: Bench) -> None:
    drafter = bench.drafter("hangs")
    model = drafter.language_model
    assert model is not None
    busy = replace(model, slots=threading.Semaphore(0))
    assert replace(drafter, language_model=busy).draft(question()).language_model == "llm_busy"


@pytest.mark.parametrize("flag", ["emergency", "self_harm", "adverse_event", "prompt_injection", "minor"])
def test_the_model_is_not_asked_where_care_is_needed(bench: Bench, flag: str) -> None:
    before = len(bench.seen())
    asked = request("mi pedido no llega", decided=decision("acknowledge", flags=(flag,)))
    result = bench.draft("honest", asked)
    if result.drafter == "composer":
        assert result.language_model == "llm_not_for_this_case"
    assert len(bench.seen()) == before


def test_both_audiences_are_reworded_or_neither(bench: Bench) -> None:
    asked = request(
        "mi pedido no llega",
        decided=decision("draft", audiences=("public", "private")),
        found=retrieval(APPROVED),
    )
    result = bench.draft("honest", asked)
    assert {draft.drafter for draft in result.drafts} == {result.drafter}
    assert len(result.drafts) == 2


def test_the_key_and_the_message_stay_out_of_repr(bench: Bench) -> None:
    server = ServerModel(bench.url, "honest", bench.policy, KEY)
    assert KEY not in repr(server)
    assert KEY not in repr(bench.drafter("honest"))
