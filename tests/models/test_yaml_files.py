"""A broken file of the models stops the start with one line that names it."""

from pathlib import Path

import pytest

from models.errors import ArtifactError
from models.language import load_marks
from models.redaction.policy import load_policy
from models.understanding.lexicon_file import LexiconFile, read_lexicon


@pytest.mark.parametrize("read", [load_policy, load_marks, lambda file: read_lexicon(file, LexiconFile)])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"version: 1\nentities: {}\nentities: {}\n", "x.yaml: line 3: key 'entities' given twice"),
        (b"a: {b: 1, b: 2}\n", "x.yaml: line 1: key 'b' given twice"),
        (b"since: 2026-13-45\n", "x.yaml: no YAML: ValueError"),
        (b"[a, b]: 1\n", "x.yaml: line 1: "),
        (b"a: [1\n", "x.yaml: line "),
        (b"a: \x01\n", "x.yaml: "),
        (b"a: \xff\n", "x.yaml: cannot be read: not UTF-8"),
        (None, "x.yaml: cannot be read: No such file"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, read, content: bytes | None, told: str) -> None:
    file = tmp_path / "x.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ArtifactError) as raised:
        read(file)
    assert str(raised.value).startswith(told)
    assert "\n" not in str(raised.value)
