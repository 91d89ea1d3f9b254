"""Questions about lists."""

from __future__ import annotations

from integrations.constant_contact import lists
from integrations.constant_contact.errors import NotFound
from integrations.experiments.findings import Finding
from integrations.experiments.laboratory import MARK, Laboratory, in_words, refused
from integrations.sandbox.choices import Clash, Gone


def taken_list_name(lab: Laboratory) -> Finding:
    """POST a list whose name is taken."""
    error = refused(lambda: lab.new_list(lab.main_list.name))
    if error is None:
        return Finding("Two lists have the same name now.", value=False)
    return Finding(f"Refused: {in_words(error)}.", value=error.status == 409)


def list_names_ignore_case(lab: Laboratory) -> Finding:
    """POST a list whose name is taken in other letters."""
    error = refused(lambda: lab.new_list(lab.main_list.name.upper()))
    if error is None:
        return Finding("The same name in capitals is another name.", value=False)
    return Finding(f"The same name in capitals is taken: {in_words(error)}.", value=True)


def list_rename_clash(lab: Laboratory) -> Finding:
    """PUT a list's name that another list has."""
    other = lab.new_list()
    error = refused(lambda: lists.update(lab.client, other, name=lab.main_list.name))
    if error is None:
        return Finding("Two lists have the same name now.")
    return Finding(
        f"Refused: {in_words(error)}.", {409: Clash.CONFLICT, 400: Clash.INVALID}.get(error.status or 0)
    )


def deleted_list(lab: Laboratory) -> Finding:
    """GET a deleted list by its id."""
    made = lab.new_list()
    lab.delete_list(made)
    try:
        data = lab.client.get(f"/contact_lists/{made.list_id}")
    except NotFound:
        return Finding("404.", Gone.NOT_FOUND)
    dated = "with deleted_at" if data.get("deleted_at") else "without deleted_at"
    return Finding(f"200, {dated}.", Gone.SHOWN)


def deleted_lists_are_listed(lab: Laboratory) -> Finding:
    """Look for a deleted list among all lists, without asking for a status."""
    made = lab.new_list()
    lab.delete_list(made)
    pages = lab.client.pages("/contact_lists", {"limit": 500})
    shown = any(each["list_id"] == made.list_id for page in pages for each in page.data.get("lists") or [])
    return Finding(f"It is {'still there' if shown else 'not there any more'}.", shown)


def deleted_list_names_reserved(lab: Laboratory) -> Finding:
    """POST a list with a deleted list's name."""
    made = lab.new_list()
    lab.delete_list(made)
    error = refused(lambda: lab.new_list(made.name))
    if error:
        return Finding(f"The name is still taken: {in_words(error)}.", value=True)
    return Finding("The name is free again.", value=False)


def descriptions_come_back(lab: Laboratory) -> Finding:
    """Look for a list by its name: its description is what tells our lists after a lost answer."""
    found = lists.find(lab.client, lab.main_list.name)
    if found is None:
        return Finding("The list was not found by its name.", value=False)
    if found.description != MARK:
        return Finding(f"The description came back as “{found.description}”.", value=False)
    return Finding("The list was found, with its description.", value=True)


def last_list_left(lab: Laboratory) -> Finding:
    """Take a contact off its only list."""
    made = lab.new_contact(list_ids=[lab.main_list.list_id])
    lab.take_off(made)
    after = lab.look(made.email)
    if after is None or after.deleted_at:
        return Finding("The contact was deleted with it.", value=False)
    if after.list_ids:
        return Finding("The contact is still on the list.", value=False)
    return Finding("The contact stayed in the account, on no list.", value=True)
