"""HTTP/1.1 with keep-alive, and the freedom to answer badly.

Werkzeug's own server closes the connection after every answer, and cannot hang up before one.
"""

from __future__ import annotations

import io
import socket
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from integrations.sandbox.errors import ConnectionDropped

Application = Callable[[Request], Response]


class Server(ThreadingHTTPServer):
    """A thread for each connection; raises OSError if the port is taken."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, application: Application) -> None:
        self.application = application
        super().__init__((host, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that go away are their own affair; anything else is shown as usual."""
        if not _is_disconnect():
            super().handle_error(request, client_address)


def _is_disconnect() -> bool:
    return isinstance(sys.exc_info()[1], ConnectionError | TimeoutError)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 120
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            response = self.server.application(Request(self._environ(body)))
        except ConnectionDropped:
            self._hang_up()
            return
        self._send(response)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
        }
        for name, value in self.headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return environ

    def _send(self, response: Response) -> None:
        truncated = response.headers.pop("X-Sandbox-Truncate", None)
        body = response.get_data()
        self.send_response_only(response.status_code)
        response.headers.setdefault("Date", self.date_time_string())
        for name, value in response.headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        if response.status_code != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and response.status_code != 204:
            self.wfile.write(body[: len(body) // 2] if truncated else body)
        self.wfile.flush()
        if truncated:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the sandbox keeps a log of its own."""
