"""Puts the pages of the desk into the application, and short addresses that lead to them."""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from api.console import desk_case, desk_errors, desk_experts, desk_inbox, desk_named, desk_try
from api.console.desk_access import NotAllowedError

SHORT = ("try", "experts", "knowledge", "compliance")
"""``/try`` leads to ``/console/try``: the session's cookie is the console's alone."""


def install(app: FastAPI) -> None:
    """Register pages, error pages and short addresses."""
    for module in (desk_inbox, desk_try, desk_case, desk_named, desk_experts):
        app.include_router(module.router)
    app.add_exception_handler(NotAllowedError, desk_errors.not_allowed)
    for name in SHORT:
        app.add_api_route(f"/{name}", _to(f"/console/{name}"), methods=["GET"], include_in_schema=False)


def _to(url: str) -> Callable[[], RedirectResponse]:
    def short() -> RedirectResponse:
        return RedirectResponse(url)

    return short
