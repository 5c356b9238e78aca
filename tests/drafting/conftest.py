"""The drafter as it ships, without encoder, loaded once."""

from pathlib import Path

import pytest

from drafting.channels import Channels
from drafting.drafter import Drafter

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def drafter() -> Drafter:
    return Drafter.load(ROOT / "policies")


@pytest.fixture(scope="session")
def channels() -> Channels:
    return Channels.load(ROOT / "policies" / "channels.yaml")
