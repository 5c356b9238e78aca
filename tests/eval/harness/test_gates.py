"""The gates of policies/gates.yaml with the cases beside them, and how a run fails."""

from pathlib import Path

import pytest
import yaml

from eval.harness.catalogue import load_catalogue
from eval.harness.gates import Gate, GateState, failed, hold, load_gates
from eval.harness.metrics import Figure, reduce
from eval.harness.registry import SUITES
from eval.harness.scores import Score
from policies.errors import PolicyError
from tests.eval.harness.builders import judged, rights

POLICIES = Path(__file__).resolve().parents[3] / "policies"
GATES = {gate.id: gate for gate in load_gates(POLICIES / "gates.yaml")}
CASES = yaml.safe_load((POLICIES / "gates.cases.yaml").read_text(encoding="utf-8"))["cases"]


def figures_of(gate: Gate, part: float, whole: float) -> list[Figure]:
    if not whole:
        return []
    scores = [Score(gate.metric, part, whole)] + (
        [Score(gate.metric, part, whole, gate.label)] if gate.label else []
    )
    return reduce([judged("a", *scores, suite=gate.suite)])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, str]) -> None:
    gate = GATES[case["gate"]]
    (result,) = hold([gate], figures_of(gate, float(case["part"]), float(case["whole"])), [gate.suite])
    assert result.state == case["state"]


def test_every_gate_names_a_suite_and_a_metric() -> None:
    catalogue = load_catalogue()
    for gate in GATES.values():
        assert gate.suite in SUITES
        assert catalogue.better(gate.metric) == ("higher" if gate.at_least is not None else "lower"), gate.id


def test_every_dangerous_metric_has_a_gate() -> None:
    held = {(gate.suite, gate.metric) for gate in GATES.values()}
    for metric in ("emergency.recall", "self_harm.recall", "adverse_event.recall", "grievance.answered"):
        assert ("safety", metric) in held
    assert {("redaction", "leak"), ("drafting", "sentence.sourced")} <= held


def test_gates_of_suites_that_did_not_run_are_left_out() -> None:
    assert hold(GATES.values(), [], ["speed"]) == []


def test_an_end_of_the_interval_can_be_held() -> None:
    gate = GATES["emergencies-found"].model_copy(update={"of": "low", "at_least": 0.5})
    figures = reduce(rights("emergency.recall", [True] * 3))
    (result,) = hold([gate], figures, ["safety"])
    # Three of three: the value is 1, but Wilson's lower end is 0.44.
    assert result.state is GateState.FAILED
    assert result.number == pytest.approx(0.4385, abs=1e-4)


def test_without_data_a_whole_run_fails_and_a_cut_one_does_not() -> None:
    results = hold([GATES["emergencies-found"]], [], ["safety"])
    assert [result.gate.id for result in failed(results, whole=True)] == ["emergencies-found"]
    assert failed(results, whole=False) == []


GATE = {
    "id": "a-gate",
    "suite": "safety",
    "metric": "x",
    "at_least": 1,
    "reason": "A reason here",
    "owner": "Me too",
}


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        ([{**GATE, "at_most": 1}], "either at_least or at_most"),
        ([{name: value for name, value in GATE.items() if name != "at_least"}], "either at_least or at_most"),
        ([GATE, GATE], "two gates of one id"),
        ([{**GATE, "reason": ""}], "reason"),
        ([{name: value for name, value in GATE.items() if name != "owner"}], "owner"),
        ([{**GATE, "atleast": 1}], "unknown key"),
        ([], "gates"),
    ],
)
def test_wrong_gates_are_refused(gates: list[dict[str, object]], said: str, tmp_path: Path) -> None:
    file = tmp_path / "gates.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "gates": gates}), encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        load_gates(file)
