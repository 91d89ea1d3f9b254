"""The people's side of the sandbox: look at everything, and do what people do in Constant Contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox import pictures, switches
from integrations.sandbox.desk import PEOPLE, Desk
from integrations.sandbox.errors import html_response
from integrations.sandbox.rendering import page, static_file
from integrations.sandbox.store import Store
from integrations.sandbox.switches import Switches

_ROUTES = Map(
    [
        Rule("/", methods=["GET"], endpoint="home"),
        Rule("/lists/<list_id>", methods=["GET"], endpoint="list"),
        Rule("/people/<contact_id>", methods=["GET"], endpoint="contact"),
        Rule("/people/<contact_id>", methods=["POST"], endpoint="edit"),
        Rule("/requests/<int:number>", methods=["GET"], endpoint="request"),
        Rule("/switches", methods=["GET"], endpoint="switches"),
        Rule("/switches", methods=["POST"], endpoint="save_switches"),
        Rule("/switches/toggle", methods=["POST"], endpoint="toggle"),
        Rule("/orders/<what>", methods=["POST"], endpoint="order"),
        Rule("/do/<verb>", methods=["POST"], endpoint="do"),
        Rule("/start-over", methods=["GET"], endpoint="ask_start_over"),
        Rule("/start-over", methods=["POST"], endpoint="start_over"),
    ]
)

# Trouble that happens once: name → (label of its button, question for the desk, arguments, what is said).
ORDERS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "fail": ("Fail the next request", "order", {"trouble": "fail"}, "The next request will get a 503"),
    "lose": (
        "Lose the next answer",
        "order",
        {"trouble": "drop after work"},
        "The next request will be done, but not answered",
    ),
    "fail-activity": (
        "Fail the next activity",
        "plan_outcomes",
        {"outcome": "failed", "n": 1},
        "The next bulk activity will fail",
    ),
}


class Pages:
    def __init__(self, store: Store, desk: Desk) -> None:
        self.store, self.desk = store, desk
        self._handlers: dict[str, Callable[..., Response]] = {
            "home": self._home,
            "list": self._list,
            "contact": self._contact,
            "edit": self._edit,
            "request": self._request,
            "switches": self._switches,
            "save_switches": self._save_switches,
            "toggle": self._toggle,
            "order": self._order,
            "do": self._do,
            "ask_start_over": self._ask_start_over,
            "start_over": self._start_over,
        }

    def answer(self, request: Request) -> Response:
        if request.path.startswith("/static/"):
            return static_file(request.path.removeprefix("/static/")) or html_response("404 Not Found", 404)
        if request.method == "POST" and is_foreign(request):
            return html_response("403 Forbidden", 403)
        try:
            endpoint, arguments = _ROUTES.bind("sandbox").match(request.path, request.method)
            return self._handlers[endpoint](request, **arguments)
        except (HTTPException, pictures.NothingToShow):
            return page("missing.html", {}, 404)

    # Looking

    def _show(self, template: str, request: Request, values: dict[str, Any]) -> Response:
        here = request.full_path.rstrip("?")
        for name in ("said", "problem"):
            values[name] = request.args.get(name, "")
        kept = [(name, value) for name, value in request.args.items() if name not in ("said", "problem")]
        values["here"] = f"{request.path}?{urlencode(kept)}" if kept else here.partition("?")[0]
        return page(template, values)

    def _home(self, request: Request) -> Response:
        self.desk.refresh()
        orders = [{"what": what, "text": order[0]} for what, order in ORDERS.items()]
        values = pictures.home(self.store, request.args.get("account"), request.args.get("q", ""))
        return self._show("home.html", request, {**values, "orders": orders})

    def _list(self, request: Request, list_id: str) -> Response:
        self.desk.refresh()
        after = int(request.args.get("after", "0")) if request.args.get("after", "0").isdecimal() else 0
        return self._show("list.html", request, pictures.one_list(self.store, list_id, after))

    def _contact(self, request: Request, contact_id: str) -> Response:
        self.desk.refresh()
        return self._show("contact.html", request, pictures.contact(self.store, self.desk, contact_id))

    def _request(self, request: Request, number: int) -> Response:
        return self._show("request.html", request, pictures.request(self.store, number))

    def _switches(self, request: Request) -> Response:
        return self._show("switches.html", request, pictures.all_switches(self.store))

    def _ask_start_over(self, request: Request) -> Response:
        contacts = self.store.number("SELECT count(*) FROM contact WHERE deleted_at IS NULL")
        lists = self.store.number("SELECT count(*) FROM contact_list WHERE deleted_at IS NULL")
        counts = {"contacts": f"{contacts:,}", "lists": f"{lists:,}"}
        return self._show("start_over.html", request, counts)

    # Doing

    def _asked(self, request: Request, said: str | None, name: str, arguments: dict[str, Any]) -> Response:
        """Ask the desk, and go back to where the button was with what happened."""
        try:
            answer = self.desk.ask(name, arguments)
        except (LookupError, TypeError, ValueError) as error:
            return _back(request, problem=str(error))
        return _back(request, said=said or str(answer))

    def _do(self, request: Request, verb: str) -> Response:
        if verb not in PEOPLE:
            raise pictures.NothingToShow
        arguments = {name: value for name, value in request.form.items() if name != "back"}
        said = f"The list {arguments.get('name')} was made" if verb == "create_list" else None
        return self._asked(request, said, f"people/{verb}", arguments)

    def _edit(self, request: Request, contact_id: str) -> Response:
        values = {name: value or None for name, value in request.form.items() if name != "back"}
        found = pictures.owner(self.store, contact_id)
        arguments = {"email": found.email, "account": found.account, **values}
        return self._asked(request, None, "people/edit_contact", arguments)

    def _order(self, request: Request, what: str) -> Response:
        if what not in ORDERS:
            raise pictures.NothingToShow
        _, name, arguments, said = ORDERS[what]
        return self._asked(request, said, name, dict(arguments))

    def _toggle(self, request: Request) -> Response:
        name, _, value = request.form.get("switch", "").partition("=")
        return self._asked(request, f"{name} is now {value}", "set", {name: value})

    def _save_switches(self, request: Request) -> Response:
        if "defaults" in request.form:
            arguments: dict[str, Any] = switches.as_json(Switches())
        else:
            arguments = {name: request.form[name] for name in switches.names() if name in request.form}
        return self._asked(request, "The switches are saved", "set", arguments)

    def _start_over(self, request: Request) -> Response:
        return self._asked(request, "Everything starts over", "start_over", {})


def is_foreign(request: Request) -> bool:
    """Whether a form of another site sent this."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def _back(request: Request, **message: str) -> Response:
    back = request.form.get("back") or ("/switches" if request.path == "/switches" else "/")
    parts = urlsplit(back)
    path = parts.path if parts.path.startswith("/") and not parts.netloc else "/"
    query = "&".join(filter(None, [parts.query, urlencode(message)]))
    return redirect(f"{path}?{query}", 303, Response)
