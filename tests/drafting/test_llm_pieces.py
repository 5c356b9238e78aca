"""The pieces of the language-model drafter: the policy's own cases, the breaker, settings, an in-process model."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drafting.drafter import Drafter
from drafting.lexicon import Lexicon
from drafting.llm_breaker import Breaker
from drafting.llm_errors import LanguageModelError
from drafting.llm_grounding import Grounding
from drafting.llm_loading import load_language_model
from drafting.llm_policy import BreakerPolicy, load_language_model_policy
from drafting.llm_reply import read_reply
from knowledge_base.evidence import Encoder, Vectors
from models.encoder import DEFAULT_DIRECTORY, load_encoder
from models.errors import ArtifactError
from policies.errors import PolicyError
from tests.drafting.builders import answer, decision, request, retrieval

POLICIES = Path(__file__).parents[2] / "policies"
POLICY = load_language_model_policy(POLICIES / "language_model.yaml")
CASES = yaml.safe_load((POLICIES / "language_model.cases.yaml").read_text(encoding="utf-8"))
WORDS = Lexicon.load(POLICIES / "verification.yaml").language_words
PHRASES = {"acuse", "espera"}


class Apart:
    """An encoder to which no two texts are alike."""

    def encode(self, texts: list[str], *, kind: str) -> Vectors:
        return np.eye(len(texts), dtype=np.float32)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(DEFAULT_DIRECTORY, threads=1)


@pytest.mark.parametrize("case", CASES["cases"], ids=[case["text"] for case in CASES["cases"]])
def test_the_policys_own_cases(encoder: Encoder, case: dict[str, str]) -> None:
    grounding = Grounding.of(POLICY.grounding, encoder, WORDS)
    source = CASES["sources"][case["source"]]
    whole = case["source"] not in PHRASES
    checked = grounding.check(case["text"], source, language="es", whole=whole)
    assert checked.failed == case.get("refused")
    assert (checked.failed is None) == ("accepted" in case)


def test_a_sentence_far_from_its_source_is_refused() -> None:
    grounding = Grounding.of(POLICY.grounding, Apart(), WORDS)
    assert (
        grounding.check(
            "Los festivos no cuentan.", "Los festivos no cuentan.", language="es", whole=True
        ).failed
        == "cosine"
    )


def test_a_language_without_lists_is_refused(encoder: Encoder) -> None:
    grounding = Grounding.of(POLICY.grounding, encoder, WORDS)
    assert grounding.check("Bonjour.", "Bonjour.", language="fr", whole=True).failed == "language"


def test_each_language_the_model_may_write_has_its_lists() -> None:
    grounding = POLICY.grounding
    for lists in (grounding.both_ways, grounding.only_if_given, grounding.numbers, grounding.free_words):
        assert set(lists) == POLICY.use.languages


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9))
def test_no_other_number_passes(said: int, given_number: int) -> None:
    """Whatever the encoder thinks of it."""

    class Same:
        def encode(self, texts: list[str], *, kind: str) -> Vectors:
            return np.ones((len(texts), 1), dtype=np.float32)

    grounding = Grounding.of(POLICY.grounding, Same(), WORDS)
    source = f"Los pedidos tardan {given_number} horas."
    checked = grounding.check(f"Los pedidos tardan {said} horas.", source, language="es", whole=True)
    assert (checked.failed is None) == (said == given_number)


@given(st.text(max_size=300))
def test_no_reply_breaks_the_reader(text: str) -> None:
    with suppress(LanguageModelError):
        assert all(sentence.text for sentence in read_reply(text, POLICY.limits))


def test_the_breaker_opens_lets_one_through_and_closes() -> None:
    now = [0.0]
    breaker = Breaker(BreakerPolicy(failures=2, open_seconds=10), lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 10.0
    assert breaker.allows()
    assert not breaker.allows()
    breaker.failed()
    now[0] = 19.0
    assert not breaker.allows()
    now[0] = 20.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def test_off_by_default(encoder: Encoder) -> None:
    assert load_language_model(POLICIES, encoder, url=None, model=None, api_key=None) is None
    assert Drafter.load(POLICIES).language_model is None


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/v1", "127.0.0.1:8000", "http://", "https://user:secreto@host/v1", "http://host/v1?key=secreto",
     "http://host:99999/v1", "file:///etc/passwd"],
)  # fmt: skip
def test_an_address_that_is_none_stops_the_start_without_being_repeated(encoder: Encoder, url: str) -> None:
    with pytest.raises(PolicyError, match="BORRADOR_LLM_URL") as caught:
        load_language_model(POLICIES, encoder, url=url, model="m", api_key=None)
    assert "secreto" not in str(caught.value)


def test_a_server_needs_a_model(encoder: Encoder) -> None:
    with pytest.raises(PolicyError, match="BORRADOR_LLM_MODEL"):
        load_language_model(POLICIES, encoder, url="http://127.0.0.1:1/v1", model=None, api_key=None)


def test_a_model_in_process_that_is_not_there(encoder: Encoder, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(ArtifactError, match="cannot be loaded"):
        load_language_model(POLICIES, encoder, url=f"transformers:{tmp_path}", model=None, api_key=None)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A causal model with random weights and a byte tokenizer: it writes nonsense, by the real code."""
    return causal_model(tmp_path_factory.mktemp("tiny"), wide=8, layers=1)


