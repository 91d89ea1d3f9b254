"""The client against the stand-in Constant Contact over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.constant_contact import account, activities, contacts, errors, fields, lists, oauth
from integrations.constant_contact.client import Client
from integrations.constant_contact.contacts import Changes, Permission, put_body
from integrations.constant_contact.imports import import_chunks
from integrations.sandbox.server import SandboxServer
from integrations.tests.constant_contact.builders import Tokens, make_client

CALLBACK = "http://localhost:8000/integrations/constant-contact/callback/"


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        server.set(activity_seconds=0, requests_per_second=0, token_requests_per_second=0)
        yield server


@pytest.fixture
def client(sandbox: SandboxServer) -> Client:
    return make_client(api_url=sandbox.api_url, tokens=Tokens(sandbox.issue_token()["access_token"]))


def test_somebody_signs_in_and_the_account_is_known(sandbox: SandboxServer) -> None:
    application = oauth.Application(sandbox.auth_url, "sandbox-client", "sandbox-secret")
    verifier = oauth.new_verifier()
    url = oauth.authorization_url(application, redirect_uri=CALLBACK, state="s", verifier=verifier)
    form = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    answer = requests.post(url, data={**form, "answer": "allow"}, allow_redirects=False, timeout=5)
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    grant = oauth.exchange_code(application, code=code, verifier=verifier, redirect_uri=CALLBACK)
    client = make_client(api_url=sandbox.api_url, tokens=Tokens(grant.access_token))
    assert account.read(client).name == "Acme Association"
    assert account.privileges(client) >= account.NEEDED_PRIVILEGES
    newer = oauth.refresh(application, grant.refresh_token)
    with pytest.raises(errors.InvalidGrant):
        oauth.refresh(application, grant.refresh_token)
    assert newer.refresh_token != grant.refresh_token


def test_a_list_lives_and_dies(sandbox: SandboxServer, client: Client) -> None:
    made = lists.create(client, name="Board", description="op 7")
    with pytest.raises(errors.Conflict):
        lists.create(client, name="Board")
    renamed = lists.update(client, made, name="Directors")
    assert (renamed.name, renamed.description) == ("Directors", "op 7")
    found = lists.find(client, "Directors")
    assert found is not None
    assert found.list_id == made.list_id
    assert activities.read(client, lists.delete(client, made.list_id).activity_id).finished
    assert lists.read(client, made.list_id) is None


@pytest.mark.parametrize("shown", ["404", "200"])
def test_a_deleted_list_is_none_however_it_is_shown(
    sandbox: SandboxServer, client: Client, shown: str
) -> None:
    sandbox.set(deleted_list=shown)
    made = lists.create(client, name="Board")
    sandbox.people.delete_list("Board")
    assert lists.read(client, made.list_id) is None


def test_a_contact_is_made_changed_and_found(sandbox: SandboxServer, client: Client) -> None:
    board = lists.create(client, name="Board")
    field = fields.create(client, label="Member Type")
    values = Changes(
        email="ada+news@example.org", first_name="Ada", job_title="x", custom_fields={field.field_id: "A"}
    )
    made = contacts.create(client, values, list_ids=[board.list_id])
    sandbox.people.edit_contact("ada+news@example.org", birthday_month=12, birthday_day=10)
    read = contacts.read(client, made.contact_id)
    assert read is not None
    assert read.permission is Permission.IMPLICIT
    assert read.list_ids == {board.list_id}
    change = Changes(last_name="Lovelace", job_title="", custom_fields={field.field_id: ""})
    contacts.update(client, made.contact_id, put_body(read, change))
    found = contacts.find(client, "ada+news@example.org")
    assert found is not None
    assert (found.first_name, found.last_name, found.job_title) == ("Ada", "Lovelace", "")
    assert found.custom_fields == {}
    assert found.list_ids == {board.list_id}
    assert found.raw["birthday_day"] == 10


def test_somebody_who_unsubscribed_meanwhile_stays_unsubscribed_through_a_put(
    sandbox: SandboxServer, client: Client
) -> None:
    sandbox.people.add_contact("ada@example.org", lists=["My Contacts"], first_name="Ada")
    read = contacts.find(client, "ada@example.org")
    assert read is not None
    sandbox.people.unsubscribe("ada@example.org")
    contacts.update(client, read.contact_id, put_body(read, Changes(first_name="Augusta")))
    after = contacts.read(client, read.contact_id)
    assert after is not None
    assert (after.first_name, after.unsubscribed, after.list_ids) == ("Augusta", True, frozenset())
    assert after.opted_out_by_contact


def test_a_taken_address_names_its_deleted_contact(sandbox: SandboxServer, client: Client) -> None:
    sandbox.people.add_contact("ada@example.org")
    sandbox.people.delete_contact("ada@example.org")
    with pytest.raises(errors.Conflict) as caught:
        contacts.create(client, Changes(email="ada@example.org"))
    found = contacts.find(client, "ada@example.org")
    assert found is not None
    assert found.deleted_at
    assert caught.value.contact_id == found.contact_id


def test_rows_are_imported_paged_and_taken_off_again(sandbox: SandboxServer, client: Client) -> None:
    board = lists.create(client, name="Board")
    field = fields.create(client, label="Member Type")
    before = datetime.now(UTC) - timedelta(seconds=5)
    rows = [{"email": f"m{n}@example.org", field.import_key: "Régular"} for n in range(1_100)]
    for chunk in import_chunks(rows, list_ids=[board.list_id], max_rows=600):
        activity = activities.import_contacts(client, chunk)
        assert activities.read(client, activity.activity_id).counts.person_count == chunk.count
    pages = list(
        contacts.pages(
            client,
            list_ids=[board.list_id],
            updated_after=before,
            include=contacts.EVERYTHING,
            include_count=True,
        )
    )
    people = [contact for page in pages for contact in page.contacts]
    assert ([len(page.contacts) for page in pages], pages[0].total) == ([500, 500, 100], 1_100)
    assert {contact.custom_fields[field.field_id] for contact in people} == {"Régular"}
    activities.remove_list_memberships(
        client, contact_ids=[each.contact_id for each in people[:500]], list_ids=[board.list_id]
    )
    assert len(sandbox.members("Board")) == 600
    assert len(activities.read_all(client)) == 3


def test_opt_outs_are_found_by_their_own_filter(sandbox: SandboxServer, client: Client) -> None:
    sandbox.people.add_contact("ada@example.org")
    sandbox.people.unsubscribe("ada@example.org")
    since = datetime.now(UTC) - timedelta(minutes=1)
    (page,) = contacts.pages(client, status=[contacts.Status.ALL], optout_after=since)
    assert [each.email for each in page.contacts] == ["ada@example.org"]


@pytest.mark.parametrize("last_page", ["absent", "null"])
def test_the_last_page_is_recognised(sandbox: SandboxServer, client: Client, last_page: str) -> None:
    sandbox.set(last_page_links=last_page)
    assert [each.name for each in lists.read_all(client)]


def test_a_lost_answer_to_a_write_is_not_repeated(sandbox: SandboxServer, client: Client) -> None:
    sandbox.faults.drop_after_work(method="POST")
    with pytest.raises(errors.OutcomeUnknown):
        lists.create(client, name="Board")
    assert [each["name"] for each in sandbox.lists()].count("Board") == 1


def test_half_an_answer_to_a_write_is_an_unknown_outcome(sandbox: SandboxServer, client: Client) -> None:
    sandbox.faults.truncate(method="POST")
    with pytest.raises(errors.OutcomeUnknown):
        lists.create(client, name="Board")


def test_a_read_survives_lost_answers(sandbox: SandboxServer, client: Client) -> None:
    sandbox.faults.drop_before_work(2)
    sandbox.faults.fail_next(body="html", status=502)
    assert lists.read_all(client)


def test_throttling_is_waited_out(sandbox: SandboxServer) -> None:
    sandbox.set(requests_per_second=4)
    tokens = Tokens(sandbox.issue_token()["access_token"])
    client = make_client(api_url=sandbox.api_url, tokens=tokens, sleep=sandbox.shift_clock)
    for _ in range(12):
        lists.read_all(client)


def test_a_used_up_quota_is_raised(sandbox: SandboxServer, client: Client) -> None:
    sandbox.set(quota_used_up=True)
    with pytest.raises(errors.QuotaExceeded):
        lists.read_all(client)


def test_a_stranger_is_unauthorized(sandbox: SandboxServer) -> None:
    with pytest.raises(errors.Unauthorized):
        lists.read_all(make_client(api_url=sandbox.api_url, tokens=Tokens("bad", after_refresh="bad too")))
