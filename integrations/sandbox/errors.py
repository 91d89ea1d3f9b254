"""Refusals, in the shape of who refuses: an object from the gateway, an array from the service."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return Response(text, status=status, headers=headers, content_type="application/json")


def html_response(title: str, status: int) -> Response:
    """What proxies answer when nobody is behind them."""
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return Response(page, status=status, content_type="text/html")


class Refused(Exception):
    """A request that gets an error for an answer; whatever it began is undone."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.get_data(as_text=True))
        self.response = response


class ServiceRefused(Refused):
    def __init__(self, status: int, key: str, message: str) -> None:
        super().__init__(json_response([{"error_key": key, "error_message": message}], status))
        self.message = message


class GatewayRefused(Refused):
    def __init__(self, status: int, body: dict[str, str], headers: dict[str, str] | None = None) -> None:
        super().__init__(json_response(body, status, headers))


class ConnectionDropped(Exception):
    """The caller gets no answer at all; `note` tells the log what became of the work."""

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


def invalid(message: str) -> ServiceRefused:
    return ServiceRefused(400, "contacts.api.validation.error", message)


def not_found(what: str) -> ServiceRefused:
    return ServiceRefused(404, "contacts.api.not_found", f"{what} is in an invalid format.")


def conflict(message: str) -> ServiceRefused:
    return ServiceRefused(409, "contacts.api.conflict", message)


def no_right(message: str) -> ServiceRefused:
    return ServiceRefused(403, "forbidden", message)


def wrong_content_type() -> ServiceRefused:
    return ServiceRefused(415, "contacts.api.unsupported_media_type", "Content-Type must be application/json")


def forbidden_route() -> GatewayRefused:
    return GatewayRefused(403, {"message": "Forbidden"})


def unauthorized() -> GatewayRefused:
    body = {"error_key": "unauthorized", "error_message": "Unauthorized"}
    return GatewayRefused(401, body, {"WWW-Authenticate": "Bearer realm=api.cc.email"})


def throttled() -> GatewayRefused:
    return GatewayRefused(429, {"error_key": "throttled", "error_message": "Too Many Requests"})


def quota_exceeded() -> GatewayRefused:
    return GatewayRefused(429, {"error_key": "quota_exceeded", "error_message": "Limit Exceeded"})
