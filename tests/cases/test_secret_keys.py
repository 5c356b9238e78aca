"""Secret keys: from the environment or a file of their own, and refused where others could read them."""

import base64
import os
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cases.errors import SecretKeyError
from cases.secret_keys import SecretKey, load_keys

NAME = "BORRADOR_VAULT_KEY"
ONE, TWO = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def test_the_file_is_made_once_for_its_owner_only(tmp_path: Path):
    file = tmp_path / "data" / "vault.key"
    before = os.umask(0)
    try:
        (made,) = load_keys(NAME, file, {})
    finally:
        os.umask(before)
    assert len(made.value) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_keys(NAME, file, {}) == (made,)
    assert [found.name for found in file.parent.iterdir()] == ["vault.key"]


def test_processes_that_start_together_agree(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: load_keys(NAME, tmp_path / "k", {}), range(8)))
    assert len(found) == 1


def test_the_variable_comes_first_and_makes_no_file(tmp_path: Path):
    keys = load_keys(NAME, tmp_path / "k", {NAME: f"{ONE}, {TWO}\n"})
    assert [key.value[0] for key in keys] == [1, 2]
    assert not (tmp_path / "k").exists()
    assert load_keys(NAME, tmp_path / "k", {NAME: "  "})[0].value[0] is not None


def test_further_lines_of_the_file_are_older_keys(tmp_path: Path):
    file = tmp_path / "k"
    file.touch(mode=0o600)
    file.write_text(f"{ONE}\n\n{TWO}\n")
    assert [key.value[0] for key in load_keys(NAME, file, {})] == [1, 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "empty"), ("é", "cannot be read"), ("nonsense!", "not base64"), ("YWJj", "3 bytes instead of 32")],
)
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: str, message: str):
    file = tmp_path / "k"
    file.touch(mode=0o600)
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SecretKeyError, match=message) as error:
        load_keys(NAME, file, {})
    assert content not in str(error.value).replace(str(file), "") or content in ("", "é")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int):
    file = tmp_path / "k"
    load_keys(NAME, file, {})
    file.chmod(mode)
    with pytest.raises(SecretKeyError, match=f"mode {mode:04o}.*chmod 600"):
        load_keys(NAME, file, {})


def test_a_variable_that_is_no_key_is_refused_without_quoting_it(tmp_path: Path):
    secret = base64.b64encode(secrets.token_bytes(31)).decode()
    with pytest.raises(SecretKeyError, match="BORRADOR_VAULT_KEY: 31 bytes") as error:
        load_keys(NAME, tmp_path / "k", {NAME: secret})
    assert secret not in str(error.value)


def test_a_key_hides_and_its_derivatives_differ():
    first, second = SecretKey(bytes(32)), SecretKey(b"\1" * 32)
    assert "value" not in repr(first)
    assert len({first.derive("a"), first.derive("b"), second.derive("a"), first.value}) == 4
    assert first.id != second.id
    assert first.value.hex()[:8] not in second.id
