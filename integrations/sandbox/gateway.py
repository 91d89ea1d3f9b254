"""The door every request comes through: trouble on order, who is calling, pacing, then the endpoint."""

from __future__ import annotations

import time
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from integrations.sandbox import grants, oauth, request_log
from integrations.sandbox.accounts import Caller, privileges
from integrations.sandbox.activities import advance
from integrations.sandbox.choices import Missing
from integrations.sandbox.errors import (
    ConnectionDropped,
    Refused,
    forbidden_route,
    html_response,
    no_right,
    throttled,
    unauthorized,
)
from integrations.sandbox.faults import Fault, Faults, Trouble, failure
from integrations.sandbox.late_work import WORK_KEPT, WORKED_LATE, LateWork
from integrations.sandbox.pacing import Buckets, pace
from integrations.sandbox.routes import API, ENDPOINTS, Endpoint
from integrations.sandbox.store import Store

AUTHORIZE_PATH = "/oauth2/default/v1/authorize"
TOKEN_PATH = "/oauth2/default/v1/token"  # noqa: S105
_WRITES = ("POST", "PUT", "DELETE", "PATCH")


class Gateway:
    """Answers requests to the API and to the OAuth host, and logs each."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store, self.faults = store, faults
        self.buckets = Buckets(store.seconds)
        self.late_work = LateWork(self._carry_out)

    def answer(self, request: Request) -> Response:
        """Raises ConnectionDropped when the caller is to get no answer."""
        self.late_work.come_closer()
        started, now = time.perf_counter(), self.store.seconds()
        note, response = "", None
        try:
            response, note = self._with_trouble(request)
        except ConnectionDropped as dropped:
            note = dropped.note
            raise
        finally:
            self._log(request, response, note, now=now, ms=(time.perf_counter() - started) * 1000)
        response.headers["Date"] = http_date(now)
        return response

    # Trouble

    def _with_trouble(self, request: Request) -> tuple[Response, str]:
        switches, method, path = self.store.switches, request.method, request.path
        faults = {fault.trouble: fault for fault in self.faults.take(method, path)}
        time.sleep(switches.slow_seconds + (faults[Trouble.SLOW].seconds if Trouble.SLOW in faults else 0))
        if switches.down:
            return html_response("503 Service Temporarily Unavailable", 503), "down"
        if Trouble.DROP_BEFORE_WORK in faults:
            raise ConnectionDropped("connection dropped")
        if Trouble.WORK_LATER in faults:
            self.late_work.keep(request, after=faults[Trouble.WORK_LATER].after)
            raise ConnectionDropped(WORK_KEPT)
        if Trouble.FAIL in faults:
            return failure(faults[Trouble.FAIL]), "failed on order"
        if path.startswith("/v3/") and self.faults.is_nth("requests", switches.refuse_every):
            return html_response("500 Internal Server Error", 500), "every n-th refused"
        response = self._work(request)
        return self._spoil(request, response, faults)

    def _spoil(
        self, request: Request, response: Response, faults: dict[Trouble, Fault]
    ) -> tuple[Response, str]:
        writes = request.path.startswith("/v3/") and request.method in _WRITES
        loses = writes and self.faults.is_nth("writes", self.store.switches.lose_answer_every)
        if loses or Trouble.DROP_AFTER_WORK in faults:
            raise ConnectionDropped("answer lost")
        if Trouble.FAIL_AFTER_WORK in faults:
            return failure(faults[Trouble.FAIL_AFTER_WORK]), "failed after the work"
        if Trouble.TRUNCATE in faults:
            response.headers["X-Sandbox-Truncate"] = "1"
            return response, "body truncated"
        return response, ""

    def _carry_out(self, request: Request) -> None:
        """Nobody waits for the answer any more."""
        now, response = self.store.seconds(), self._work(request)
        self._log(request, response, WORKED_LATE, now=now, ms=0)

    # The two hosts

    def _work(self, request: Request) -> Response:
        if request.path in (AUTHORIZE_PATH, TOKEN_PATH):
            refused = oauth.refuse_urllib(request)
            return refused or self._work_of_oauth(request)
        try:
            return self._work_of_api(request)
        except Refused as refusal:
            return refusal.response

    def _work_of_oauth(self, request: Request) -> Response:
        if request.path == AUTHORIZE_PATH:
            with self.store.unit():
                return oauth.authorize(self.store, request)
        if request.method != "POST":
            return html_response("405 Method Not Allowed", 405)
        key = f"token {oauth.client_id_of(request)}"
        if not self.buckets.take(key, self.store.switches.token_requests_per_second):
            return throttled().response
        with self.store.unit():
            return oauth.token(self.store, request)

    def _work_of_api(self, request: Request) -> Response:
        endpoint, arguments = _route(request)
        with self.store.unit():
            advance(self.store)
            caller = self._caller(request)
        self._pace(caller)
        self._check_rights(caller, endpoint)
        with self.store.unit():
            return endpoint.handler(self.store, caller, request, **arguments)

    def _pace(self, caller: Caller) -> None:
        refusal: Refused | None = None
        with self.store.unit():
            try:
                pace(self.store, self.buckets, caller.client_id)
            except Refused as refused:
                # Raised only after the unit, or the count of this request would be undone with it.
                refusal = refused
        if refusal is not None:
            raise refusal

    def _caller(self, request: Request) -> Caller:
        header = request.headers.get("Authorization")
        if header is None:
            refused = forbidden_route() if self._missing_is_forbidden() else unauthorized()
            raise refused
        scheme, _, token = header.partition(" ")
        caller = grants.caller_of(self.store, token.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            raise unauthorized()
        return caller

    def _missing_is_forbidden(self) -> bool:
        return self.store.switches.missing_authorization is Missing.FORBIDDEN

    def _check_rights(self, caller: Caller, endpoint: Endpoint) -> None:
        if not self.store.switches.application_active:
            raise no_right("The application is deactivated")
        if endpoint.scope is not None and endpoint.scope not in caller.scopes:
            raise no_right(f"The access token does not have the scope {endpoint.scope}")
        if endpoint.privilege is not None and endpoint.privilege not in privileges(self.store):
            raise no_right(f"The user does not have the privilege {endpoint.privilege}")

    # The log

    def _log(self, request: Request, response: Response | None, note: str, *, now: float, ms: float) -> None:
        secret = request.path.startswith("/oauth2/")
        entry = {
            "time": now,
            "method": request.method,
            "path": request.path,
            "query": "" if secret else request.query_string.decode("latin-1"),
            "status": response.status_code if response is not None else 0,
            "ms": round(ms, 1),
            "client_id": _client_id(self.store, request),
            "note": note,
            "sent": "" if secret else _shown(request.get_data()),
            "answered": "" if secret or response is None else _shown(response.get_data()),
        }
        with self.store.unit():
            request_log.log(self.store, entry)


def _route(request: Request) -> tuple[Endpoint, dict[str, Any]]:
    try:
        number, arguments = API.bind("sandbox").match(request.path, request.method)
    except HTTPException as error:
        raise forbidden_route() from error
    return ENDPOINTS[number], dict(arguments)


def _client_id(store: Store, request: Request) -> str:
    if request.path.startswith("/oauth2/"):
        return oauth.client_id_of(request)
    caller = grants.caller_of(store, request.headers.get("Authorization", "").partition(" ")[2])
    return caller.client_id if caller else ""


def _shown(data: bytes) -> str:
    text = data[: request_log.SHOWN_CHARACTERS].decode("utf-8", "replace")
    return text + ("…" if len(data) > request_log.SHOWN_CHARACTERS else "")
