"""compose.yaml runs what exists, as the image was built, with nothing to gain for who breaks in."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from api.cli import app
from api.settings import Settings
from cases.evidence.signing import EVIDENCE_VARIABLE
from cases.secret_keys import AUDIT_VARIABLE, VAULT_VARIABLE
from drafting.llm_loading import API_KEY_VARIABLE

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ["api", "worker"]
SECRETS = {VAULT_VARIABLE, AUDIT_VARIABLE, EVIDENCE_VARIABLE, API_KEY_VARIABLE, "BORRADOR_SESSION_KEY"}
NEEDED = {
    "BORRADOR_CREATE_DEMO_KEY",
    "BORRADOR_POLICIES_DIR",
    "BORRADOR_KNOWLEDGE_BASE_DIR",
    "BORRADOR_WEBHOOKS_FILE",
    "BORRADOR_SUBSCRIPTIONS_FILE",
    "BORRADOR_LLM_URL",
}
"""Without these an installation could not be set up in containers."""


def commands() -> list[list[str]]:
    """Every call of our own command, in compose and image."""
    found = [SERVICES[name]["command"] for name in OURS]
    checks = [SERVICES[name]["healthcheck"]["test"][1:] for name in OURS]
    image = re.findall(r'^CMD \["(.*)"\]$', DOCKERFILE, re.M)
    return [
        call for call in [*found, *checks, *(line.split('", "') for line in image)] if call[0] == "borrador"
    ]


def test_there_are_commands_to_check() -> None:
    assert [call[1] for call in commands()] == ["serve", "worker", "outbox", "serve"]


@pytest.mark.parametrize("call", commands(), ids=" ".join)
def test_the_commands_and_their_options_exist(call: list[str]) -> None:
    words = [word for word in call[1:] if not word.startswith("-")]
    told = CliRunner().invoke(
        app, [*(words if words[0] == "outbox" else words[:1]), "--help"], terminal_width=200
    )
    assert told.exit_code == 0, told.output
    for option in (word for word in call if word.startswith("--")):
        assert option in told.output


@pytest.mark.parametrize("name", OURS)
def test_the_variables_are_ours(name: str) -> None:
    known = {f"BORRADOR_{field.upper()}" for field in Settings.model_fields} | SECRETS
    environment = SERVICES[name]["environment"]
    assert SECRETS | NEEDED <= set(environment) <= known
    # Handed on, never written here: an empty one would be an invalid one.
    assert set(environment.values()) == {None}


@pytest.mark.parametrize("name", OURS)
def test_secrets_that_settings_files_name_may_be_given_in_a_file(name: str) -> None:
    """Their names are the installation's own, so compose.yaml cannot list them; without secrets none is needed."""
    (given,) = SERVICES[name]["env_file"]
    assert given["required"] is False
    assert given["path"] in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert given["path"] in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("name", OURS)
def test_no_service_of_ours_can_change_its_image_or_gain_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["user"] == re.search(r"--uid (\d+)", DOCKERFILE)[1]  # type: ignore[index]
    assert re.search(r"^USER borrador$", DOCKERFILE, re.M)


@pytest.mark.parametrize("name", OURS)
def test_all_that_is_written_lies_in_the_volume(name: str) -> None:
    (volume,) = SERVICES[name]["volumes"]
    source, _, target = volume.partition(":")
    assert source in COMPOSE["volumes"]
    assert f"BORRADOR_DATA_DIR={target} " in DOCKERFILE
    assert f"VOLUME {target}\n" in DOCKERFILE


def test_the_port_is_open_to_this_machine_alone_and_the_one_that_is_served() -> None:
    (port,) = SERVICES["api"]["ports"]
    host, outside, inside = port.split(":")
    assert host == "127.0.0.1"
    assert SERVICES["api"]["command"][-2:] == ["--port", inside]
    assert f"EXPOSE {inside}\n" in DOCKERFILE
    assert outside == inside
    assert "ports" not in SERVICES["worker"]
    assert "ports" not in SERVICES["postgres"]


def test_a_stop_waits_for_what_was_accepted() -> None:
    from api.server import STOP_SECONDS

    for name in OURS:
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > STOP_SECONDS


def test_every_service_has_a_health_check_and_waits_for_those_it_needs() -> None:
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"], name
        for needed, how in service.get("depends_on", {}).items():
            assert needed in SERVICES
            assert how["condition"] == "service_healthy"


def test_the_image_holds_every_package_of_the_project() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.M))
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages == copied
