"""The handles of a sandbox, the same for one in this process and one elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from integrations.sandbox.faults import Body, Trouble
from integrations.sandbox.grants import DEFAULT_CLIENT
from integrations.sandbox.request_log import LoggedRequest


class Controls(ABC):
    """What tests, benchmarks and the demo do with a sandbox.

    `account` arguments name an account; None is the first one. Unknown people, lists and accounts raise
    LookupError, taken names ValueError, wrong arguments TypeError.
    """

    url: str

    @abstractmethod
    def ask(self, name: str, /, **arguments: Any) -> Any:
        """Do what is called `name` in `desk.py`."""

    @property
    def api_url(self) -> str:
        return f"{self.url}/v3"

    @property
    def auth_url(self) -> str:
        return f"{self.url}/oauth2/default/v1"

    @property
    def people(self) -> People:
        """The people of the first account."""
        return People(self, None)

    def people_of(self, account: str) -> People:
        return People(self, account)

    @property
    def faults(self) -> FaultOrders:
        return FaultOrders(self)

    # Behavior

    def set(self, **switches: object) -> None:
        """Change switches by name; a name that does not exist raises TypeError."""
        self.ask("set", **switches)

    def switches(self) -> dict[str, Any]:
        return cast(dict[str, Any], self.ask("switches"))

    def start_over(self) -> None:
        """Back to a fresh state: new accounts, default switches, no faults."""
        self.ask("start_over")

    def shift_clock(self, seconds: float) -> None:
        """Move the sandbox's clock forward (or back)."""
        self.ask("shift_clock", seconds=seconds)

    def finish_activities(self) -> None:
        """Complete all activities now, the stuck ones too."""
        self.ask("finish_activities")

    # Signing in

    def issue_token(
        self,
        scopes: Iterable[str] | None = None,
        *,
        client_id: str = DEFAULT_CLIENT[0],
        account: str | None = None,
    ) -> dict[str, Any]:
        """A token response without a browser; by default with all scopes a sync needs."""
        wanted = list(scopes) if scopes is not None else None
        answer = self.ask("issue_token", scopes=wanted, client_id=client_id, account=account)
        return cast(dict[str, Any], answer)

    def register_client(self, client_id: str, secret: str, redirect_uris: Sequence[str] = ()) -> None:
        self.ask("register_client", client_id=client_id, secret=secret, redirect_uris=list(redirect_uris))

    # Looking

    def contact(self, email: str, account: str | None = None) -> dict[str, Any] | None:
        """All about a contact, deleted or not: `custom` by label, `lists` by name, `permission`..."""
        return cast(dict[str, Any] | None, self.ask("contact", email=email, account=account))

    def contacts(self, account: str | None = None) -> list[dict[str, Any]]:
        """All about every contact, the deleted ones included."""
        return cast(list[dict[str, Any]], self.ask("contacts", account=account))

    def lists(self, account: str | None = None) -> list[dict[str, Any]]:
        """The lists that exist, with `membership_count`."""
        return cast(list[dict[str, Any]], self.ask("lists", account=account))

    def members(self, list_name: str, account: str | None = None) -> list[str]:
        """Emails of the people on a list (by name or list_id), sorted."""
        return cast(list[str], self.ask("members", list_name=list_name, account=account))

    def fields(self, account: str | None = None) -> list[dict[str, Any]]:
        return cast(list[dict[str, Any]], self.ask("fields", account=account))

    def activities(self, account: str | None = None) -> list[dict[str, Any]]:
        """All activities, oldest first, each with its `kind`."""
        return cast(list[dict[str, Any]], self.ask("activities", account=account))

    def requests(self, since: datetime | None = None) -> list[LoggedRequest]:
        """Logged API and OAuth requests, oldest first."""
        found = self.ask("requests", since=since.isoformat() if since else None)
        return [LoggedRequest.from_json(each) for each in found]

    def clear_requests(self) -> None:
        self.ask("clear_requests")

    def requests_today(self, client_id: str | None = None) -> int:
        """Requests that counted towards today's quota."""
        return int(self.ask("requests_today", client_id=client_id))

    def state(self) -> dict[str, Any]:
        return cast(dict[str, Any], self.ask("state"))


