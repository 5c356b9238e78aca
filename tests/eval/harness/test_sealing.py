"""A folder of results that was changed since it was sealed is found out; the untouched one passes first."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.canonical import canonical_json
from cases.evidence.signing import Signer
from eval.harness import folder
from eval.harness.report.render import LANGUAGES, html
from eval.harness.sealing import SEAL, check, seal
from tests.eval.harness.builders import missed, results


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.load(tmp_path / "keys", {})


@pytest.fixture
def sealed(tmp_path: Path, signer: Signer) -> Path:
    """Results with their reports, as `eval run` leaves them."""
    target = tmp_path / "run"
    made = results([missed("m-1")])
    folder.create(target)
    folder.write(target, made)
    for language in LANGUAGES:
        (target / f"report.{language}.html").write_text(html(made, language), encoding="utf-8")
    seal(target, signer)
    return target


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(target: Path) -> None:
        text = (target / name).read_text(encoding="utf-8")
        assert old in text
        (target / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def in_seal(name: str, value: object) -> Callable[[Path], None]:
    def change(target: Path) -> None:
        told = json.loads((target / SEAL).read_text(encoding="utf-8"))
        (target / SEAL).write_text(json.dumps({**told, name: value}), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (replace("report.es.html", "</h1>", " (aprobado)</h1>"), "report.es.html was changed"),
        (replace("report.en.html", "</h1>", " (approved)</h1>"), "report.en.html was changed"),
        (replace("metrics.json", "0.0", "1.0"), "metrics.json was changed"),
        (replace("run.json", "{", "{ "), "run.json was changed"),
        (lambda target: (target / "samples.jsonl").write_text(""), "samples.jsonl was changed"),
        (lambda target: (target / "metrics.csv").unlink(), "metrics.csv was removed"),
        (lambda target: (target / "annex.html").write_text("x"), "annex.html was added"),
        (lambda target: (target / SEAL).unlink(), "seal.json is missing"),
        (lambda target: (target / SEAL).write_text("{}"), "seal.json was changed: it cannot be read"),
        (in_seal("sealed_at", "2020-01-01T00:00:00+00:00"), "seal.json was changed: its signature is wrong"),
        (in_seal("signature", base64.b64encode(b"0" * 64).decode()), "seal.json was changed: its signature is wrong"),
        (in_seal("signature", "@"), "seal.json was changed: it cannot be read"),
        (in_seal("public_key", "00" * 31), "seal.json was changed: its signature is wrong"),
        (in_seal("files", {}), "seal.json was changed: its signature is wrong"),
    ],
)  # fmt: skip
def test_a_changed_report_is_found(
    sealed: Path, signer: Signer, change: Callable[[Path], None], problem: str
) -> None:
    untouched = check(sealed, fingerprint=signer.fingerprint)
    assert untouched.ok
    assert untouched.files == 6
    assert untouched.fingerprint == signer.fingerprint
    change(sealed)
    found = check(sealed, fingerprint=signer.fingerprint)
    assert not found.ok
    assert any(one.startswith(problem) for one in found.problems), found.problems


def test_a_seal_made_anew_by_a_stranger_is_found_by_the_fingerprint(
    sealed: Path, signer: Signer, tmp_path: Path
) -> None:
    stranger = Signer.load(tmp_path / "elsewhere", {})
    assert check(sealed, fingerprint=signer.fingerprint).ok
    replace("report.es.html", "</h1>", "!</h1>")(sealed)
    seal(sealed, stranger)
    assert check(sealed).ok
    assert check(sealed, fingerprint=stranger.fingerprint).ok
    assert "another key" in check(sealed, fingerprint=signer.fingerprint).problems[0]


def test_what_is_signed_is_all_but_the_signature(sealed: Path, signer: Signer) -> None:
    told = json.loads((sealed / SEAL).read_text(encoding="utf-8"))
    signature = told.pop("signature")
    assert signer.sign(canonical_json(told).encode()) == signature
    assert set(told["files"]) == {
        "metrics.csv", "metrics.json", "report.en.html", "report.es.html", "run.json", "samples.jsonl",
    }  # fmt: skip


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_byte_that_changes_is_found(sealed: Path, signer: Signer, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["report.es.html", "metrics.json", "samples.jsonl"]))
    before = (sealed / name).read_bytes()
    assert check(sealed, fingerprint=signer.fingerprint).ok
    at = data.draw(st.integers(0, len(before) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != before[at]))
    (sealed / name).write_bytes(before[:at] + bytes([other]) + before[at + 1 :])
    assert check(sealed, fingerprint=signer.fingerprint).problems == (f"{name} was changed",)
    (sealed / name).write_bytes(before)
