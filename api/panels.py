"""The side panels for helpdesks: static pages that call this API with a key the agent enters."""

import os
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static_apps"
_ZAF_SDK = "https://static.zdassets.com"
"""Zendesk asks that its SDK is loaded from its own address."""


class Panels(StaticFiles):
    """Serves the panels; only the helpdesks of the settings may show them in a frame."""

    def __init__(self, frame_ancestors: tuple[str, ...]) -> None:
        super().__init__(directory=FOLDER, html=True)
        self._policy = (
            f"default-src 'none'; script-src 'self' {_ZAF_SDK}; style-src 'self'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; "
            # Browsers that know frame-ancestors leave X-Frame-Options aside (CSP level 2, 7.7.1).
            f"frame-ancestors {' '.join(frame_ancestors) or chr(39) + 'none' + chr(39)}"
        )

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Serve a file with the panels' own security policy."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["content-security-policy"] = self._policy
        return response
