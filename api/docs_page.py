"""The page ``/docs``: Swagger UI over the OpenAPI document, all of it from this service, so that it works offline.

FastAPI's own page loads its script from the internet, and writes another into the page. Here the script and the style
come from the package ``fastapi-offline``, of which nothing is run but in the browser.
"""

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

OWN = Path(__file__).parent / "static_docs"
OF_THE_PACKAGE = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing written into the page itself."""


def install(app: FastAPI) -> None:
    """Serve the page and its files; no key is asked for, as the document holds no data of anybody.

    Raises:
        RuntimeError: the package that carries Swagger UI is not installed.
    """
    files = {"": OWN / "index.html", "/start.js": OWN / "start.js"}
    files.update({f"/{name}": package_folder() / name for name in OF_THE_PACKAGE})
    for name, file in files.items():
        _serve(app, f"/docs{name}", file)


def package_folder() -> Path:
    """Where Swagger UI's files are, found without importing the package.

    Raises:
        RuntimeError: it is not installed.
    """
    spec = find_spec("fastapi_offline")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("fastapi-offline is not installed: install Borrador again")
    return Path(spec.submodule_search_locations[0]) / "static"


def _serve(app: FastAPI, address: str, file: Path) -> None:
    @app.get(address, include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(file, headers={"content-security-policy": SECURITY_POLICY})
