"""The suites by name, in the order in which they run: cheap ones first, speed last, when all is warm."""

from collections.abc import Mapping

from eval.harness.suites import (
    drafting,
    end_to_end,
    fairness,
    injection,
    policy,
    redaction,
    retrieval,
    safety,
    speed,
    understanding,
)
from eval.harness.suites.suite import Suite

SUITES: Mapping[str, Suite] = {
    module.SUITE.name: module.SUITE
    for module in (
        policy,
        redaction,
        retrieval,
        understanding,
        drafting,
        safety,
        end_to_end,
        injection,
        fairness,
        speed,
    )
}