def causal_model(folder: Path, *, wide: int, layers: int) -> Path:
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: number for number, character in enumerate([*alphabet, "<eos>"])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<eos>").save_pretrained(
        folder
    )
    config = transformers.GPT2Config(
        vocab_size=len(vocabulary), n_positions=16384, n_embd=wide, n_layer=layers, n_head=1,
        eos_token_id=vocabulary["<eos>"], bos_token_id=vocabulary["<eos>"],
    )  # fmt: skip
    transformers.GPT2LMHeadModel(config).save_pretrained(folder, safe_serialization=True)
    return folder


def test_a_real_model_in_process_that_writes_nonsense_leaves_the_composed_draft(
    encoder: Encoder, tiny_model: Path
) -> None:
    model = load_language_model(POLICIES, encoder, url=f"transformers:{tiny_model}", model=None, api_key=None)
    assert model is not None
    approved = answer("Los festivos no cuentan para el envío.", "Los festivos no cuentan para el envío.")
    asked = request("¿cuándo llega?", decided=decision("draft"), found=retrieval(approved))
    result = replace(Drafter.load(POLICIES), language_model=model).draft(asked)
    assert result.drafter == "composer"
    assert result.language_model in ("llm_output_invalid", "llm_timeout", "llm_output_too_long")


LEAVES_IT_WRITING = """
import sys, threading
from pathlib import Path
from drafting.llm_errors import LanguageModelError
from drafting.llm_policy import load_language_model_policy
from drafting.llm_prompt import Turn
from drafting.llm_transformers import TransformersModel
from drafting.llm_waiting import text_within

limits = load_language_model_policy(Path(sys.argv[1])).limits.model_copy(update={"output_tokens": 3000})
model = TransformersModel.load(sys.argv[2], limits)
try:
    text_within(0.5, model.call([Turn("user", "hola " * 1000)], {}, 60.0), threading.Semaphore(1))
except LanguageModelError as error:
    print(error.refusal)
"""


def test_a_process_that_ends_while_the_model_reads_ends_well(tmp_path: Path) -> None:
    """Torch at work in a thread of a process that ends was an abort (SIGABRT), after all was said: the model here takes
    seconds for its first token."""
    slow = causal_model(tmp_path, wide=256, layers=6)
    command = [sys.executable, "-c", LEAVES_IT_WRITING, str(POLICIES / "language_model.yaml"), str(slow)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "llm_timeout"), ended.stderr
