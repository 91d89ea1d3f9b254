"""A sandbox that runs in another process, with the same handles."""

from __future__ import annotations

from typing import Any

import requests

from integrations.sandbox.controls import Controls

_ERRORS: dict[str, type[Exception]] = {
    "LookupError": LookupError,
    "TypeError": TypeError,
    "ValueError": ValueError,
}


class RemoteSandbox(Controls):
    """`RemoteSandbox("http://127.0.0.1:8900")`; connection errors are those of requests."""

    def __init__(self, url: str, *, timeout: float = 60) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()

    def ask(self, name: str, /, **arguments: Any) -> Any:
        response = self._session.post(f"{self.url}/_sandbox/{name}", json=arguments, timeout=self._timeout)
        answer = response.json()
        if response.status_code != 200:
            raise _ERRORS.get(answer["error"], RuntimeError)(answer["message"])
        return answer["answer"]
