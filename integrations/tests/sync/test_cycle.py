"""Whole cycles against the sandbox: what the list holds afterwards."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from integrations.models import Contact, ContactState, ListMembership, ListState, MembershipState, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import run_cycle
from integrations.sync.session import SyncSession
from integrations.syncing import check_now
from integrations.tests.sync.cast import (
    TESTER,
    choose,
    company,
    cycle,
    edit,
    group,
    person,
    put_in,
    sync,
    take_out,
    there,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_synced_group_becomes_a_list_with_its_people(sandbox: SandboxServer) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob", "Builder")
    sync(group("Board", ada, bob))
    cycle()
    assert sandbox.members("Board") == ["ada@example.org", "bob@example.org"]
    assert there(sandbox, "bob@example.org")["first_name"] == "Bob"


def test_a_company_is_written_with_its_name_and_an_underscore(sandbox: SandboxServer) -> None:
    acme = company("Acme Steel", "office@acme.example.org")
    ada = person("ada@acme.example.org", parent=acme)
    sync(group("Everybody", acme, ada))
    cycle()
    contact = there(sandbox, "office@acme.example.org")
    assert (contact["first_name"], contact["last_name"], contact.get("company_name") or "") == (
        "Acme Steel",
        "_",
        "",
    )
    assert there(sandbox, "ada@acme.example.org")["company_name"] == "Acme Steel"


def test_a_second_cycle_writes_nothing(sandbox: SandboxServer) -> None:
    sync(group("Board", person("ada@example.org")))
    cycle()
    sandbox.clear_requests()
    cycle(check=True)
    assert {one.method for one in sandbox.requests()} == {"GET"}
    assert len(sandbox.requests()) == 2


def test_an_edit_arrives_with_two_requests(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    for name in ("One", "Two", "Three"):
        sync(group(name, ada))
    cycle()
    sandbox.clear_requests()
    edit(ada, first_name="Augusta")
    cycle()
    assert there(sandbox, "ada@example.org")["first_name"] == "Augusta"
    assert len(sandbox.requests()) <= 3


def test_chosen_fields_arrive_and_are_cleared(sandbox: SandboxServer) -> None:
    acme = company("Acme Steel", billing_city="Troy")
    ada = person("ada@example.org", phone="614-555-0142", parent=acme)
    choose(("phone", "Phone"), ("parent.billing_city", "Parent Billing City"))
    sync(group("Board", ada))
    cycle()
    assert there(sandbox, "ada@example.org")["custom"] == {
        "Phone": "614-555-0142",
        "Parent Billing City": "Troy",
    }
    edit(ada, phone="")
    cycle()
    assert "Phone" not in there(sandbox, "ada@example.org")["custom"]


def test_who_leaves_the_group_leaves_the_list_and_stays_a_contact(sandbox: SandboxServer) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org")
    board = group("Board", ada, bob)
    sync(board)
    cycle()
    take_out(board, ada)
    cycle()
    assert sandbox.members("Board") == ["bob@example.org"]
    assert sandbox.contact("ada@example.org") is not None


def test_a_changed_address_moves_the_contact(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    sync(group("Board", ada))
    cycle()
    before = there(sandbox, "ada@example.org")["contact_id"]
    edit(ada, email="augusta@example.org")
    cycle()
    assert there(sandbox, "augusta@example.org")["contact_id"] == before
    assert sandbox.members("Board") == ["augusta@example.org"]


def test_a_chain_of_changed_addresses_moves_from_its_far_end(sandbox: SandboxServer) -> None:
    ada, bob = person("a@example.org", "Ada"), person("b@example.org", "Bob")
    sync(group("Board", ada, bob))
    cycle()
    ids = [there(sandbox, f"{key}@example.org")["contact_id"] for key in "ab"]
    edit(bob, email="c@example.org")
    edit(ada, email="b@example.org")
    cycle()
    assert [there(sandbox, f"{key}@example.org")["contact_id"] for key in "bc"] == ids
    assert there(sandbox, "b@example.org")["first_name"] == "Ada"
    assert sandbox.members("Board") == ["b@example.org", "c@example.org"]


def test_two_who_swap_addresses_swap_values(sandbox: SandboxServer) -> None:
    ada, bob = person("a@example.org", "Ada"), person("b@example.org", "Bob")
    sync(group("Board", ada, bob))
    cycle()
    ids = [there(sandbox, f"{key}@example.org")["contact_id"] for key in "ab"]
    edit(bob, email="a@example.org")
    edit(ada, email="b@example.org")
    cycle()
    assert [there(sandbox, f"{key}@example.org")["contact_id"] for key in "ab"] == ids
    assert there(sandbox, "a@example.org")["first_name"] == "Bob"
    assert there(sandbox, "b@example.org")["first_name"] == "Ada"


def test_one_shared_address_is_one_contact_with_the_persons_values(sandbox: SandboxServer) -> None:
    acme, ada = company("Acme", "office@example.org"), person("office@example.org", "Ada")
    sync(group("Board", acme, ada))
    cycle()
    assert sandbox.members("Board") == ["office@example.org"]
    assert there(sandbox, "office@example.org")["first_name"] == "Ada"
    assert ListMembership.objects.get(seen=True).stand_in == ada


def test_do_not_send_on_a_person_keeps_the_address_off(sandbox: SandboxServer) -> None:
    acme, ada = company("Acme", "office@example.org"), person("office@example.org", "Ada")
    sync(group("Board", acme, ada))
    cycle()
    edit(ada, do_not_send=True)
    cycle()
    assert sandbox.members("Board") == []


def test_the_unsubscribed_are_never_put_back(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    board = group("Board", ada, person("bob@example.org"))
    sync(board)
    cycle()
    sandbox.people.unsubscribe("ada@example.org")
    edit(ada, first_name="Augusta")
    take_out(board, ada)
    put_in(board, ada)
    cycle(check=True)
    assert sandbox.members("Board") == ["bob@example.org"]
    assert there(sandbox, "ada@example.org")["first_name"] == "Ada"
    assert Contact.objects.get(email_key="ada@example.org").state == ContactState.UNSUBSCRIBED


def test_a_taken_name_gets_a_number_and_the_other_list_is_left_alone(sandbox: SandboxServer) -> None:
    sandbox.people.create_list("Board")
    sync(group("Board", person("ada@example.org")))
    cycle()
    assert sandbox.members("Board 1") == ["ada@example.org"]
    assert sandbox.members("Board") == []


def test_a_renamed_list_stays_linked(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    synced = sync(board)
    cycle()
    sandbox.people.rename_list("Board", "Trustees")
    cycle(check=True)
    synced.refresh_from_db()
    assert synced.name == "Trustees"
    put_in(board, person("bob@example.org"))
    cycle()
    assert sandbox.members("Trustees") == ["ada@example.org", "bob@example.org"]


def test_a_list_deleted_there_is_reported_and_not_made_again(sandbox: SandboxServer) -> None:
    synced = sync(group("Board", person("ada@example.org")))
    cycle()
    sandbox.people.delete_list("Board")
    cycle(check=True)
    synced.refresh_from_db()
    assert synced.state == ListState.GONE
    assert "Board" in synced.error
    assert "Board" not in [one["name"] for one in sandbox.lists()]


def test_turning_off_deletes_the_list_and_keeps_the_contacts(sandbox: SandboxServer) -> None:
    synced = sync(group("Board", person("ada@example.org")))
    cycle()
    synced.refresh_from_db()
    synced.state = ListState.DELETING
    synced.save()
    cycle()
    assert "Board" not in [one["name"] for one in sandbox.lists()]
    assert sandbox.contact("ada@example.org") is not None


def test_many_go_by_import(sandbox: SandboxServer) -> None:
    people = [person(f"p{number}@example.org", f"P{number}") for number in range(30)]
    board = group("Board", *people)
    sync(board)
    cycle()
    assert len(sandbox.members("Board")) == 30
    assert not [one for one in sandbox.requests() if one.path.endswith("/contacts") and one.method == "POST"]
    sandbox.clear_requests()
    take_out(board, *people[:20])
    cycle()
    assert len(sandbox.members("Board")) == 10
    assert not Contact.objects.filter(wave__isnull=False).exists()


def test_a_leaver_is_not_put_back(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    sync(board)
    cycle()
    Contact.objects.update(written_at=None)
    sandbox.people.leave_list("ada@example.org", "Board")
    edit(ada, first_name="Augusta")
    cycle()
    assert ListMembership.objects.get().state == MembershipState.LEFT
    edit(ada, first_name="Ada")
    cycle()
    assert sandbox.members("Board") == []


def test_the_nightly_comparison_finds_what_no_mark_told_of(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    sync(group("Board", ada, person("bob@example.org", "Bob")))
    cycle()
    Contact.objects.filter(email_key="ada@example.org").update(desired_hash="wrong", observed_hash="wrong")
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        cycle()
    assert len(set(Contact.objects.values_list("desired_hash", flat=True))) == 2
    assert Contact.objects.exclude(desired_hash=F("observed_hash")).count() == 0


def test_strangers_on_our_list_are_left_alone_and_seen(sandbox: SandboxServer) -> None:
    synced = sync(group("Board", person("ada@example.org")))
    cycle()
    sandbox.people.add_contact("stranger@example.org", lists=["Board"])
    SyncedList.objects.update(written_at=None)
    cycle(check=True)
    assert sandbox.members("Board") == ["ada@example.org", "stranger@example.org"]
    assert ListMembership.objects.filter(synced_list=synced, seen=True, wanted=False).count() == 1
    sandbox.clear_requests()
    cycle(check=True)
    assert len(sandbox.requests()) == 2


def test_who_comes_to_a_list_that_was_just_deleted_there_is_not_refused(sandbox: SandboxServer) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org")
    board, everybody = group("Board", ada), group("Everybody", ada)
    sync(board)
    sync(everybody)
    cycle()
    sandbox.people.delete_list("Board")
    put_in(board, bob)
    put_in(everybody, bob)
    cycle()
    assert SyncedList.objects.get(group=board).state == ListState.GONE
    assert sandbox.members("Everybody") == ["ada@example.org", "bob@example.org"]
    assert not Contact.objects.filter(state=ContactState.REFUSED).exists()


def test_whom_an_import_made_is_known_as_ours_and_whom_it_met_is_not(sandbox: SandboxServer) -> None:
    sandbox.people.add_contact("p3@example.org")
    sandbox.shift_clock(1)
    sync(group("Board", *[person(f"p{number}@example.org") for number in range(11)]))
    cycle()
    assert len(sandbox.members("Board")) == 11
    assert not Contact.objects.get(email_key="p3@example.org").we_created
    assert Contact.objects.filter(we_created=True).count() == 10


def test_a_check_asked_for_while_a_cycle_ends_is_made_by_it(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was to make it finds the lease taken; the cycle has read the lists by then."""
    board = sync(group("Board", person("ada@example.org")))
    cycle()
    board.refresh_from_db()

    def while_it_ends(_session: SyncSession) -> None:
        if "Board" in {one["name"] for one in sandbox.lists()}:
            sandbox.people.rename_list("Board", "Directors")
            check_now(board, actor=TESTER)
            assert run_cycle(trigger="check").reason == "another worker is at it"

    monkeypatch.setattr("integrations.sync.cycle.compare_when_due", while_it_ends)
    cycle(check=True)
    board.refresh_from_db()
    assert board.name == "Directors"
    sandbox.clear_requests()
    cycle()
    assert sandbox.requests() == []
