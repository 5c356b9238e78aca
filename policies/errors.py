"""Errors of policies: a file that does not follow the schema, a rule that cannot fire, a failing case."""


class PolicyError(Exception):
    """Names the file, the rule id and the field. Raised at load, never while deciding."""

    code = "policy_invalid"
