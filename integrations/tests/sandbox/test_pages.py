"""The people's pages, without a browser."""

from __future__ import annotations

import re

import pytest
import requests

from integrations.sandbox.server import SandboxServer
from integrations.tests.sandbox.api import Api

ADA = "ada@example.org"


def get(sandbox: SandboxServer, path: str = "/") -> str:
    answer = requests.get(sandbox.url + path)
    assert answer.status_code == 200, path
    return answer.text


def press(sandbox: SandboxServer, path: str, **fields: str) -> str:
    """Post a form, follow the redirect, and answer with the message on the page."""
    answer = requests.post(sandbox.url + path, data=fields)
    assert answer.status_code == 200, path
    said = re.search(r'class="said[^"]*"[^>]*>([^<]*)<', answer.text)
    return said[1] if said else ""


def test_the_front_page_shows_lists_people_and_requests(sandbox: SandboxServer) -> None:
    Api(sandbox).get("contact_lists", limit=500)
    page = get(sandbox)
    for shown in ("My Contacts", "nora.whitfield@", "3 contacts", "/contact_lists?limit=500", "1 today"):
        assert shown in page
    assert "nora.whitfield@beacontradecouncil" in get(sandbox, "/?account=2")


def test_people_are_found_by_name_or_email(sandbox: SandboxServer) -> None:
    sandbox.people.add_contact(ADA, first_name="Ada", last_name="Byron")
    assert ADA in get(sandbox, "/?q=byron")
    assert ADA in get(sandbox, "/?q=ADA@")
    assert "Nobody is found by “zebra”" in get(sandbox, "/?q=zebra")


def test_no_page_holds_script_or_style_of_its_own(sandbox: SandboxServer) -> None:
    api = Api(sandbox)
    contact_id, list_id = api.new_contact()["contact_id"], api.new_list()
    number = sandbox.requests()[-1].id
    for path in (
        "/",
        f"/people/{contact_id}",
        f"/lists/{list_id}",
        f"/requests/{number}",
        "/switches",
        "/start-over",
    ):
        answer = requests.get(sandbox.url + path)
        assert answer.status_code == 200
        assert "script-src 'self'; style-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<style|style=|<script(?! src=\"/static/)|\son\w+=", answer.text)


def test_what_people_type_is_escaped(sandbox: SandboxServer) -> None:
    sandbox.people.create_list("<b>bold</b>")
    assert "<b>bold</b>" not in get(sandbox)
    assert "<b>x" not in get(sandbox, "/?said=<b>x")


@pytest.mark.parametrize(
    "path", ["/nothing", "/lists/x", "/people/x", "/requests/999999", "/static/../store.py"]
)
def test_what_is_not_there_is_404(sandbox: SandboxServer, path: str) -> None:
    assert requests.get(sandbox.url + path).status_code == 404


def test_the_buttons_of_a_contact(sandbox: SandboxServer) -> None:
    sandbox.people.create_field("Member Type")
    sandbox.people.add_contact(ADA, lists=["My Contacts"])
    contact_id = (sandbox.contact(ADA) or {})["contact_id"]
    page = f"/people/{contact_id}"
    assert "My Contacts" in get(sandbox, page)
    assert press(sandbox, page, first_name="Ada", **{"Member Type": "Regular", "back": page})
    assert (sandbox.contact(ADA) or {})["custom"] == {"Member Type": "Regular"}
    said = press(sandbox, "/do/leave_list", email=ADA, list_name="My Contacts", back=page)
    assert said == f"{ADA} left My Contacts"
    press(sandbox, "/do/unsubscribe", email=ADA, back=page)
    assert (sandbox.contact(ADA) or {})["permission"] == "unsubscribed"
    press(sandbox, "/do/resubscribe", email=ADA, back=page)
    press(sandbox, "/do/join_list", email=ADA, list_name="My Contacts", back=page)
    assert ADA in sandbox.members("My Contacts")
    press(sandbox, "/do/delete_contact", email=ADA, back=page)
    assert "This contact was deleted" in get(sandbox, page)


def test_the_buttons_of_a_list(sandbox: SandboxServer) -> None:
    assert press(sandbox, "/do/create_list", name="Members") == "The list Members was made"
    list_id = sandbox.lists()[1]["list_id"]
    press(sandbox, "/do/rename_list", list_name=list_id, new_name="People", back=f"/lists/{list_id}")
    assert "People" in get(sandbox, f"/lists/{list_id}")
    press(sandbox, "/do/delete_list", list_name=list_id)
    assert "This list was deleted" in get(sandbox, f"/lists/{list_id}")


def test_a_mistake_is_explained(sandbox: SandboxServer) -> None:
    said = press(sandbox, "/do/join_list", email="nobody@example.org", list_name="My Contacts")
    assert said == "There is no contact nobody@example.org"


def test_chance_buttons(sandbox: SandboxServer) -> None:
    assert "joined My Contacts" in press(sandbox, "/do/someone_joins", account="Acme Association")
    assert "unsubscribed" in press(sandbox, "/do/someone_opts_out")
    assert "removed" in press(sandbox, "/do/revoke_grant")


def test_trouble_is_toggled_and_ordered(sandbox: SandboxServer) -> None:
    for value in ("10", "0"):
        button = re.search(r'value="(refuse_every=[^"]*)"', get(sandbox))
        assert button is not None
        assert button[1] == f"refuse_every={value}"
        press(sandbox, "/switches/toggle", switch=button[1])
    press(sandbox, "/orders/fail")
    press(sandbox, "/orders/lose")
    assert sandbox.faults.pending() == 2


def test_all_switches_are_saved_and_reset(sandbox: SandboxServer) -> None:
    page = get(sandbox, "/switches")
    assert all(f'name="{name}"' in page for name in sandbox.switches())
    press(sandbox, "/switches", mangling="trims", down="off", activity_seconds="7")
    assert (sandbox.switches()["mangling"], sandbox.switches()["activity_seconds"]) == ("trims", 7.0)
    assert "cannot be" in press(sandbox, "/switches", mangling="eats")
    press(sandbox, "/switches", defaults="1")
    assert (sandbox.switches()["mangling"], sandbox.switches()["activity_seconds"]) == ("off", 1.0)


def test_starting_over_asks_first(sandbox: SandboxServer) -> None:
    sandbox.people.add_contact(ADA)
    assert "All 7 contacts" in get(sandbox, "/start-over")
    assert sandbox.contact(ADA)
    press(sandbox, "/start-over")
    assert sandbox.contact(ADA) is None


def test_a_form_of_another_site_is_refused(sandbox: SandboxServer) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert requests.post(f"{sandbox.url}/start-over", headers=headers).status_code == 403


def test_nobody_is_sent_to_another_site(sandbox: SandboxServer) -> None:
    for back in ("//evil.example.com/", "https://evil.example.com/"):
        answer = requests.post(f"{sandbox.url}/do/someone_joins", data={"back": back}, allow_redirects=False)
        assert answer.headers["Location"].startswith("/?said=")
