"""The codes, and the page that lists them."""

import re
from pathlib import Path

from api.problems import CODES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "errors.md"


def test_the_page_lists_every_code_with_its_meaning() -> None:
    listed = dict(re.findall(r"^\| `([a-z_]+)` \| \d{3} \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M))
    assert listed == CODES
