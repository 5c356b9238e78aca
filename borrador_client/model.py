"""The root of the generated models."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A body of the API. Errors and ``repr`` never quote what it holds: it may be a customer's words.

    Fields that a newer service adds to its answers are ignored; a field that a request does not know is refused.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(set: {', '.join(sorted(self.model_fields_set))})"

    __str__ = __repr__
