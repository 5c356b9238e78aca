"""Imports from Markdown folders and help centres: plain text, one row a language, and nothing when one is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import render_answer
from knowledge_base.history import Step, read_history
from knowledge_base.importer import import_file
from knowledge_base.loader import load_directory
from knowledge_base.plain_text import html_to_text, markdown_to_text
from knowledge_base.sources import read_source
from tests.knowledge_base.fakes import answer, shop

ARTICLE: dict[str, Any] = {
    "id": 360001, "title": "Devoluciones", "locale": "es-es", "draft": False, "label_names": ["devolucion"],
    "section_id": 7, "user_segment_id": None,
    "body": "<h2>Plazo</h2><p>Tiene <b>30&nbsp;días</b>.</p><ul><li>Sin abrir</li><li>Con factura</li></ul>",
}  # fmt: skip
CHATWOOT: dict[str, Any] = {
    "id": 12, "title": "Horario", "content": "Abrimos de **9 a 18 h**.", "status": "published",
    "category": {"id": 3, "name": "Contacto", "locale": "es"}, "meta": {"tags": ["horas"]},
}  # fmt: skip


def exported(folder: Path, data: object) -> Path:
    file = folder / "guide.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / "md" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "md" / name).write_text(text, encoding="utf-8")
    return folder / "md"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Uno.</p><p>Dos.</p>", "Uno.\n\nDos."),
        ("Uno<br>dos<br/>tres", "Uno\ndos\ntres"),
        ("<ol><li>Entre</li><li>Pague</li></ol>", "1. Entre\n2. Pague"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n\n1. b\n\n- c"),
        ("<h2>Plazo</h2><p>30 días.</p>", "Plazo:\n\n30 días."),
        ("<h2>¿Cuánto tarda?</h2><p>3 días.</p>", "¿Cuánto tarda?\n\n3 días."),
        ('Vea <a href="https://a.es/x">la ayuda</a>.', "Vea la ayuda (https://a.es/x)."),
        ('<a href="https://a.es">https://a.es</a>', "https://a.es"),
        ('<a href="mailto:hola@a.es">hola@a.es</a>', "hola@a.es"),
        ('<a href="/hc/es/1">la ayuda</a> y <a name="x">ancla</a>', "la ayuda y ancla"),
        ("a<script>alert('x')</script><style>p{}</style>b", "ab"),
        ("5 &lt; 6 &amp; a&nbsp;b &euro;", "5 < 6 & a b €"),
        ("pala\u200bbra <img src='x' alt='foto'>", "palabra"),
        ("<table><tr><td>Península</td><td>3 €</td></tr><tr><td>Baleares</td><td>5 €</td></tr></table>",
         "Península 3 €\n\nBaleares 5 €"),
        ("<p>sin cerrar <b>nada", "sin cerrar nada"),
    ],
)  # fmt: skip
def test_html_becomes_plain_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("Es **muy** _fácil_ y `corto`.", "Es muy fácil y corto."),
        ("## Plazo\nSon 3 días.", "Plazo:\n\nSon 3 días."),
        ("Plazo\n=====\nSon 3.", "Plazo\nSon 3."),
        ("* uno\n+ dos\n- tres", "- uno\n- dos\n- tres"),
        ("1) uno\n2. dos", "1. uno\n2. dos"),
        ("Vea [la ayuda](https://a.es/x \"t\").", "Vea la ayuda (https://a.es/x)."),
        ("![foto](x.png) texto", "texto"),
        ("> cita\n\n---\n\nfin", "cita\n\nfin"),
        ("```\ncódigo\n```", "código"),
        ("3 * 4 * 5 y snake_case_aqui", "3 * 4 * 5 y snake_case_aqui"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "- a, b\n- 1, 2"),
        ("\\*sin marca\\* <!-- nota --> fin", "*sin marca* fin"),
        ("uno<br>dos <b>tres</b> 5 < 6", "uno\ndos tres 5 < 6"),
    ],
)  # fmt: skip
def test_markdown_becomes_plain_text(marked: str, text: str) -> None:
    assert markdown_to_text(marked) == text


@given(st.text(max_size=200))
def test_any_text_survives_and_none_keeps_a_tag(text: str) -> None:
    markdown_to_text(text)
    assert "<script" not in html_to_text(f"<p>{text}</p><script>x</script>").replace(text, "")


def test_zendesk_articles(tmp_path: Path) -> None:
    data = {
        "articles": [
            ARTICLE,
            {**ARTICLE, "locale": "ca", "title": "Devolucions", "body": "<p>Té 30 dies.</p>"},
            {**ARTICLE, "id": 2, "draft": True},
            {**ARTICLE, "id": 3, "locale": "fr"},
            {**ARTICLE, "id": 4, "user_segment_id": 99, "label_names": [], "section_id": None},
        ],
        "sections": [{"id": 7, "name": "Pedidos"}],
        "translations": [
            {"source_id": 4, "locale": "en-us", "title": "Returns", "body": "<p>You have 30 days.</p>"}
        ],
    }
    report = import_file(exported(tmp_path, data), tmp_path / "kb")
    answers = {one.id: one for one in load_directory(tmp_path / "kb").answers}
    assert set(answers) == {"zendesk-360001", "zendesk-4"}
    assert set(report.drafts) == set(answers)
    first = answers["zendesk-360001"]
    assert (first.tags, first.audience) == (("devolucion", "Pedidos"), "any")
    assert set(first.by_language()) == {"es", "ca"}
    assert first.text_for("es").full == "Plazo:\n\nTiene 30 días.\n\n- Sin abrir\n- Con factura"
    assert first.text_for("es").short == "Tiene 30 días."
    assert answers["zendesk-4"].audience == "private"
    assert answers["zendesk-4"].text_for("en").title == "Returns"
    assert report.left_out == (
        "guide.json: article 2: not published (es-es)",
        "guide.json: article 3: language fr",
    )


def test_chatwoot_articles(tmp_path: Path) -> None:
    english = {**CHATWOOT, "id": 13, "title": "Hours", "content": "From 9 to 18.", "locale": "en",
               "associated_article_id": 12}  # fmt: skip
    archived = {**CHATWOOT, "id": 14, "status": 2}
    report = import_file(exported(tmp_path, {"payload": [CHATWOOT, english, archived]}), tmp_path / "kb")
    (one,) = load_directory(tmp_path / "kb").answers
    assert (one.id, one.tags, set(one.by_language())) == ("chatwoot-12", ("horas", "Contacto"), {"es", "en"})
    assert one.text_for("es").full == "Abrimos de 9 a 18 h."
    assert report.left_out == ("guide.json: article 14: not published (2)",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"tickets": []}, r"guide\.json: no list of articles"),
        ([1, 2], r"guide\.json: no list of articles"),
        ([], r"guide\.json: holds no published articles"),
        ([{"title": "x", "body": "y"}], r"guide\.json: article number 1: id: missing"),
        ([{"id": 1, "title": "x"}], r"guide\.json: article 1: body: missing"),
        ([{**ARTICLE, "title": None}], r"guide\.json: article 360001: title: empty"),
        ([{**ARTICLE, "body": "<img src=x>"}], r"guide\.json: article 360001: answer: empty"),
        ([{**ARTICLE, "body": 7}], r"guide\.json: article 360001: body: text is expected"),
        ([{**ARTICLE, "label_names": "x"}], r"guide\.json: article 360001: label_names: a list"),
        ([{**ARTICLE, "id": "../x"}], r"guide\.json: article \.\./x: id: letters"),
        ([ARTICLE, ARTICLE], r"guide\.json: article 360001: id: zendesk-360001 is guide"),
        ([ARTICLE, {**ARTICLE, "id": 2, "body": "a" * 201}], r"guide\.json: article 2: short: missing, and"),
        ([ARTICLE, {**ARTICLE, "id": 2, "body": "Al rev\u202eés."}], r"guide\.json: article 2: answer: invisible"),
    ],
)  # fmt: skip
def test_a_wrong_export_is_one_line_and_nothing_is_written(
    tmp_path: Path, data: object, message: str
) -> None:
    with pytest.raises(KnowledgeBaseError, match=message) as caught:
        import_file(exported(tmp_path, data), tmp_path / "kb")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "kb").exists()


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[" * 100_000])
def test_no_json(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "guide.json").write_bytes(data)
    with pytest.raises(KnowledgeBaseError, match=r"guide\.json.*: not valid"):
        read_source(tmp_path / "guide.json")


def test_markdown_of_other_tools(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        {
            "envios/Plazo de envío.md": "# Plazo de envío\n\nLlega en **48 h**.\n",
            "pagos/metodos.md": "---\ntitle: Pagos\nlang: es-ES\nkeywords: [pago]\ndate: 2024-01-01\n"
            "description: Con tarjeta.\n---\nPuede pagar con tarjeta.\n",
            "README.md": "no es una respuesta",
            "_borradores/x.md": "sin título",
            ".git/y.md": "sin título",
        },
    )
    import_file(folder, tmp_path / "kb")
    answers = {one.id: one for one in load_directory(tmp_path / "kb").answers}
    assert set(answers) == {"envios-plazo-de-envio", "pagos-metodos"}
    text = answers["envios-plazo-de-envio"].text_for("es")
    assert (text.title, text.full, text.short) == ("Plazo de envío", "Llega en 48 h.", "Llega en 48 h.")
    assert answers["pagos-metodos"].tags == ("pago", "pagos")
    assert answers["pagos-metodos"].text_for("es").short == "Con tarjeta."
    (event,) = read_history(tmp_path / "kb", "pagos-metodos")
    assert (event.step, event.detail) == (Step.IMPORTED, "md")


def test_our_own_format_comes_in_without_its_approvals(tmp_path: Path) -> None:
    originals = [*shop(), answer("b", private="En privado.", valid_until="2027-01-01", version=3)]
    folder = written(tmp_path, {f"{one.id}.md": render_answer(one) for one in originals})
    import_file(folder, tmp_path / "kb")
    for one in load_directory(tmp_path / "kb").answers:
        before = next(item for item in originals if item.id == one.id)
        assert one == before.model_copy(update={"version": 1, "approvals": ()})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.md": "solo texto"}, r"a\.md: title: missing"),
        ({"a.md": "# Título\n"}, r"a\.md: answer: empty"),
        ({"x/a.md": "---\ntitle: T\nprecio: 3\n---\nTexto."}, r"x/a\.md:3: precio: unknown field"),
        ({"a.md": "---\ntitle: [\n---\nTexto."}, r"a\.md:\d: not valid YAML"),
        ({"a.md": "---\nlang: fr\ntitle: T\n---\nTexte."}, r"a\.md: language: "),
        ({"a.md": "---\ntitle: T\nexpires: mañana\n---\nTexto."}, r"a\.md: valid_until: a date"),
        (
            {"a.md": "---\nid: b\ntitle: T\n---\nUno.", "b.md": "# T\n\nDos."},
            r"b\.md: id: b is a\.md already",
        ),
        ({"readme.md": "x"}, r"md: holds no Markdown files"),
    ],
)
def test_one_wrong_file_and_nothing_is_written(tmp_path: Path, files: dict[str, str], message: str) -> None:
    folder = written(tmp_path, {"zz.md": "# Bueno\n\nTexto.", **files} if "readme.md" not in files else files)
    with pytest.raises(KnowledgeBaseError, match=message):
        import_file(folder, tmp_path / "kb")
    assert not (tmp_path / "kb").exists()


def test_an_id_of_the_ledger_is_not_used_again(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "_withdrawn.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")
    folder = written(tmp_path, {"a.md": "# Título\n\nTexto."})
    with pytest.raises(KnowledgeBaseError, match=r"a\.md: id: a is withdrawn: use a new id"):
        import_file(folder, tmp_path / "kb")