class FaultOrders:
    """Trouble for the next `n` requests that match a method and a path (any part of it; `*` allowed)."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    def _order(self, trouble: Trouble, n: int, **details: Any) -> None:
        self._controls.ask("order", trouble=trouble, n=n, **details)

    def fail_next(
        self,
        n: int = 1,
        *,
        status: int = 503,
        body: Body | str = Body.EMPTY,
        method: str | None = None,
        path: str | None = None,
        after_work: bool = False,
    ) -> None:
        """Answer with an error; `body` is empty, html, array, object or broken_json."""
        trouble = Trouble.FAIL_AFTER_WORK if after_work else Trouble.FAIL
        self._order(trouble, n, status=status, body=body, method=method, path=path)

    def drop_before_work(self, n: int = 1, *, method: str | None = None, path: str | None = None) -> None:
        self._order(Trouble.DROP_BEFORE_WORK, n, method=method, path=path)

    def drop_after_work(self, n: int = 1, *, method: str | None = None, path: str | None = None) -> None:
        """Do the work, commit it, and hang up: the lost answer."""
        self._order(Trouble.DROP_AFTER_WORK, n, method=method, path=path)

    def work_later(
        self, n: int = 1, *, after: int = 1, method: str | None = None, path: str | None = None
    ) -> None:
        """Hang up on a write, and do its work before the answer to the `after`-th request from then."""
        self._order(Trouble.WORK_LATER, n, after=after, method=method, path=path)

    def finish_late_work(self) -> None:
        """Do now what was to be done later."""
        self._controls.ask("finish_late_work")

    def truncate(self, n: int = 1, *, method: str | None = None, path: str | None = None) -> None:
        """Send half of the body and hang up."""
        self._order(Trouble.TRUNCATE, n, method=method, path=path)

    def slow(
        self, seconds: float, n: int = 1_000_000, *, method: str | None = None, path: str | None = None
    ) -> None:
        self._order(Trouble.SLOW, n, seconds=seconds, method=method, path=path)

    def next_activities(self, outcome: str, n: int = 1) -> None:
        """The next n activities end `failed`, `timed_out`, `cancelled`, `stuck` or `completed`."""
        self._controls.ask("plan_outcomes", outcome=outcome, n=n)

    def pending(self) -> int:
        """Faults ordered and not yet met."""
        return int(self._controls.ask("pending_faults"))

    def clear(self) -> None:
        self._controls.ask("clear_faults")


class People:
    """What people do in an account; each answers with a sentence about what happened."""

    def __init__(self, controls: Controls, account: str | None) -> None:
        self._controls, self._account = controls, account

    def _do(self, verb: str, **arguments: Any) -> str:
        return str(self._controls.ask(f"people/{verb}", account=self._account, **arguments))

    def unsubscribe(self, email: str, *, source: str = "Contact", reason: str = "") -> str:
        return self._do("unsubscribe", email=email, source=source, reason=reason)

    def resubscribe(self, email: str) -> str:
        return self._do("resubscribe", email=email)

    def leave_list(self, email: str, list_name: str) -> str:
        return self._do("leave_list", email=email, list_name=list_name)

    def join_list(self, email: str, list_name: str) -> str:
        return self._do("join_list", email=email, list_name=list_name)

    def confirm(self, email: str) -> str:
        return self._do("confirm", email=email)

    def set_permission(self, email: str, permission: str) -> str:
        return self._do("set_permission", email=email, permission=permission)

    def hold(self, email: str) -> str:
        return self._do("hold", email=email)

    def add_contact(
        self, email: str, *, lists: Sequence[str] = (), permission: str = "explicit", **values: Any
    ) -> str:
        return self._do("add_contact", email=email, lists=list(lists), permission=permission, **values)

    def edit_contact(self, email: str, **values: Any) -> str:
        """Core properties, `new_email`, or custom fields by label (as `**{"Member Type": "Regular"}`)."""
        return self._do("edit_contact", email=email, **values)

    def delete_contact(self, email: str) -> str:
        return self._do("delete_contact", email=email)

    def create_list(self, name: str) -> str:
        """The new list_id."""
        return self._do("create_list", name=name)

    def rename_list(self, list_name: str, new_name: str) -> str:
        return self._do("rename_list", list_name=list_name, new_name=new_name)

    def delete_list(self, list_name: str) -> str:
        return self._do("delete_list", list_name=list_name)

    def create_field(self, label: str, type: str = "string") -> str:
        """The new custom_field_id."""
        return self._do("create_field", label=label, type=type)

    def delete_field(self, label: str) -> str:
        return self._do("delete_field", label=label)

    def flag_address(self, email: str, *, seconds: float = 48 * 3600) -> str:
        return self._do("flag_address", email=email, seconds=seconds)

    def revoke_grant(self) -> str:
        return self._do("revoke_grant")

    def someone_joins(self) -> str:
        return self._do("someone_joins")

    def someone_opts_out(self) -> str:
        return self._do("someone_opts_out")
