"""The report: one file, in two languages, with everything that it must say."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from eval.harness import folder
from eval.harness.errors import EvaluationError
from eval.harness.folder import Results
from eval.harness.metrics import figure_json
from eval.harness.report import plots
from eval.harness.report.render import LANGUAGES, find_browser, html, print_pdf, write_reports
from eval.harness.scores import Confidence, DangerousError, Finding, Judged, Score, class_scores
from tests.eval.harness.builders import judged, missed, results

EVIL = "<script>alert('x')</script> & «hola»"


def samples() -> list[Judged]:
    decided = [
        judged(
            f"d-{number}",
            *class_scores("disposition", truth, guess),
            suite="end_to_end",
            text=EVIL,
            target={"disposition": truth},
            answer={"disposition": guess},
            confidences=(Confidence("disposition", 0.1 * number, truth == guess),),
        )
        for number, (truth, guess) in enumerate(
            [("draft", "draft"), ("draft", "no_reply"), ("no_reply", "no_reply")]
        )
    ]
    leak = judged(
        "r-1",
        Score("leak", 1),
        Score("leak", 1, 1, "PERSON"),
        suite="redaction",
        findings=(Finding(DangerousError.LEAKED_IDENTIFIER, "PERSON: Ana"),),
    )
    times = [judged(f"t-{number}", Score("latency_ms", 10.0 + number), suite="speed") for number in range(30)]
    return [*decided, leak, *times, missed("m-1"), missed("m-2", DangerousError.MISSED_SELF_HARM)]


GATE = {
    "id": "emergencies-found", "suite": "safety", "metric": "emergency.recall", "label": "", "dimension": "all",
    "group": "all", "of": "value", "at_least": 0.9, "at_most": None, "reason": "Una vida.", "owner": "Dirección",
    "bound": "≥ 0.9", "state": "failed", "number": 0.0,
}  # fmt: skip


@pytest.fixture
def run() -> Results:
    return results(samples(), gates=[GATE], failed_gates=["emergencies-found"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_needs_nothing_else(language: str, run: Results) -> None:
    page = html(run, language)  # type: ignore[arg-type]
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|<script|<link|<iframe|https?://", page)
    assert "default-src 'none'" in page
    assert f'<html lang="{language}">' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_dangerous_error_is_listed_with_its_message(language: str, run: Results) -> None:
    page = html(run, language)  # type: ignore[arg-type]
    for error in DangerousError:
        assert f"<code>{error}</code>" in page
    assert "Mensaje inventado m-1" in page
    assert "PERSON: Ana" in page
    unlooked = {"es": "No se ha buscado en esta ejecución", "en": "Not looked for in this run"}[language]
    assert page.count(unlooked) == 1  # UnsupportedSentence: drafting did not run


def test_texts_are_escaped(run: Results) -> None:
    page = html(results([missed("m-1"), judged("m-2", suite="safety")], gates=[]), "es")
    assert "<script" not in page
    evil = judged("m-3", findings=(Finding(DangerousError.MISSED_EMERGENCY, EVIL),), text=EVIL)
    assert page.count("&lt;script&gt;") == 0
    assert html(results([evil]), "en").count("&lt;script&gt;") == 2


def test_plots_are_drawn_and_are_well_formed(run: Results) -> None:
    page = html(run, "en")
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    titles = [ElementTree.fromstring(drawing).get("aria-label") or "" for drawing in drawings]
    for name in ("Confusion matrix", "Reliability", "Risk over coverage", "Personal strings", "Latency"):
        assert any(title.startswith(name) for title in titles), name


def test_gates_versions_and_sign_off_are_there(run: Results) -> None:
    page = html(run, "es")
    assert "NO CUMPLE" in page
    assert "Una vida." in page
    assert "ef" * 32 in page
    assert page.count('<table class="signoff">') == 1
    assert "Responsable de farmacovigilancia" in page


def test_a_cut_run_and_ones_own_data_are_told(run: Results) -> None:
    settings = {**run.run["settings"], "limit": 20, "own_data": True}
    page = html(Results({**run.run, "settings": settings}, run.judged, run.figures), "es")
    assert "como mucho 20 muestras" in page
    assert "Los mensajes y sus etiquetas los ha aportado el cliente" in page


def test_results_of_another_version_are_refused(run: Results) -> None:
    other = results([judged("a", Score("none_such", 1))])
    with pytest.raises(EvaluationError, match="evaluate again"):
        html(other, "es")


def test_confusion_has_labels_in_rows() -> None:
    matrix = plots.confusion(samples(), "disposition")
    assert matrix is not None
    counts = {
        (matrix.names[row], matrix.names[column]): cell.count
        for row, cells in enumerate(matrix.rows)
        for column, cell in enumerate(cells)
    }
    assert counts["draft", "draft"] == counts["draft", "no_reply"] == counts["no_reply", "no_reply"] == 1
    assert counts["no_reply", "draft"] == 0
    assert plots.confusion(samples(), "emotion") is None


def test_places_stay_inside_the_plot() -> None:
    found = plots.reliability_marks([Confidence("h", 1.0, True), Confidence("h", 0.0, False)])
    assert {mark.x for mark in found} == {plots.across(0), plots.across(1)}
    assert all(0 <= mark.y <= plots.HEIGHT for mark in found)
    spread = plots.histogram([1.0] * 99 + [1000.0], {"p50": 1.0, "p99": 1000.0})
    assert spread is not None
    assert len(spread.columns) == plots.BARS
    assert plots.histogram([], {}) is None


@pytest.mark.skipif(find_browser() is None, reason="no Chromium here")
def test_it_prints(run: Results, tmp_path: Path) -> None:
    assert write_reports(tmp_path, run, ("es",)) == []
    assert (tmp_path / "report.es.pdf").read_bytes().startswith(b"%PDF")


def test_a_browser_that_fails_leaves_no_old_pdf(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("old")
    assert not print_pdf("/bin/false", tmp_path / "a.html", tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


def test_the_table_is_safe_for_spreadsheets() -> None:
    figure = results([judged("a", Score("leak", 1, 1, "=SUM(A1)"))]).figures[0]
    lines = folder.table([figure_json(figure)]).splitlines()
    assert lines[0].startswith("suite,metric,label")
    assert "'=SUM(A1)" in lines[1]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(EvaluationError, match="not empty"):
        folder.create(tmp_path)
    folder.create(tmp_path / "new")
    assert (tmp_path / "new").is_dir()


@pytest.mark.parametrize("name", [folder.RUN, folder.SAMPLES, folder.METRICS])
def test_damaged_results_are_told(name: str, run: Results, tmp_path: Path) -> None:
    folder.write(tmp_path, run)
    (tmp_path / name).write_text("{", encoding="utf-8")
    with pytest.raises(EvaluationError, match="damaged"):
        folder.read(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(EvaluationError, match="no results"):
        folder.read(tmp_path)


def test_the_main_intent_and_the_handling_have_matrices_too() -> None:
    one = judged(
        "u-1",
        suite="understanding",
        target={"intents": ["praise", "complaint"], "disposition": "draft"},
        answer={"intent": "complaint", "handling": "draft"},
    )
    intents = plots.confusion([one], "intent")
    handling = plots.confusion([one], "handling")
    assert intents is not None
    assert handling is not None
    assert intents.names == ("praise", "complaint")
    assert [cell.count for cell in intents.rows[0]] == [0, 1]
    assert handling.names == ("draft",)
