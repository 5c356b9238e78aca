"""Reads a folder of Markdown files as rows: files in our own format, and those of other tools."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge_base.analysis import fold
from knowledge_base.answer import ApprovedAnswer
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import MAX_BYTES, parse_answer
from knowledge_base.plain_text import markdown_to_text
from knowledge_base.tables import COLUMNS, LISTS, Row, column_of, split_list
from knowledge_base.yaml_nodes import YamlDocument, YamlError, parse_mapping

MAX_FILES = 20_000
_SKIPPED = frozenset(("readme", "format", "license", "changelog"))
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"\A\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")
_UNDERLINED = re.compile(r"\A\s*(\S.*)\n=+[ \t]*(?:\n|\Z)")
_OURS = ("id", "version")
_OTHER_TOOLS = {
    "lang": "language", "locale": "language", "categories": "tags", "category": "tags", "keywords": "tags",
    "description": "short", "summary": "short", "slug": "id", "expires": "valid_until", "faq": "questions",
}  # fmt: skip
"""Fields of other tools' front matter, and our columns."""
_FREE = frozenset(("date", "lastmod", "author", "layout", "weight", "permalink", "order", "sidebar position"))
"""Fields of other tools that say nothing about what may be said."""


def read_markdown(path: Path) -> list[Row]:
    """Rows of one file, or of every Markdown file below a folder, in the order of their names.

    A file with ``id`` and ``version`` is in our format (FORMAT.md); its approvals do not count. Any other file: front
    matter with columns of an import or their usual names elsewhere, all optional; the title is the first heading, the
    id the path, the folders' names are tags.

    Raises:
        KnowledgeBaseError: naming file, line and field.
    """
    if not path.is_dir():
        return _read(path, path.name)
    rows = []
    for count, file in enumerate(_files(path), start=1):
        if count > MAX_FILES:
            raise KnowledgeBaseError.at(path.name, f"more than {MAX_FILES} files")
        rows += _read(file, file.relative_to(path).as_posix())
    if not rows:
        raise KnowledgeBaseError.at(path.name, "holds no Markdown files")
    return rows


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if file.suffix.lower() not in (".md", ".markdown") or file.stem.casefold() in _SKIPPED:
            continue
        if not any(part[0] in "._" for part in parts) and file.is_file():
            yield file


def _read(file: Path, name: str) -> list[Row]:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise KnowledgeBaseError.at(name, error.strerror or "cannot be read") from None
    if len(data) > MAX_BYTES:
        raise KnowledgeBaseError.at(name, f"more than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise KnowledgeBaseError.at(
            name, "not valid UTF-8", line=data.count(b"\n", 0, error.start) + 1
        ) from None
    front, body, first_line = _split(text, name)
    if front is not None and all(key in front.values for key in _OURS):
        return list(_ours(parse_answer(data, str(Path(name).with_suffix(".md"))), name))
    return [_foreign(front, body, name, first_line)]


def _split(text: str, name: str) -> tuple[YamlDocument | None, str, int]:
    """The front matter, if there is one, the body, and the line on which the front matter starts."""
    fences = [match.span() for match in _FENCE.finditer(text)][:2]
    if len(fences) < 2 or text[: fences[0][0]].strip():
        return None, text, 1
    front = text[fences[0][1] + 1 : fences[1][0]]
    first_line = text.count("\n", 0, fences[0][1]) + 2
    if not front.strip():
        return None, text[fences[1][1] :], first_line
    try:
        return parse_mapping(front), text[fences[1][1] :], first_line
    except YamlError as problem:
        raise KnowledgeBaseError.at(name, str(problem), line=problem.line + first_line - 1) from None


def _ours(answer: ApprovedAnswer, name: str) -> Iterator[Row]:
    shared = answer.model_dump(mode="json")
    for language, text in answer.by_language().items():
        values = {**shared, "language": language, **text.model_dump(mode="json"), "answer": text.full}
        kept = {column: values[column] for column in COLUMNS if values[column] not in (None, "", [])}
        kept |= {column: tuple(kept[column]) for column in LISTS if column in kept}
        yield Row(0, kept, frozenset(COLUMNS), name)


def _foreign(front: YamlDocument | None, body: str, name: str, first_line: int) -> Row:
    values: dict[str, Any] = {} if front is None else dict(_columns(front, name, first_line))
    heading = _HEADING.match(body) or _UNDERLINED.match(body)
    if "title" not in values and heading is None:
        raise KnowledgeBaseError.at(name, "missing: neither a field nor a first heading", field="title")
    if heading is not None:
        body = body[heading.end() :]
        values.setdefault("title", markdown_to_text(heading.group(1)))
    values.setdefault("id", _slug(Path(name).with_suffix("").as_posix()))
    folders = tuple(part for part in Path(name).parent.parts if part)
    if folders:
        values["tags"] = tuple(dict.fromkeys((*values.get("tags", ()), *folders)))
    values["answer"] = markdown_to_text(body)
    if not values["answer"]:
        raise KnowledgeBaseError.at(name, "empty", field="answer")
    return Row(0, values, frozenset(values), name)


def _columns(front: YamlDocument, name: str, first_line: int) -> Iterator[tuple[str, Any]]:
    for key, value in front.values.items():
        folded = " ".join(fold(str(key)).replace("_", " ").replace("-", " ").split())
        column = _OTHER_TOOLS.get(folded) or column_of(str(key))
        if folded in _FREE or value in (None, "", []):
            continue
        if column not in COLUMNS or column == "answer":
            line = front.line_of((key,)) + first_line - 1
            raise KnowledgeBaseError.at(name, "unknown field", field=str(key)[:80], line=line)
        if column == "language":
            value = str(value).replace("_", "-").split("-")[0].lower()
        if column in LISTS:
            value = tuple(value) if isinstance(value, list) else split_list(str(value))
        yield column, value


def _slug(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(path)).strip("-")[:80].strip("-")
