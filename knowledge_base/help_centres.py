"""Reads the articles that Zendesk Guide and Chatwoot export as JSON.

Fields: Zendesk, ``GET /api/v2/help_center/articles`` with ``sections`` and ``translations`` beside them; Chatwoot,
``GET /api/v1/accounts/{id}/portals/{slug}/articles``.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from knowledge_base.answer import LanguageCode
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.plain_text import html_to_text, markdown_to_text, tidy
from knowledge_base.tables import MAX_FILE_BYTES, Row

_LANGUAGES = frozenset(get_args(LanguageCode))
_PUBLISHED = ("published", 1)
"""Chatwoot's status; 0 draft, 1 published, 2 archived in databases."""
_COLUMNS = frozenset(("id", "language", "title", "answer", "tags"))


@dataclass(slots=True)
class _Reading:
    """One file being read."""

    name: str
    language: str
    """Of articles that name none."""
    rows: list[Row] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, article: Mapping[str, Any], values: dict[str, Any], locale: object) -> None:
        """Keep an article, unless nobody is answered in its language."""
        place = self.place(article)
        code = str(locale or self.language).replace("_", "-").split("-")[0].lower()
        if code not in _LANGUAGES:
            self.left_out.append(f"{place}: language {code[:10]}")
            return
        for name in ("title", "answer"):
            if not values[name]:
                raise KnowledgeBaseError.at(place, "empty", field=name)
        kept = {key: value for key, value in values.items() if value not in ("", ())}
        self.rows.append(Row(0, {**kept, "language": code}, _COLUMNS | values.keys(), place))

    def text(self, article: Mapping[str, Any], key: str) -> str:
        """A text of an article; empty where it is null or absent."""
        value = article.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise KnowledgeBaseError.at(self.place(article), "text is expected", field=key)
        return value

    def labels(self, article: Mapping[str, Any], key: str, where: object) -> list[str]:
        """A list of labels; none where it is null or absent."""
        if where is None:
            return []
        if not isinstance(where, list) or not all(isinstance(one, str) for one in where):
            raise KnowledgeBaseError.at(self.place(article), "a list of labels is expected", field=key)
        return list(where)

    def place(self, article: Mapping[str, Any]) -> str:
        """How errors name an article."""
        return f"{self.name}: article {str(article.get('id'))[:40]}"


def read_help_centre(file: Path, language: str) -> tuple[list[Row], list[str]]:
    """Rows of the published articles, and what was left out with its reason.

    Raises:
        KnowledgeBaseError: the file is not JSON, or not articles of a help centre known here.
    """
    data = _load(file)
    reading = _Reading(file.name, language)
    articles = _articles(data, file.name)
    if any("content" in article for article in articles):
        _read_chatwoot(articles, reading)
    else:
        sections = _names(data, "sections"), _names(data, "categories")
        _read_zendesk(articles, data, sections, reading)
    return reading.rows, reading.left_out


