"""The one door to Constant Contact's V3 API."""

from __future__ import annotations

import json as jsonlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from integrations.constant_contact.budget import Budget, Purpose
from integrations.constant_contact.errors import (
    ConstantContactError,
    OutcomeUnknown,
    QuotaExceeded,
    Throttled,
    Unauthorized,
    Unavailable,
    error_for,
)
from integrations.constant_contact.limits import LIMITS

USER_AGENT = "novi-ams-constant-contact/1.0"
VERSION_PATH = "/v3"
"""How links begin (SW basePath)."""

Params = Mapping[str, str | int]
_jitter = secrets.SystemRandom().uniform


class TokenSource(Protocol):
    def token(self) -> str:
        """An access token that should work."""

    def refreshed(self, *, after: str) -> str:
        """A newer access token than `after`, which was refused."""


@dataclass(frozen=True)
class Answer:
    """A 2xx answer: parsed JSON (None for an empty body) and Constant Contact's clock, where it told."""

    data: Any
    at: datetime | None


class _Bearer(AuthBase):
    """Sets the header late, so that no header dict with a token lies around, and keeps .netrc out."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def new_session() -> requests.Session:
    """A pooled session with our own User-Agent: authz answers 403 to some libraries' default ones."""
    session = requests.Session()
    session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
    return session


