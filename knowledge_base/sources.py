"""Reads what an import is made from: a table, a Markdown folder, or the export of a help centre."""

from dataclasses import dataclass
from pathlib import Path

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.help_centres import read_help_centre
from knowledge_base.markdown_folder import read_markdown
from knowledge_base.tables import Row, read_rows


@dataclass(frozen=True, slots=True)
class Source:
    """Rows in the order of the source, and what was left out with its reason."""

    rows: list[Row]
    left_out: tuple[str, ...] = ()


def read_source(file: Path, language: str = "es") -> Source:
    """Read an import file or folder.

    A folder or ``.md``: Markdown. ``.json``: articles of Zendesk Guide or Chatwoot, by their fields. Anything else:
    a table with ``id, title, questions, answer, short, tags``.

    Raises:
        KnowledgeBaseError: naming the file, the line or article, and the field.
    """
    if file.is_dir() or file.suffix.lower() in (".md", ".markdown"):
        return Source(read_markdown(file))
    if file.suffix.lower() == ".json":
        rows, left_out = read_help_centre(file, language)
        if not rows:
            raise KnowledgeBaseError.at(
                file.name, "holds no published articles in a language that is answered in"
            )
        return Source(rows, tuple(left_out))
    return Source(read_rows(file))
