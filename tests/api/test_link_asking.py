"""Asking for addresses: what counts as gone, and each address asked for once."""

import httpx
import pytest

from api.link_asking import LinkAsker


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("https://tienda.es/viva", None),
        ("tienda.es/viva", None),
        ("https://tienda.es/muerta", "responde 404"),
        ("https://tienda.es/rota", "responde 500"),
        ("https://tienda.es/sin-head", None),
        ("https://tienda.es/bucle", "da vueltas sin llegar"),
        ("https://tienda.es/lenta", "no contesta"),
        ("https://nada.es/", "no se encuentra"),
    ],
)
def test_what_an_address_answers(address: str, says: str | None) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        if request.url.host == "nada.es":
            raise httpx.ConnectError("no such host")
        if request.url.path == "/lenta":
            raise httpx.ReadTimeout("slow")
        if request.url.path == "/bucle":
            return httpx.Response(302, headers={"Location": "https://tienda.es/bucle"})
        if request.url.path == "/sin-head" and request.method == "HEAD":
            return httpx.Response(405)
        return httpx.Response({"/muerta": 404, "/rota": 500}.get(request.url.path, 200))

    asker = LinkAsker(httpx.MockTransport(answer))
    assert asker.ask(address) == says
    count = len(asked)
    assert asker.ask(address) == says
    assert len(asked) == count
