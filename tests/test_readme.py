"""What README.md tells a new user to type works, and what it names exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```$", README, re.M | re.S)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("borrador ")]
TARGETS = [
    line.removeprefix("make ") for block in BLOCKS for line in block.splitlines() if line.startswith("make ")
]


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) >= 3
    assert set(TARGETS) >= {"serve", "test"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all commands, as a new user has: the first of them fills its cache."""
    return tmp_path_factory.mktemp("data")


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command: str, data_dir: Path) -> None:
    environment = {
        **os.environ,
        "BORRADOR_DATA_DIR": str(data_dir),
        "PATH": f"{Path(sys.executable).parent}:/bin",
    }
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_exists(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_linked_file_exists(path: str) -> None:
    assert (ROOT / path).exists()


def known_settings() -> set[str]:
    from api.settings import Settings
    from cases.evidence.signing import EVIDENCE_VARIABLE
    from cases.secret_keys import AUDIT_VARIABLE, VAULT_VARIABLE
    from drafting.llm_loading import API_KEY_VARIABLE

    keys = {VAULT_VARIABLE, AUDIT_VARIABLE, EVIDENCE_VARIABLE, API_KEY_VARIABLE, "BORRADOR_SESSION_KEY"}
    return {f"BORRADOR_{name.upper()}" for name in Settings.model_fields} | keys


def settings_in(text: str) -> set[str]:
    return set(re.findall(r"BORRADOR_[A-Z_]+", text))


def test_every_setting_named_exists() -> None:
    assert settings_in(README) <= known_settings()


def test_the_page_of_settings_has_them_all() -> None:
    assert settings_in((ROOT / "docs" / "settings.md").read_text(encoding="utf-8")) == known_settings()
