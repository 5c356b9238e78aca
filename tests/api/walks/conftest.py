"""One world for the walks of a file."""

from collections.abc import Iterator

import pytest

from tests.api.walks.world import World
from tests.api.walks.world import world as opened


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(tmp_path_factory.mktemp("world")) as made:
        yield made
