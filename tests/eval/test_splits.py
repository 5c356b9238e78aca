"""The committed splits follow the rule, keep near-duplicates together, and hold every row."""

import json
import re
from pathlib import Path

import pytest

from eval.splits import (
    DATA,
    REDACTION_SHARES,
    WAVES,
    Item,
    Split,
    assign,
    build,
    group,
    near_duplicates,
    read_items,
    shingles,
    side,
    wave_of,
)


@pytest.fixture(scope="module")
def built() -> dict[Path, dict[str, Split]]:
    """What the rule makes of the files today."""
    return build()


@pytest.mark.parametrize("part", ["messages", "redaction", "retrieval"])
def test_files_follow_the_rule(part: str, built: dict[Path, dict[str, Split]]) -> None:
    path = DATA / part / "splits.json"
    assert json.loads(path.read_text(encoding="utf-8")) == built[path]


def test_no_near_duplicates_across_splits(built: dict[Path, dict[str, Split]]) -> None:
    files = [*(DATA / "messages").glob("messages_*.jsonl"), *(DATA / "redaction").glob("redaction_*.jsonl")]
    items = read_items(sorted(files))
    splits = {
        name: split
        for part in ("messages", "redaction")
        for name, split in built[DATA / part / "splits.json"].items()
    }
    crossing = [
        (a, b)
        for a, b in near_duplicates(items)
        if splits[a] != splits[b] and Split.NONE not in (splits[a], splits[b])
    ]
    assert crossing == []


def test_families_stay_together() -> None:
    items = read_items([DATA / "messages" / "messages_boundary.jsonl"])
    splits = assign(items)
    families = {item.family: {splits[i.id] for i in items if i.family == item.family} for item in items}
    assert len(families) > 70
    assert all(len(found) == 1 for found in families.values())


@pytest.mark.parametrize(("shares", "train", "dev"), [((0.7, 0.1), 0.7, 0.1), (REDACTION_SHARES, 0.5, 0.15)])
def test_shares_are_as_fixed(shares: tuple[float, float], train: float, dev: float) -> None:
    sides = [side(f"row-{k}", shares) for k in range(4000)]
    assert sides.count(Split.TRAIN) / 4000 == pytest.approx(train, abs=0.03)
    assert sides.count(Split.DEV) / 4000 == pytest.approx(dev, abs=0.02)


def test_every_redaction_file_is_split_with_its_own_shares() -> None:
    files = sorted((DATA / "redaction").glob("redaction_*.jsonl"))
    splits = json.loads((DATA / "redaction" / "splits.json").read_text(encoding="utf-8"))
    items = [item for file in files for item in read_items([file])]
    assert {item.id for item in items} == set(splits)
    assert {item.shares for item in items if item.wave == 0} == {(0.7, 0.1)}
    assert {item.shares for item in items if item.wave > 0} <= {REDACTION_SHARES}


def test_two_rows_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="a-1"):
        assign([Item("a-1", "hola"), Item("a-2", "hola otra vez"), Item("a-1", "otra cosa")])


def test_files_named_in_a_wave_exist() -> None:
    stems = {file.stem for part in ("messages", "redaction") for file in (DATA / part).glob("*.jsonl")}
    assert set().union(*WAVES) <= stems
    assert wave_of("messages_care") == 0
    assert wave_of("messages_wide") == 1
    assert wave_of("messages_of_tomorrow") == len(WAVES)


def test_group_is_transitive_and_named_by_its_smallest_id() -> None:
    one, two, three = (
        "me pica mucho la cara",
        "me pica mucho la cara hoy",
        "hoy me pica mucho la cara y el cuello",
    )
    items = [Item("c", one), Item("b", two), Item("a", three), Item("z", "otra cosa bien distinta")]
    assert group(items) == {"a": "a", "b": "a", "c": "a", "z": "z"}


def test_shingles_ignore_accents_case_and_signs() -> None:
    assert shingles("¡MÉDICO, ya!") == shingles("medico ya")
    assert shingles("👍") != shingles("👎")


FIRST_ROWS = [Item("row-0", "uno dos tres cuatro"), Item("row-9", "cinco seis siete ocho")]
BRIDGE = "uno dos tres cuatro cinco seis siete ocho"


def test_later_rows_move_nothing() -> None:
    before = assign(FIRST_ROWS)
    assert before["row-0"] != before["row-9"], "the table needs two sides"
    after = assign([*FIRST_ROWS, Item("a-later", BRIDGE, wave=1)])
    assert after == {**before, "a-later": Split.NONE}


def test_a_later_row_joins_the_side_it_is_near_to() -> None:
    before = assign(FIRST_ROWS)
    after = assign(
        [*FIRST_ROWS, Item("a-later", "uno dos tres cuatro y pico", wave=1, shares=REDACTION_SHARES)]
    )
    assert after == {**before, "a-later": before["row-0"]}


def test_a_third_wave_moves_no_row_of_the_second() -> None:
    """A new smallest id would rename the group, and so move it, if waves were split together."""
    second = [Item(f"m-{k}", f"{word}{word} {word}", wave=1) for k, word in enumerate(WORDS)]
    third = [Item(f"a-{k}", f"{word}{word} {word}s", wave=2) for k, word in enumerate(WORDS)]
    before, after = assign(second), assign([*second, *third])
    assert {name: after[name] for name in before} == before
    assert [after[f"a-{k}"] for k in range(len(WORDS))] == [before[f"m-{k}"] for k in range(len(WORDS))]
    alone = assign(third)
    assert any(alone[f"a-{k}"] != before[f"m-{k}"] for k in range(len(WORDS))), "the table proves nothing"


WORDS = re.findall(
    r"\w+", "alubia brujo cereza dedal erizo fagot gubia hueso isla jarra kiwi limo musgo nuez oboe"
)
