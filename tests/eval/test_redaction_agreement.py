"""A second labelling is scored as a redactor would be, both ways round."""

import json
from pathlib import Path

import pytest

from eval.redaction_agreement import as_redactor, read_pairs, table

ROW = {
    "id": "m-1",
    "text": "Soy Nela Ruiz y tengo dermatitis en las manos.",
    "language": "es",
    "variety": "es-ES",
    "channel": "web",
    "personal": ["Nela Ruiz"],
    "health": ["tengo dermatitis en las manos"],
}


def _write(path: Path, **labels: object) -> Path:
    path.write_text(json.dumps({**ROW, **labels}) + "\n", encoding="utf-8")
    return path


def test_a_shorter_health_string_is_no_miss_one_way_and_over_redaction_the_other(tmp_path: Path) -> None:
    messages = _write(tmp_path / "messages_x.jsonl")
    labels = _write(tmp_path / "second.jsonl", health=["dermatitis"])
    (pair,) = read_pairs([messages], labels)

    narrow = as_redactor(pair.second, pair.first)
    wide = as_redactor(pair.first, pair.second)

    assert [outcome.failed for outcome in narrow.outcomes] == [False, True]
    assert narrow.masked == ()
    assert [outcome.failed for outcome in wide.outcomes] == [False, False]
    assert len(wide.masked) == 4


def test_a_name_that_only_one_hand_marked_is_a_leak_of_the_other(tmp_path: Path) -> None:
    messages = _write(tmp_path / "messages_x.jsonl")
    labels = _write(tmp_path / "second.jsonl", personal=[])
    pairs = list(read_pairs([messages], labels))

    first, second = table([("second", pairs)]).splitlines()[2:]

    assert "100.00% (1/1)" in first
    assert "| n/a |" in second


def test_labels_without_their_message_are_refused(tmp_path: Path) -> None:
    messages = _write(tmp_path / "messages_x.jsonl")
    labels = _write(tmp_path / "second.jsonl", id="m-2")

    with pytest.raises(ValueError, match="m-2 is no message"):
        list(read_pairs([messages], labels))
