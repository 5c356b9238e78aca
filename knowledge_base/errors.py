"""Errors of the knowledge base: an answer file that breaks the format, an id given twice."""


class KnowledgeBaseError(Exception):
    """Names the file, the line where there is one, and the field."""

    code = "knowledge_base_invalid"
