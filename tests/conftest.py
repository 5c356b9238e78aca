"""Fixtures shared by the tests that need the whole service: built once, by the wiring that ships.

The service is imported inside the fixtures, so that the tests of one folder run without loading the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from api.service import Service
    from api.settings import Settings
    from cases.pipeline import Pipeline


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The default settings, with a data folder of the test run's own."""
    from api.settings import Settings

    return Settings(data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def service(settings: Settings) -> Iterator[Service]:
    """The shipped service with the demo company."""
    from api.service import Service

    service = Service.open(settings)
    yield service
    service.close()


@pytest.fixture(scope="session")
def pipeline(service: Service) -> Pipeline:
    """The shipped pipeline."""
    return service.pipeline