def never_sent(error: requests.RequestException) -> bool:
    """Whether the connection was not even established, so that nothing can have been done."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectTimeout) or isinstance(
        reason, NewConnectionError | ConnectTimeoutError
    )


@dataclass(frozen=True)
class _Call:
    method: str
    url: str
    path: str
    params: Params | None
    body: bytes | None
    purpose: Purpose
    safe: bool

    def failed(
        self, kind: type[ConstantContactError], message: str, *, status: int | None = None
    ) -> ConstantContactError:
        return kind(message, status=status, method=self.method, path=self.path)


class Client:
    """Sends requests: asks guard and budget before each, adds the token, repeats what is safe, raises the
    tree.

    `guard` is called before every attempt and stops it by raising. `sleep` takes seconds.
    """

    def __init__(
        self,
        api_url: str,
        tokens: TokenSource,
        budget: Budget,
        *,
        purpose: Purpose = Purpose.SYNC,
        session: requests.Session | None = None,
        guard: Callable[[], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.purpose = purpose
        self._tokens, self._budget = tokens, budget
        self._session = session or new_session()
        self._guard, self._sleep = guard, sleep

    def __repr__(self) -> str:
        return f"<Client {self.api_url} for {self.purpose}>"

    def for_purpose(self, purpose: Purpose) -> Client:
        """The same client, its requests counted for something else."""
        return Client(
            self.api_url,
            self._tokens,
            self._budget,
            purpose=purpose,
            session=self._session,
            guard=self._guard,
            sleep=self._sleep,
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        purpose: Purpose | None = None,
        safe: bool | None = None,
    ) -> Answer:
        """Send one request and answer with what came back.

        `path` begins after /v3. `json` may be bytes that are encoded already. `safe` (default: GET only) says
        that it may be repeated when its outcome is
        unknown. Raises a ConstantContactError.
        """
        call = _Call(
            method=method,
            url=self.api_url + path,
            path=urlsplit(path).path,
            params=params,
            body=_encoded(json),
            purpose=purpose or self.purpose,
            safe=method == "GET" if safe is None else safe,
        )
        return self._until_answered(call)

    def get(self, path: str, params: Params | None = None) -> Any:
        return self.request("GET", path, params=params).data

    def write(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Change something that answers with what it is now; an answer that shows nothing proves nothing."""
        data = self.request(method, path, json=body).data
        if not isinstance(data, dict):
            raise OutcomeUnknown("the answer shows nothing", method=method, path=path)
        return data

    def pages(self, path: str, params: Params | None = None) -> Iterator[Answer]:
        """Every page of a collection: follows `_links.next.href`, which carries the filters itself.

        SW PagingLinks.
        """
        following: str | None = path
        while following:
            answer = self.request("GET", following, params=params)
            if not isinstance(answer.data, dict):
                raise Unavailable("a page shows nothing", method="GET", path=urlsplit(path).path)
            yield answer
            previous, params = following, None
            link = _next_page(answer.data)
            following = link and self._path_of(link, collection=path)
            if following == previous:
                raise Unavailable("a page names itself as the next", method="GET", path=urlsplit(path).path)

    def _path_of(self, link: str, *, collection: str) -> str:
        """What a link names below the API's address, with its query.

        Links are documented to begin with /v3, whatever stands before it where the API is reached. The host of a
        link is passed over: the token goes to the API's address and nowhere else.
        """
        linked = urlsplit(urljoin(collection, link))
        below = next(
            (
                linked.path.removeprefix(prefix)
                for prefix in (urlsplit(self.api_url).path, VERSION_PATH)
                if prefix and linked.path.startswith(f"{prefix}/")
            ),
            linked.path,
        )
        return f"{below}?{linked.query}" if linked.query else below

    def _until_answered(self, call: _Call) -> Answer:
        waits, attempt, token, refused = _Waits(self._sleep), 1, "", ""
        while True:
            if self._guard:
                self._guard()
            token = token or self._token(refused)
            try:
                return self._attempt(call, token)
            except Throttled as error:
                waits.throttled(error)
            except Unauthorized:
                if refused:
                    raise
                token, refused = "", token
            except (Unavailable, OutcomeUnknown) as error:
                if attempt >= LIMITS.read_attempts or not (call.safe or _was_never_sent(error)):
                    raise
                waits.failed(attempt)
                attempt += 1

    def _token(self, refused: str) -> str:
        return self._tokens.refreshed(after=refused) if refused else self._tokens.token()

    def _attempt(self, call: _Call, token: str) -> Answer:
        self._budget.take(call.purpose)
        response = self._send(call, token)
        if 200 <= response.status_code < 300:
            return _answer(call, response)
        error = error_for(response.status_code, response.content, method=call.method, path=call.path)
        if isinstance(error, QuotaExceeded):
            self._budget.exhausted()
        raise error

    def _send(self, call: _Call, token: str) -> requests.Response:
        try:
            return self._session.request(
                call.method,
                call.url,
                params=call.params,
                data=call.body,
                headers={"Content-Type": "application/json"} if call.method != "GET" else None,
                auth=_Bearer(token),
                timeout=(LIMITS.connect_seconds, LIMITS.read_seconds),
                # A redirect would carry the token, or turn a write into a read.
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # `from None`: the original names the whole address, and with it people's email addresses.
            raise _no_answer(call, error) from None


class _NeverSent(Unavailable):
    """The connection was not established."""


def _was_never_sent(error: ConstantContactError) -> bool:
    return isinstance(error, _NeverSent)


def _no_answer(call: _Call, error: requests.RequestException) -> ConstantContactError:
    kind: type[ConstantContactError] = Unavailable if call.method == "GET" else OutcomeUnknown
    return call.failed(_NeverSent if never_sent(error) else kind, type(error).__name__)


def _answer(call: _Call, response: requests.Response) -> Answer:
    """Parse a 2xx answer; one that is no JSON did not come from Constant Contact, so it proves nothing."""
    try:
        data = response.json() if response.content else None
    except ValueError:
        kind: type[ConstantContactError] = Unavailable if call.method == "GET" else OutcomeUnknown
        raise call.failed(kind, "the answer is no JSON", status=response.status_code) from None
    return Answer(data, _clock(response.headers.get("Date", "")))


def _clock(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header)
    except ValueError:
        return None


def _encoded(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return jsonlib.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _next_page(data: Any) -> str | None:
    """The last page has no `next`, no `_links`, or null there: all three were seen."""
    links = data.get("_links") if isinstance(data, dict) else None
    following = (links or {}).get("next")
    return (following or {}).get("href") or None


class _Waits:
    """The waiting of one request: bounded, and with jitter so that processes do not knock together."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep, self._throttled, self._times = sleep, 0.0, 0

    def throttled(self, error: Throttled) -> None:
        """Wait 1 to 2 seconds, growing by half each time. Raises the error once it waited long enough."""
        left = LIMITS.throttled_seconds - self._throttled
        if left <= 0:
            raise error
        seconds = min(_jitter(1, 2) * 1.5**self._times, left)
        self._throttled, self._times = self._throttled + seconds, self._times + 1
        self._sleep(seconds)

    def failed(self, attempt: int) -> None:
        self._sleep(_jitter(0.5, 1) * 2 ** (attempt - 1) / 2)
