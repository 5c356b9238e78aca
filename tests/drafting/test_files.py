"""Whatever is wrong with a file of the bank, the error names the file in one line."""

from pathlib import Path

import pytest

from drafting.files import load_yaml
from policies.errors import PolicyError


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", "x.yaml:2: key 'a' given twice"),
        ("a: [1\n", "x.yaml:2: "),
        ("since: 2026-13-45\n", "x.yaml: "),
        ("[a, b]: 1\n", "x.yaml"),
        ("{a: b}: 1\n", "x.yaml"),
        ("a: " + "[" * 3000 + "]" * 3000, "x.yaml: "),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as raised:
        load_yaml(file)
    assert str(raised.value).startswith(told)
    assert "\n" not in str(raised.value)
