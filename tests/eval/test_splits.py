"""The committed splits follow the rule, keep near-duplicates together, and hold every row."""

import json

import pytest

from eval.splits import DATA, Item, Split, assign, build, group, near_duplicates, read_items, shingles, side


@pytest.mark.parametrize("part", ["messages", "redaction", "retrieval"])
def test_files_follow_the_rule(part: str) -> None:
    path = DATA / part / "splits.json"
    assert json.loads(path.read_text(encoding="utf-8")) == build()[path]


def test_no_near_duplicates_across_splits() -> None:
    files = [*(DATA / "messages").glob("messages_*.jsonl"), *(DATA / "redaction").glob("redaction_*.jsonl")]
    items = read_items(sorted(files))
    splits = assign(items)
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


def test_shares_are_as_fixed() -> None:
    sides = [side(f"row-{k}") for k in range(4000)]
    assert sides.count(Split.TRAIN) / 4000 == pytest.approx(0.7, abs=0.03)
    assert sides.count(Split.DEV) / 4000 == pytest.approx(0.1, abs=0.02)


def test_group_is_transitive_and_named_by_its_smallest_id() -> None:
    one, two, three = "me pica mucho la cara", "me pica mucho la cara hoy", "hoy me pica mucho la cara y el cuello"
    items = [Item("c", one), Item("b", two), Item("a", three), Item("z", "otra cosa bien distinta")]
    assert group(items) == {"a": "a", "b": "a", "c": "a", "z": "z"}


def test_shingles_ignore_accents_case_and_signs() -> None:
    assert shingles("¡MÉDICO, ya!") == shingles("medico ya")
    assert shingles("👍") != shingles("👎")


def test_later_rows_move_nothing() -> None:
    first = [Item(f"row-{k}", text) for k, text in enumerate(("uno dos tres cuatro", "cinco seis siete ocho"))]
    before = assign(first)
    bridge = Item("a-later", "uno dos tres cuatro cinco seis siete ocho", later=True)
    after = assign([*first, bridge])
    assert {name: after[name] for name in before} == before
    same = before["row-0"] == before["row-1"]
    assert after["a-later"] == (before["row-0"] if same else Split.NONE)
