from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
import requests
from django.conf import settings
from django.core.management.base import CommandError
from pytest_django import Settings

from integrations.connection import disconnect
from integrations.constant_contact.lists import ContactList
from integrations.experiments import readiness
from integrations.models import ConstantContactConnection, ListState, SyncedList
from integrations.sandbox.choices import Privileges
from integrations.sandbox.server import SandboxServer
from integrations.tests.connections import MARGARET
from integrations.tests.experiments.checking import answer_about, check, left_in, living_contacts, shown
from integrations.usage import UsageBudget

QUICK = ("--only", "deleted_list")
SOME = [
    f"--only={name}"
    for name in ("deleted_list", "field_name_case", "mangling", "import_of_deleted", "put_without_email")
]
"""Questions that make everything there is to make."""


@pytest.fixture(autouse=True)
def quick_jobs(account: SandboxServer) -> None:
    account.set(activity_seconds=1)


# What it leaves


def test_nothing_stays_behind(account: SandboxServer) -> None:
    lists, fields = account.lists(), account.fields()
    found = check()
    assert found["left_behind"] == []
    assert (account.lists(), account.fields()) == (lists, fields)
    assert living_contacts(account) == []
    # The two calls that would put people back on lists they left are not among what it tries.
    paths = " ".join(each.path for each in account.requests())
    assert "sign_up_form" not in paths
    assert "resubscribe" not in paths


def test_only_its_own_contacts_are_written(account: SandboxServer) -> None:
    account.people.add_contact("ada@example.com", first_name="Ada", lists=["My Contacts"])
    before = account.contact("ada@example.com")
    check(*SOME)
    assert account.contact("ada@example.com") == before


@pytest.mark.parametrize("path", ["/contacts", "/contact_lists", "/contact_custom_fields", "/activities"])
def test_nothing_stays_behind_after_an_outage(account: SandboxServer, path: str) -> None:
    account.faults.fail_next(1, status=503, path=path, method="POST")
    found = check(*SOME)
    assert (found["left_behind"], left_in(account)) == ([], [])


@pytest.mark.parametrize("path", ["/contacts", "/contact_lists", "/contact_custom_fields", "/activities"])
def test_what_an_answer_was_lost_of_is_found_and_deleted(account: SandboxServer, path: str) -> None:
    account.faults.drop_after_work(1, path=path, method="POST")
    found = check(*SOME)
    assert account.faults.pending() == 0
    assert (found["left_behind"], left_in(account)) == ([], [])


def test_a_deletion_that_fails_is_tried_again(account: SandboxServer) -> None:
    account.faults.fail_next(4, status=500, method="DELETE")
    found = check("--only", "field_name_case", "--only", "mangling")
    assert (found["left_behind"], left_in(account)) == ([], [])


