"""The fuzzer itself: what it sends can be repeated, what it looks for is found, and its signatures are true."""

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from cases.webhooks.endpoints import Endpoint, Kind, Secret
from cases.webhooks.signatures import SignatureInvalidError, verify
from eval.fuzz import mails
from eval.fuzz.canaries import CANARIES, CHUNK, SENTENCE, Findings, found_in, look_in_files
from eval.fuzz.odd import BODIES, with_canary
from eval.fuzz.schemas import plant
from eval.fuzz.signing import SECRETS, headers
from eval.fuzz.webhooks import recorded
from policies.vocabulary import Channel

AT = datetime(2026, 11, 18, 10, tzinfo=UTC)


def test_every_canary_is_in_the_sentence_and_found_whatever_its_case():
    assert set(found_in(SENTENCE.upper().encode())) == set(CANARIES) - {"phone_joined"}
    assert found_in(b"tel:+34677918243") == ("phone_joined",)
    assert found_in(b"Me llamo [PERSONA_1], mi DNI es [DNI_1]") == ()


def test_files_are_searched_across_the_edges_of_chunks(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "store").write_bytes(b"x" * (CHUNK - 4) + b"53184266K" + b"x" * 10)
    (tmp_path / "clean").write_bytes(b"nothing")
    findings = Findings()
    assert look_in_files([tmp_path], findings) == CHUNK - 4 + 9 + 10 + 7
    assert findings.canaries == ["dni in file store"]
    assert not findings.clean


@pytest.mark.parametrize("kind", Kind)
def test_signatures_are_true_and_of_these_bytes(kind: Kind):
    endpoint = Endpoint(
        name=kind.value,
        kind=kind,
        account="demo",
        channel=Channel.WEB,
        remote_account=None,
        tolerance_seconds=300,
        secrets=(Secret(SECRETS[kind]),),
        notes=None,
    )
    head = headers(kind, b"{}", at=AT, delivery="d-1")
    verify(endpoint, head, b"{}", AT)
    with pytest.raises(SignatureInvalidError):
        verify(endpoint, head, b"{ }", AT)


def test_every_sender_is_fuzzed_and_every_recorded_text_holds_canaries():
    found = recorded()
    assert all(found[kind] for kind in Kind)
    for payloads in found.values():
        for name, data in payloads:
            assert SENTENCE in json.dumps(data, ensure_ascii=False), name


@pytest.mark.parametrize("shape", BODIES)
def test_a_body_is_the_same_for_the_same_seed(shape: str):
    def made(seed: int) -> list[bytes]:
        random = Random(seed)
        return [
            BODIES[shape](with_canary({"id": 1, "content": "hola", "event": "x"}), random) for _ in range(12)
        ]

    assert made(3) == made(3)
    if shape != "as_recorded":
        assert made(3) != made(4)


@pytest.mark.parametrize("shape", mails.SHAPES)
def test_a_mail_is_the_same_for_the_same_seed(shape: str):
    made = [[mails.SHAPES[shape](random) for _ in range(8)] for random in (Random(3), Random(3), Random(4))]
    assert made[0] == made[1] != made[2]


def test_canaries_are_planted_in_words_and_never_in_ids():
    body = {"id": "m-1", "text": "hola", "thread": [{"role": "agent", "text": "x"}], "product": None}
    planted = plant(body, Random(1))
    assert (planted["id"], planted["text"], planted["product"]) == ("m-1", SENTENCE, None)
    assert planted["thread"][0] == {"role": "agent", "text": SENTENCE}
    odd = [plant({"text": "a"}, random) for random in [Random(1)] for _ in range(200)]
    assert 1 <= sum(SENTENCE in one for one in odd) <= 30