def _load(file: Path) -> Any:  # noqa: ANN401 - any JSON
    try:
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            raise KnowledgeBaseError.at(file.name, f"{size} bytes, at most {MAX_FILE_BYTES} are accepted")
        return json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise KnowledgeBaseError.at(file.name, error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise KnowledgeBaseError.at(file.name, "not valid UTF-8") from None
    except json.JSONDecodeError as error:
        raise KnowledgeBaseError.at(file.name, "not valid JSON", line=error.lineno) from None
    except (ValueError, RecursionError):
        raise KnowledgeBaseError.at(file.name, "not valid JSON") from None


def _articles(data: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    found = data
    if isinstance(data, dict):
        found = next((data[key] for key in ("articles", "payload") if key in data), None)
    if isinstance(found, dict):  # Chatwoot: {"payload": {"articles": […]}}
        found = found.get("articles")
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        problem = "no list of articles: an export of Zendesk Guide or Chatwoot is expected"
        raise KnowledgeBaseError.at(name, problem)
    for number, article in enumerate(found, start=1):
        if not isinstance(article.get("id"), int | str) or isinstance(article["id"], bool):
            raise KnowledgeBaseError.at(f"{name}: article number {number}", "missing", field="id")
        if "body" not in article and "content" not in article:
            raise KnowledgeBaseError.at(f"{name}: article {str(article['id'])[:40]}", "missing", field="body")
    return found


def _names(data: object, key: str) -> dict[object, str]:
    """Names of sections or categories by id."""
    held = data.get(key) if isinstance(data, dict) else None
    if not isinstance(held, list):
        return {}
    named = (item for item in held if isinstance(item, dict) and isinstance(item.get("name"), str))
    return {item.get("id"): item["name"] for item in named}


def _read_zendesk(
    articles: Sequence[Mapping[str, Any]],
    data: object,
    names: tuple[Mapping[object, str], Mapping[object, str]],
    reading: _Reading,
) -> None:
    translations = data.get("translations") if isinstance(data, dict) else None
    for article in articles:
        shared = _zendesk_shared(article, names, reading)
        seen = set()
        for version in _zendesk_versions(article, translations):
            locale = version.get("locale") or article.get("source_locale")
            if version.get("draft") is True or version.get("hidden") is True:
                reading.left_out.append(f"{reading.place(article)}: not published ({str(locale)[:10]})")
                continue
            if locale in seen:
                continue
            seen.add(locale)
            texts = {
                "title": tidy(reading.text(version, "title") or reading.text(version, "name")),
                "answer": html_to_text(reading.text(version, "body")),
            }
            reading.add(article, {**shared, **texts}, locale)


def _zendesk_shared(
    article: Mapping[str, Any],
    names: tuple[Mapping[object, str], Mapping[object, str]],
    reading: _Reading,
) -> dict[str, Any]:
    sections, categories = names
    tags = reading.labels(article, "label_names", article.get("label_names"))
    tags += [name for held, key in ((sections, "section_id"), (categories, "category_id"))
             if (name := held.get(article.get(key)))]  # fmt: skip
    values: dict[str, Any] = {
        "id": _identifier("zendesk", article, reading),
        "tags": tuple(dict.fromkeys(tags)),
    }
    if article.get("user_segment_id") is not None:
        values["audience"] = "private"  # shown to some users only: never in public
    return values


def _zendesk_versions(article: Mapping[str, Any], translations: object) -> Iterator[Mapping[str, Any]]:
    """The article itself and its translations, inside it or beside all articles."""
    yield article
    inside = article.get("translations")
    for held in (inside, translations):
        for version in held if isinstance(held, list) else []:
            if not isinstance(version, dict) or "body" not in version:
                continue
            if held is inside or version.get("source_id") == article["id"]:
                yield version


def _read_chatwoot(articles: Sequence[Mapping[str, Any]], reading: _Reading) -> None:
    for article in articles:
        status = article.get("status", "published")
        if status not in _PUBLISHED:
            reading.left_out.append(f"{reading.place(article)}: not published ({str(status)[:10]})")
            continue
        category = article.get("category")
        category = category if isinstance(category, dict) else {}
        meta = article.get("meta")
        labels = meta.get("tags") if isinstance(meta, dict) else None
        tags = reading.labels(article, "meta.tags", labels) + [str(category["name"])] * ("name" in category)
        original = (
            article.get("associated_article_id") or article["id"]
        )  # a translation names what it translates
        values = {
            "id": _identifier("chatwoot", {"id": original}, reading),
            "title": tidy(reading.text(article, "title")),
            "answer": markdown_to_text(reading.text(article, "content")),
            "tags": tuple(dict.fromkeys(tags)),
        }
        reading.add(article, values, article.get("locale") or category.get("locale"))


def _identifier(kind: str, article: Mapping[str, Any], reading: _Reading) -> str:
    """An id that stays the same at the next import: the help centre's own number."""
    number = str(article["id"]).lower()
    if not number.isascii() or not number.replace("-", "").isalnum() or len(number) > 60:
        raise KnowledgeBaseError.at(
            reading.place(article), "letters, digits and hyphens are expected", field="id"
        )
    return f"{kind}-{number}"