def test_what_cannot_be_deleted_is_named(account: SandboxServer) -> None:
    account.faults.fail_next(1_000, status=500, method="DELETE", path="/v3/contact_custom_fields")
    found = check("--only", "field_name_case")
    assert found["left_behind"] == [f"custom field “{left_in(account)[0]}”"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_stays_behind_after_a_signal(
    account: SandboxServer, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    monkeypatch.setattr(readiness, "sleep", lambda seconds: os.kill(os.getpid(), number))
    account.set(activity_seconds=0.1)
    found = check("--only", "field_name_case", "--only", "deleting_moves_updated_at", "--only", "mangling")
    assert found["stopped"] == "Stopped by hand."
    assert [each["verdict"] for each in found["answers"]] == ["as assumed", "as assumed", "open"]
    assert (found["left_behind"], left_in(account)) == ([], [])
    assert signal.getsignal(number) == before


def test_what_was_found_before_the_quota_ended_is_reported(account: SandboxServer) -> None:
    account.set(requests_per_day=account.requests_today() + 12)
    found = check()
    assert found["stopped"].startswith("Today's requests to Constant Contact are used up")
    assert {each["verdict"] for each in found["answers"]} == {"as assumed", "open"}


# When it does not begin


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as raised:
        check(*arguments)
    return str(raised.value)


def writes(account: SandboxServer) -> list[str]:
    return [each.path for each in account.requests() if each.method != "GET"]


def test_it_does_not_begin_without_a_connection(account: SandboxServer) -> None:
    disconnect(actor=MARGARET)
    assert refusal() == (
        "Constant Contact is not connected. Connect it under Association Settings, Integrations."
    )
    assert account.requests() == []


def our_list() -> None:
    SyncedList.objects.create(
        account_id=ConstantContactConnection.current().account_id,
        list_id="l1",
        name="Board",
        group_name="Board",
        state=ListState.READY,
    )


def test_it_does_not_begin_where_lists_of_ours_are(account: SandboxServer) -> None:
    our_list()
    assert "Acme Association has 1 list of this installation's, so it is no trial account." in refusal()
    assert account.requests() == []


def test_with_yes_it_begins_where_lists_of_ours_are(account: SandboxServer) -> None:
    our_list()
    assert answer_about(check("--yes", *QUICK), "deleted_list")["verdict"] == "as assumed"


def test_a_list_of_another_account_does_not_matter(account: SandboxServer) -> None:
    our_list()
    SyncedList.objects.update(account_id="another")
    assert answer_about(check(*QUICK), "deleted_list")["verdict"] == "as assumed"


def few_rights(account: SandboxServer) -> None:
    account.set(privileges=Privileges.READ_ONLY)


def deactivated(account: SandboxServer) -> None:
    account.set(application_active=False)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [(few_rights, "lacks these rights"), (deactivated, "the application was deactivated")],
    ids=["few_rights", "deactivated"],
)
def test_it_does_not_begin_without_the_rights(
    account: SandboxServer, trouble: Callable[[SandboxServer], None], words: str
) -> None:
    trouble(account)
    assert words in refusal()
    assert writes(account) == []


def test_it_does_not_begin_with_too_few_requests_left(account: SandboxServer, settings: Settings) -> None:
    settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = 100
    assert "The check takes up to 400 requests, and 90 are left today." in refusal()
    assert account.requests() == []


@pytest.mark.parametrize("domain", ["nonsense", "a..b", "x" * 30 + ".com", "a b.com", "@example.com"])
def test_a_domain_must_be_one_and_fit(account: SandboxServer, domain: str) -> None:
    assert "domain" in refusal("--domain", domain)
    assert account.requests() == []


# What it says


def test_addresses_are_under_the_domain_asked_for(account: SandboxServer) -> None:
    check("--only", "mangling", "--domain", "Trial.Example.org")
    (deleted,) = [each.path.rpartition("/")[2] for each in account.requests() if each.method == "DELETE"]
    assert contact_email(account, deleted).endswith("@trial.example.org")


def contact_email(account: SandboxServer, contact_id: str) -> str:
    token = account.issue_token()["access_token"]
    url = f"{account.api_url}/contacts/{contact_id}"
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5).json()
    return str(answer["email_address"]["address"])


def test_its_requests_count_towards_the_day(account: SandboxServer) -> None:
    found = check(*SOME)
    sent = [each for each in account.requests() if each.path.startswith("/v3")]
    assert found["requests"] == len(sent) == UsageBudget(settings.CONSTANT_CONTACT_CLIENT_ID).used_today()


def test_a_check_takes_fewer_requests_than_it_asks_for(account: SandboxServer) -> None:
    assert check("--many-lists")["requests"] < readiness.REQUESTS + readiness.REQUESTS_FOR_MANY_LISTS


def test_the_json_has_the_account_answers_and_switches(account: SandboxServer) -> None:
    account.set(import_clears_blanks=True)
    found = check("--only", "import_clears_blanks")
    assert found["account"]["name"] == "Acme Association"
    assert found["answers"] == [
        {
            "topic": "Import",
            "question": "A blank value in an import clears the value",
            "verdict": "different",
            "finding": "Both values were cleared.",
            "switch": "import_clears_blanks",
            "value": True,
            "assumed": False,
        }
    ]
    assert found["set"] == {"import_clears_blanks": True}
    assert found["not_asked"]["leaving_moves_updated_at"].startswith("A person has to leave one list")
    assert found["requests"] > 0
    assert (found["left_behind"], found["stopped"]) == ([], "")


def test_the_table_shows_findings_and_names_the_switches_to_set(account: SandboxServer) -> None:
    account.set(import_clears_blanks=True)
    text = shown("--only", "import_clears_blanks", "--only", "deleted_list")
    rows = text.splitlines()
    assert any(row.startswith("different") and row.endswith("import_clears_blanks = on") for row in rows)
    assert any(row.startswith("as assumed") and row.endswith("deleted_list = 404") for row in rows)
    setting = rows.index("To make the sandbox behave like this account, set:")
    assert rows[setting + 1] == "  import_clears_blanks = on"
    assert "Everything that was made is deleted." in rows


def test_an_account_like_the_sandbox_needs_no_switches(account: SandboxServer) -> None:
    assert "no switch has to be set" in shown(*QUICK)


def test_what_a_51st_list_does_is_asked_only_on_demand(account: SandboxServer) -> None:
    assert (
        "Add --many-lists" in answer_about(check("--only", "fifty_first_list"), "fifty_first_list")["finding"]
    )


def test_an_answer_that_is_not_understood_leaves_its_question_open(
    account: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContactList, "from_json", lambda data: data["no such key"])
    found = check(*QUICK)
    assert answer_about(found, "deleted_list")["finding"].startswith(
        "The answer was not understood: KeyError"
    )
    assert [each.startswith("list “Novi Check") for each in found["left_behind"]] == [True]
