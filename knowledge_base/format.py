"""Reads and writes one answer file: Markdown with a YAML front matter, or YAML (see FORMAT.md)."""

import re
from pathlib import PurePath
from typing import Any, Protocol

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from knowledge_base.answer import ApprovedAnswer
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.yaml_nodes import Path, YamlDocument, YamlError, parse_mapping

MAX_BYTES = 256_000
"""Size of one answer file; a long answer has about 2 kB."""

SUFFIXES = (".md", ".yaml", ".yml")

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_PRIVATE = re.compile(r"^##[ \t]+private[ \t]*$", re.MULTILINE | re.IGNORECASE)
_OF_ANSWER = tuple(name for name in ApprovedAnswer.model_fields if name != "texts")
_OF_TEXT = ("title", "questions", "short")
_KEYS = {*_OF_ANSWER, *_OF_TEXT, "language", "variants"}


class Locate(Protocol):
    """Turns a place in the model into the line and the place in the file."""

    def __call__(self, path: Path, /) -> tuple[int, Path]: ...


def parse_answer(data: bytes, name: str) -> ApprovedAnswer:
    """Parse one file's bytes; ``name`` (its path) decides the kind and is named in every error.

    Raises:
        KnowledgeBaseError: naming the file, the line where the YAML gives one, and the field.
    """
    if len(data) > MAX_BYTES:
        raise KnowledgeBaseError.at(name, f"{len(data)} bytes, at most {MAX_BYTES} are accepted")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise KnowledgeBaseError.at(name, "not valid UTF-8", line=line) from None
    if PurePath(name).suffix == ".md":
        return _parse_markdown(text, name)
    document = _mapping(text, name, first_line=1)
    return _validate(document.values, name, lambda path: (document.line_of(path), path))


def render_answer(answer: ApprovedAnswer, *, suffix: str = ".md") -> str:
    """Write an answer as Markdown, or as YAML for the other endings; the inverse of ``parse_answer``."""
    if suffix != ".md":
        values = answer.model_dump(mode="json", exclude_defaults=True)
        return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=110)
    texts = answer.by_language()
    main = "es" if "es" in texts else next(iter(texts))
    body = texts.pop(main)
    fields = answer.model_dump(mode="json", exclude={"texts"}, exclude_defaults=True)
    front = {"id": answer.id, "version": answer.version, "title": body.title, "language": main}
    front |= {"questions": list(body.questions), "short": body.short}
    front |= {key: value for key, value in fields.items() if key not in front}
    if texts:
        variants = {code: text.model_dump(exclude_none=True, mode="json") for code, text in texts.items()}
        front["variants"] = variants
    header = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=110)
    private = f"\n## private\n\n{body.private}\n" if body.private else ""
    return f"---\n{header}---\n{body.full}\n{private}"


def _parse_markdown(text: str, name: str) -> ApprovedAnswer:
    fences = [match.span() for match in _FENCE.finditer(text)][:2]
    if len(fences) < 2 or text[: fences[0][0]].strip():
        raise KnowledgeBaseError.at(name, "must start with a front matter between two lines '---'", line=1)
    first_line = text.count("\n", 0, fences[0][1]) + 2
    document = _mapping(text[fences[0][1] + 1 : fences[1][0]], name, first_line=first_line)
    body_line = text.count("\n", 0, fences[1][1]) + 2
    front = document.values
    for key in front:
        if key not in _KEYS:
            line = document.line_of((key,)) + first_line - 1
            raise KnowledgeBaseError.at(name, "unknown key", field=str(key), line=line)
    language = front.get("language", "es")
    values = {key: front[key] for key in _OF_ANSWER if key in front}
    line_of_variants = document.line_of(("variants",)) + first_line - 1
    values["texts"] = _texts(front, text[fences[1][1] + 1 :], language, name, line_of_variants)

    def locate(path: Path) -> tuple[int, Path]:
        """Turn the place in the model into the place in the file."""
        if path[:2] == ("texts", language):
            if path[2:3] in (("full",), ("private",)):
                return body_line, ("body" if path[2] == "full" else "## private",)
            path = path[2:] if path[2:] and path[2] != "[key]" else ("language",)
        elif path[:1] == ("texts",):
            path = ("variants", *path[1:])
        return document.line_of(path) + first_line - 1, path

    return _validate(values, name, locate)


def _texts(front: dict[str, Any], body: str, language: object, name: str, line: int) -> dict[object, Any]:
    variants = front.get("variants", {})
    if not isinstance(variants, dict):
        raise KnowledgeBaseError.at(name, "languages are expected", field="variants", line=line)
    if language in variants:
        problem = f"{language} is the language of the body already"
        raise KnowledgeBaseError.at(name, problem, field="variants", line=line)
    full, *private = _PRIVATE.split(body)
    if len(private) > 1:
        raise KnowledgeBaseError.at(name, "given twice", field="## private")
    text: dict[str, Any] = {key: front[key] for key in _OF_TEXT if key in front}
    text["full"] = full.strip()
    if private:
        text["private"] = private[0].strip()
    return {language if isinstance(language, str) else str(language): text, **variants}


def _mapping(text: str, name: str, *, first_line: int) -> YamlDocument:
    try:
        return parse_mapping(text)
    except YamlError as problem:
        raise KnowledgeBaseError.at(name, str(problem), line=problem.line + first_line - 1) from None


def _validate(values: dict[str, Any], name: str, locate: Locate) -> ApprovedAnswer:
    try:
        answer = ApprovedAnswer.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        line, path = locate(tuple(first["loc"]))
        field = ".".join(str(step) for step in path if step != "[key]")
        raise KnowledgeBaseError.at(name, problem_of(first), field=field, line=line) from None
    if answer.valid_from and answer.valid_until and answer.valid_until < answer.valid_from:
        line, path = locate(("valid_until",))
        raise KnowledgeBaseError.at(name, "before valid_from", field="valid_until", line=line)
    return answer


def problem_of(error: ErrorDetails) -> str:
    """Say in few words what pydantic found wrong, without the value."""
    known = {"extra_forbidden": "unknown key", "missing": "missing", "string_too_short": "empty"}
    return known.get(error["type"], error["msg"].removeprefix("Value error, "))
