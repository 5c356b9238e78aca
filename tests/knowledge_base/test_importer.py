"""Import and export: round trips, Spanish spreadsheets, versions, and nothing written when a row is wrong."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.answer import Approval, Role
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.exporter import export_answers
from knowledge_base.format import render_answer
from knowledge_base.importer import import_file
from knowledge_base.loader import load_directory
from tests.knowledge_base.fakes import answer, shop

APPROVAL = Approval(role=Role.COMMUNICATIONS, name="Lucía Ferrer", date=date(2026, 1, 1))
ROW = {
    "id": "horario",
    "title": "Horario",
    "questions": ["¿A qué hora abrís?", "¿Cuál es el horario?"],
    "answer": "Abrimos de 9 a 18 h. Los sábados, de 10 a 14 h.",
    "short": "Abrimos de 9 a 18 h.",
    "tags": ["horarios"],
}


def jsonl(folder: Path, *rows: dict[str, Any], name: str = "in.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def loaded_from(folder: Path) -> tuple[Any, ...]:
    """The answers of a folder, their approvals without the seal that binds them to the content."""
    answers = load_directory(folder).answers
    assert all(one.content in (None, answer.seal) for answer in answers for one in answer.approvals)
    return tuple(
        answer.model_copy(
            update={"approvals": tuple(one.model_copy(update={"content": None}) for one in answer.approvals)}
        )
        for answer in answers
    )


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_without_approval_they_arrive_as_drafts(tmp_path: Path) -> None:
    report = import_file(jsonl(tmp_path, ROW), tmp_path / "kb")
    loaded = loaded_from(tmp_path / "kb")[0]
    assert (report.created, report.drafts, loaded.approvals) == (("horario",), ("horario",), ())
    assert loaded.text_for("es").questions == ("¿A qué hora abrís?", "¿Cuál es el horario?")


def test_with_approval_and_owner(tmp_path: Path) -> None:
    report = import_file(jsonl(tmp_path, ROW), tmp_path / "kb", approvals=[APPROVAL], owner="Atención")
    loaded = loaded_from(tmp_path / "kb")[0]
    assert (report.drafts, loaded.approvals, loaded.owner) == ((), (APPROVAL,), "Atención")


def test_missing_short_takes_the_first_sentences(tmp_path: Path) -> None:
    row = {**ROW, "short": "", "answer": "Uno. " + "Dos palabras más y otras tantas. " * 10}
    report = import_file(jsonl(tmp_path, row), tmp_path / "kb")
    short = loaded_from(tmp_path / "kb")[0].text_for("es").short
    assert report.shortened == ("horario",)
    assert short.startswith("Uno. Dos")
    assert short.endswith(".")
    assert len(short) <= 200


def test_same_content_is_left_alone_and_new_approvals_are_added(tmp_path: Path) -> None:
    import_file(jsonl(tmp_path, ROW), tmp_path / "kb")
    before = files(tmp_path / "kb")
    assert import_file(jsonl(tmp_path, ROW), tmp_path / "kb").unchanged == ("horario",)
    assert files(tmp_path / "kb") == before
    report = import_file(jsonl(tmp_path, ROW), tmp_path / "kb", approvals=[APPROVAL])
    loaded = loaded_from(tmp_path / "kb")[0]
    assert (report.approved, loaded.version, loaded.approvals) == (("horario",), 1, (APPROVAL,))


def test_other_content_raises_the_version_and_drops_the_old_approvals(tmp_path: Path) -> None:
    import_file(jsonl(tmp_path, ROW), tmp_path / "kb", approvals=[APPROVAL])
    report = import_file(jsonl(tmp_path, {**ROW, "answer": "Abrimos de 8 a 20 h."}), tmp_path / "kb")
    loaded = loaded_from(tmp_path / "kb")[0]
    assert (dict(report.updated), report.drafts) == ({"horario": 2}, ("horario",))
    assert (loaded.version, loaded.approvals) == (2, ())


def test_restrictions_that_the_file_does_not_speak_of_stay(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    old = answer("horario", audience="private", accounts=("demo",), valid_until="2026-12-31", owner="Ana")
    (tmp_path / "kb" / "horario.md").write_text(render_answer(old), encoding="utf-8")
    import_file(jsonl(tmp_path, ROW), tmp_path / "kb", approvals=[APPROVAL])
    loaded = loaded_from(tmp_path / "kb")[0]
    assert (loaded.audience, loaded.accounts, loaded.owner) == ("private", ("demo",), "Ana")
    assert loaded.valid_until == date(2026, 12, 31)


def test_several_languages_of_one_id_are_one_answer(tmp_path: Path) -> None:
    catalan = {
        **ROW,
        "language": "ca",
        "title": "Horari",
        "answer": "Obrim de 9 a 18 h.",
        "short": "De 9 a 18 h.",
    }
    import_file(jsonl(tmp_path, {**ROW, "language": "es"}, catalan), tmp_path / "kb")
    assert set(loaded_from(tmp_path / "kb")[0].by_language()) == {"es", "ca"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{**ROW, "id": "Horario 1"}], r"in\.jsonl:2: id: "),
        ([{**ROW, "answer": " "}], r"in\.jsonl:2: answer: empty"),
        ([{**ROW, "title": None}], r"in\.jsonl:2: title: empty"),
        ([{**ROW, "short": "a" * 201}], r"in\.jsonl:2: short: "),
        ([{**ROW, "short": None, "answer": "a" * 201}], r"in\.jsonl:2: short: missing, and the first sentence"),
        ([{**ROW, "id": "a", "valid_until": "31/12/2026"}], r"in\.jsonl:2: valid_until: a date"),
        ([{**ROW, "id": "a", "channels": ["fax"]}], r"in\.jsonl:2: channels\.0: "),
        ([{**ROW, "id": "a", "questions": [1]}], r"in\.jsonl:2: questions\.0: "),
        ([{**ROW, "id": "a", "respuestas": "x"}], r"in\.jsonl:2: respuestas: unknown field"),
        ([{**ROW, "id": "a", "language": "fr"}], r"in\.jsonl:2: language: "),
        ([{**ROW, "id": "zz"}], r"in\.jsonl:2: id: zz is on line 1 already"),
        ([{**ROW, "id": "a", "answer": "Uno.\n\n## private\n\nDos."}], r"in\.jsonl:2: answer: holds a line"),
        ([["no", "object"]], r"in\.jsonl:2: an object"),
    ],
)  # fmt: skip
def test_one_bad_row_and_nothing_is_written(tmp_path: Path, rows: list[Any], message: str) -> None:
    file = jsonl(tmp_path, {**ROW, "id": "zz"}, *rows)
    (tmp_path / "kb").mkdir()
    with pytest.raises(KnowledgeBaseError, match=message):
        import_file(file, tmp_path / "kb", approvals=[APPROVAL])
    assert files(tmp_path / "kb") == {}


@pytest.mark.parametrize(
    ("old", "message"),
    [
        (answer("horario", withdrawn=True), None),
        (answer("horario", private="Solo en privado."), "a text that the file lacks"),
    ],
)
def test_withdrawn_and_private_texts_are_not_lost(tmp_path: Path, old: Any, message: str | None) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "horario.md").write_text(render_answer(old), encoding="utf-8")
    if message is None:  # stays withdrawn, and cannot be brought back by a row
        import_file(jsonl(tmp_path, ROW), folder, approvals=[APPROVAL])
        assert load_directory(folder).answers[0].withdrawn
        message, row = "horario is withdrawn: use a new id", {**ROW, "withdrawn": False}
    else:
        row = ROW
    with pytest.raises(KnowledgeBaseError, match=message):
        import_file(jsonl(tmp_path, row), folder, approvals=[APPROVAL])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_spreadsheets_of_spanish_offices(tmp_path: Path, encoding: str, sign: str) -> None:
    file = tmp_path / "in.csv"
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=sign)
        writer.writerow(["ID", "Título", "Preguntas", "Respuesta", "Corta", "Etiquetas"])
        writer.writerow([])
        writer.writerow(
            [
                "bano-gel",
                "Gel de baño",
                "¿Qué pH tiene?|¿Es ácido?",
                "Tiene pH 5,5; suave.",
                "pH 5,5.",
                "uso;baño",
            ]
        )
    import_file(file, tmp_path / "kb")
    text = loaded_from(tmp_path / "kb")[0].text_for("es")
    assert (text.title, text.full) == ("Gel de baño", "Tiene pH 5,5; suave.")
    assert text.questions == ("¿Qué pH tiene?", "¿Es ácido?")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,title\na,b\n", r"in\.csv:1: answer: column missing"),
        ("id,title,answer,answer\n", r"in\.csv:1: answer: column given twice"),
        ("id,title,answer,precio\n", r"in\.csv:1: precio: unknown column"),
        ("id,title,answer\na,b,c,d\n", r"in\.csv:2: 4 cells, 3 columns"),
        ('id,title,answer\n\n"a",b,"dos\nlíneas"\nb,,c\n', r"in\.csv:5: title: empty"),
        ("id,title,answer\n", r"in\.csv: holds no answers"),
        ("", r"in\.csv: holds no answers"),
        ("id,title,answer,withdrawn\na,b,c,quizás\n", r"in\.csv:2: withdrawn: true or false"),
    ],
)
def test_csv_errors_name_the_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeBaseError, match=message):
        import_file(tmp_path / "in.csv", tmp_path / "kb")
    assert not (tmp_path / "kb").exists()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("in.jsonl", b'{"id": "a"\n', r"in\.jsonl:1: not valid JSON"),
        ("in.jsonl", b"\xff\n", r"in\.jsonl:1: not valid UTF-8"),
        ("in.xlsx", b"no zip", r"in\.xlsx: not a readable XLSX"),
        ("in.doc", b"", r"in\.doc: import files end in"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(KnowledgeBaseError, match=message):
        import_file(tmp_path / name, tmp_path / "kb")


def test_xlsx_with_numbers_dates_and_an_error_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["id", "title", "answer", "valid_until"])
    book.active.append(["a", 112, "Llame al 112.", date(2027, 1, 1)])
    book.save(tmp_path / "in.xlsx")
    import_file(tmp_path / "in.xlsx", tmp_path / "kb")
    loaded = loaded_from(tmp_path / "kb")[0]
    assert (loaded.text_for("es").title, loaded.valid_until) == ("112", date(2027, 1, 1))
    book.active.append(["b", "#REF!", "x"])
    book.active["B3"].data_type = "e"
    book.save(tmp_path / "in.xlsx")
    with pytest.raises(KnowledgeBaseError, match=r"in\.xlsx:3: a cell holds the error"):
        import_file(tmp_path / "in.xlsx", tmp_path / "kb2")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx"])
def test_export_and_import_give_the_same_answers(tmp_path: Path, kind: str) -> None:
    originals = [item.model_copy(update={"approvals": (APPROVAL,)}) for item in shop()]
    assert export_answers(originals, tmp_path / f"out.{kind}") == len(originals)
    import_file(tmp_path / f"out.{kind}", tmp_path / "kb", approvals=[APPROVAL])
    assert loaded_from(tmp_path / "kb") == tuple(sorted(originals, key=lambda item: item.id))


def test_formulas_are_defused_in_spreadsheets(tmp_path: Path) -> None:
    export_answers([answer("a", '=HYPERLINK("http://x.example";"y")', "+34 600")], tmp_path / "out.csv")
    (_, row) = csv.reader((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines())
    assert row[2].startswith("'=HYPERLINK")
    assert row[4].startswith("'+34")


texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=40)
words = texts.filter(lambda text: text.strip() != "") | st.sampled_from(
    ["=1+1", "'=a", "''-b", "a|b", "a;b", "@x", "-3"]
)


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=words, questions=st.lists(words, max_size=3), full=words)
def test_round_trip_of_any_text(
    tmp_path: Path, kind: str, title: str, questions: list[str], full: str
) -> None:
    original = answer("a", title, full, questions=tuple(questions), short="Corto.")
    folder = tmp_path / f"kb{len(list(tmp_path.iterdir()))}"
    export_answers([original], tmp_path / f"out.{kind}")
    import_file(tmp_path / f"out.{kind}", folder, approvals=original.approvals)
    assert loaded_from(folder) == (original,)
