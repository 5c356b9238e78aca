from pathlib import Path

import pytest

from models.redaction.redactor import Redactor

POLICIES = Path(__file__).parents[3] / "policies"


@pytest.fixture(scope="session")
def redactor():
    return Redactor.load(policy_file=POLICIES / "redaction.yaml", lexicons_dir=POLICIES / "lexicons")
