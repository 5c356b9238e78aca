"""Errors of the models: artifacts that are missing or do not fit, text that cannot be processed."""


class ModelError(Exception):
    """Root of this package's errors. Messages name the value and the place, never customer text."""

    code = "model_error"


class ArtifactError(ModelError):
    """A file of weights, lexicon or thresholds is missing, damaged, or of another version."""

    code = "artifact_invalid"


class TextError(ModelError):
    """Text that cannot be processed: lone surrogates, too long."""

    code = "text_invalid"
