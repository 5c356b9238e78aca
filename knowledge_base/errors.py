"""Errors of the knowledge base: an answer file that breaks the format, an id given twice."""


class KnowledgeBaseError(Exception):
    """Names the file, the line where there is one, and the field: ``file:line: field: what is wrong``."""

    code = "knowledge_base_invalid"

    @classmethod
    def at(cls, file: str, problem: str, *, field: str = "", line: int | None = None) -> "KnowledgeBaseError":
        """Build the one-line message from its parts."""
        place = file if line is None else f"{file}:{line}"
        parts = [place, field, " ".join(problem.split())]
        return cls(": ".join(part for part in parts if part))
