"""Asks the network whether an address of an approved answer still works (`kb check --online`)."""

import httpx

SECONDS = 10.0
"""For one address, connection and answer together."""
_NO_HEAD = (403, 405, 501)
"""Answers of sites that do not take HEAD; GET is tried then."""


class LinkAsker:
    """Asks once for each address. Sends nothing but the address itself."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(
            timeout=SECONDS, follow_redirects=True, max_redirects=5, transport=transport, trust_env=True
        )
        self._known: dict[str, str | None] = {}

    def ask(self, address: str) -> str | None:
        """What is wrong with an address, in Spanish; None when it answers."""
        if address not in self._known:
            self._known[address] = self._ask(address if "://" in address else f"https://{address}")
        return self._known[address]

    def _ask(self, address: str) -> str | None:
        try:
            status = self._client.head(address).status_code
            if status in _NO_HEAD:
                with self._client.stream("GET", address) as response:
                    status = response.status_code
        except httpx.TimeoutException:
            return "no contesta"
        except httpx.TooManyRedirects:
            return "da vueltas sin llegar"
        except (httpx.HTTPError, httpx.InvalidURL):
            return "no se encuentra"
        return f"responde {status}" if status >= 400 and status not in _NO_HEAD else None
