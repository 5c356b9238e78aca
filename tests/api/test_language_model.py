"""A language model through the whole pipeline: the case says whose words a draft is in, or why not the model's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.case import Case
from cases.message import Message
from cases.pipeline import Pipeline
from drafting.llm_loading import load_language_model
from models.encoder import DEFAULT_DIRECTORY, load_encoder
from tests.drafting.llm_process import running

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "Soy Benedicta Larrañaga, ¿cada cuánto hay que volver a ponerse el protector solar?"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as address:
        yield address


def case_with(pipeline: Pipeline, url: str, model: str) -> Case:
    language_model = load_language_model(
        ROOT / "policies", load_encoder(DEFAULT_DIRECTORY, threads=1), url=url, model=model, api_key=None
    )
    drafter = replace(pipeline.engines.drafter, language_model=language_model)
    message = Message(text=QUESTION, id="llm-1", channel="instagram", visibility="public")
    return (
        Pipeline(replace(pipeline.engines, drafter=drafter)).run(message, received_at=datetime.now(UTC)).case
    )


def test_nothing_changes_while_none_is_set(pipeline: Pipeline) -> None:
    message = Message(text=QUESTION, id="llm-1", channel="instagram", visibility="public")
    case = pipeline.run(message, received_at=datetime.now(UTC)).case
    assert (case.provenance.drafter, case.provenance.drafter_reason) == ("composer", None)


def test_a_model_that_behaves_is_named_in_the_case(pipeline: Pipeline, url: str) -> None:
    case = case_with(pipeline, url, "honest")
    assert (case.provenance.drafter, case.provenance.drafter_reason) == ("llm:honest", None)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("invents-phone", "llm_not_grounded:fact"),
        ("prose", "llm_output_invalid"),
        ("error-500", "llm_http_error:500"),
    ],
)
def test_one_that_does_not_leaves_the_composed_draft_and_a_reason(
    pipeline: Pipeline, url: str, model: str, reason: str
) -> None:
    case = case_with(pipeline, url, model)
    assert (case.provenance.drafter, case.provenance.drafter_reason) == ("composer", reason)
    assert case.drafts
    assert "612" not in case.drafts[0].text


def test_the_customers_name_never_leaves(pipeline: Pipeline, url: str) -> None:
    import httpx

    case_with(pipeline, url, "honest")
    seen = httpx.get(url, trust_env=False).text
    assert "mensaje_cliente" in seen
    assert "Benedicta" not in seen
    assert "PERSON_1" in seen
