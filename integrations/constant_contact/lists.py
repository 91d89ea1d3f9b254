"""Contact lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from integrations.constant_contact.activities import Activity
from integrations.constant_contact.client import Client, Params
from integrations.constant_contact.errors import NotFound
from integrations.constant_contact.limits import LIMITS
from integrations.constant_contact.times import parse_time


@dataclass(frozen=True)
class ContactList:
    """`membership_count` counts all members and is None where it was not asked for; it lags behind jobs."""

    list_id: str
    name: str
    description: str = ""
    favorite: bool = False
    membership_count: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """SW ContactList; the description is left out when it is blank."""
        return cls(
            list_id=data["list_id"],
            name=data["name"],
            description=data.get("description") or "",
            favorite=bool(data.get("favorite")),
            membership_count=data.get("membership_count"),
            created_at=parse_time(data.get("created_at")),
            updated_at=parse_time(data.get("updated_at")),
            deleted_at=parse_time(data.get("deleted_at")),
        )


def read_all(client: Client) -> list[ContactList]:
    """Every list that is not deleted, with counts; one request up to 500 lists (SW getLists).

    Whether the collection shows deleted ones unless asked is undocumented; they are left out here.
    """
    params: Params = {"limit": LIMITS.list_page, "include_membership_count": "all"}
    pages = client.pages("/contact_lists", params)
    found = (ContactList.from_json(each) for page in pages for each in page.data.get("lists") or [])
    return [each for each in found if not each.deleted_at]


def read(client: Client, list_id: str) -> ContactList | None:
    """One list with its count, or None when it was deleted: whether that is a 404 is undocumented.

    SW getList.
    """
    try:
        data = client.get(f"/contact_lists/{list_id}", {"include_membership_count": "all"})
    except NotFound:
        return None
    found = ContactList.from_json(data)
    return None if found.deleted_at else found


def find(client: Client, name: str) -> ContactList | None:
    """The list with this full name; whether Constant Contact's filter minds case is unknown.

    SW getLists.name.
    """
    data = client.get("/contact_lists", {"name": name, "include_membership_count": "all"})
    lists = (ContactList.from_json(each) for each in data.get("lists") or [])
    return next((each for each in lists if _same_name(each.name, name) and not each.deleted_at), None)


def _same_name(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def create(client: Client, *, name: str, description: str = "", favorite: bool = False) -> ContactList:
    """Make a list. Raises Conflict when the name is taken, perhaps by a deleted list (SW createList)."""
    body = _list_input(name, description, favorite)
    return ContactList.from_json(client.write("POST", "/contact_lists", body))


def update(
    client: Client, current: ContactList, *, name: str | None = None, description: str | None = None
) -> ContactList:
    """Rename or describe a list, resending what stays: PUT resets what is left out (SW putList).

    Raises NotFound, and Conflict or Invalid for a name that is taken: the definition names no 409 here.
    """
    body = _list_input(
        current.name if name is None else name,
        current.description if description is None else description,
        current.favorite,
    )
    return ContactList.from_json(client.write("PUT", f"/contact_lists/{current.list_id}", body))


def delete(client: Client, list_id: str) -> Activity:
    """Begin to delete a list; its contacts stay. The name is free when the activity is done.

    SW deleteListActivity.

    Raises NotFound when it is gone already.
    """
    return Activity.from_json(client.write("DELETE", f"/contact_lists/{list_id}"))


def _list_input(name: str, description: str, favorite: bool) -> dict[str, Any]:
    return {"name": name, "description": description, "favorite": favorite}
