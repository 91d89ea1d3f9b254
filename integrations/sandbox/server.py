"""A stand-in Constant Contact in this process.

    with SandboxServer() as sandbox:
        sandbox.set(activity_seconds=0, requests_per_second=0)
        token = sandbox.issue_token()["access_token"]
        requests.get(f"{sandbox.api_url}/contact_lists", headers={"Authorization": f"Bearer {token}"})
        sandbox.people.unsubscribe("ada@example.org")
        assert sandbox.members("My Contacts") == [...]

All handles (`people`, `faults`, `contact`, `lists`, `members`, `requests`, ...) are in `controls.py`;
`remote.RemoteSandbox(url)` has the same ones for a sandbox in another process (`manage.py sandbox`).

By default it is as slow and as strict as the real one: 4 requests a second and 10,000 a day for a client id,
1 token request a second, activities of 1 second. Its clock is the real one unless `clock` is given; pacing,
tokens and activities follow that clock, so with a frozen one turn pacing off and use `activity_seconds=0`.
"""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.controls import Controls
from integrations.sandbox.desk import Desk
from integrations.sandbox.errors import json_response
from integrations.sandbox.faults import Faults
from integrations.sandbox.gateway import Gateway
from integrations.sandbox.pages import Pages, is_foreign
from integrations.sandbox.store import Clock, Store
from integrations.sandbox.switches import Switches
from integrations.sandbox.wire import Server


class SandboxServer(Controls):
    """A sandbox with a port of its own.

    `path` is its SQLite file (None: a temporary one), `port` 0 takes a free one. Raises OSError if the port
    is taken. Use it as a context manager, or call `start` and `stop`, or `serve_forever` in the foreground.
    """

    def __init__(
        self,
        path: Path | None = None,
        port: int = 0,
        clock: Clock | None = None,
        switches: Switches | None = None,
        *,
        account_name: str = "Acme Association",
        host: str = "127.0.0.1",
    ) -> None:
        self._server = Server(host, port, self._respond)
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._folder = tempfile.TemporaryDirectory() if path is None else None
        self._store = Store(
            path or Path(self._folder.name if self._folder else "") / "sandbox.sqlite3", clock
        )
        if switches is not None:
            self._store.use_switches(switches)
        faults = Faults()
        self._gateway = Gateway(self._store, faults)
        self._desk = Desk(self._store, self._gateway, faults, account_name=account_name)
        self._pages = Pages(self._store, self._desk)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> SandboxServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, name="sandbox", daemon=True
        )
        self._thread.start()

    def serve_forever(self) -> None:
        self._server.serve_forever()

    def stop(self) -> None:
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._store.close()
        if self._folder is not None:
            self._folder.cleanup()

    def ask(self, name: str, /, **arguments: Any) -> Any:
        return self._desk.ask(name, arguments)

    def _respond(self, request: Request) -> Response:
        if request.path.startswith(("/v3/", "/oauth2/")):
            return self._gateway.answer(request)
        if request.path.startswith("/_sandbox/"):
            return self._answer_asked(request)
        return self._pages.answer(request)

    def _answer_asked(self, request: Request) -> Response:
        """`POST /_sandbox/<name>` with arguments as a JSON object; only `state` may be read with GET."""
        name = request.path.removeprefix("/_sandbox/")
        if is_foreign(request) or (request.method != "POST" and name != "state"):
            return json_response(
                {"error": "ValueError", "message": "Ask with POST, and not from a page"}, 403
            )
        try:
            return json_response({"answer": self._desk.ask(name, request.get_json(silent=True) or {})})
        except LookupError as error:
            return json_response({"error": "LookupError", "message": str(error)}, 400)
        except (TypeError, ValueError) as error:
            return json_response({"error": type(error).__name__, "message": str(error)}, 400)
