"""What goes wrong when an evaluation cannot be run, told in one line that quotes no customer."""


class EvaluationError(Exception):
    """A data file, a folder of results or a set of gates cannot be used; the message says why."""

    code = "evaluation"


class NothingToJudgeError(EvaluationError):
    """The data have nothing that a suite could judge."""
