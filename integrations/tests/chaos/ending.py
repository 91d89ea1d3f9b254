"""What has to be true after a history, once it is quiet."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum

from groups.models import GroupMember
from integrations.accounting import account_for
from integrations.api_usage import ApiUsage
from integrations.models import (
    Contact,
    ContactDeletion,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    Operation,
    RemoteFieldState,
    SyncedList,
    SyncField,
)
from integrations.sandbox.choices import Mangling
from integrations.sandbox.late_work import WORKED_LATE
from integrations.sandbox.server import SandboxServer
from integrations.sync.desired import refresh_desired
from integrations.sync.mapping import current_mapping
from integrations.sync.marks import mark_every_contact, mark_group
from integrations.sync.operations import OPEN
from integrations.tests.chaos.theirs import FRIEND, PRESS, SHOE_SIZE
from integrations.tests.chaos.world import World
from integrations.tests.sync.proof import assert_everybody_is_accounted_for, assert_in_step

MOST_WHEN_QUIET = 2
"""Requests of a cycle that finds nothing to do: lists with their counts, and who opted out."""

MOST_ON_AN_ORDINARY_DAY = 15
"""4 for the one who moves; lists, opt-outs, fields and changes; the list that lacks somebody, and that person; one
import, a look at it, the read-back; lists and opt-outs once more; and 2 that a switch may ask for.
"""


REFUSALS = {"400", "404 to an import", "409"}
"""Troubles that say of what was asked, rather than of the moment, that it cannot be."""


def assert_nobody_was_refused_in_passing(world: World) -> None:
    """While it lasts, for refusals are tried again: whoever counts as refused was refused, and not by a lost answer, a
    job that failed or a worker that died.
    """
    if REFUSALS & world.struck:
        return
    contacts = Contact.objects.filter(state=ContactState.REFUSED)
    assert not contacts.exists(), list(contacts.values_list("email", "reason"))
    memberships = ListMembership.objects.filter(state=MembershipState.REFUSED)
    assert not memberships.exists(), list(memberships.values_list("contact__email", "reason"))


def assert_nothing_was_forgotten(world: World) -> None:
    """Before the night, which works out everything anew: what is desired is what the records say, and every opt-out is
    known as one.
    """
    ours = Contact.objects.filter(contact_id__in=world.theirs.opted_out, memberships__wanted=True)
    unknown = ours.exclude(state=ContactState.UNSUBSCRIBED)
    assert not unknown.exists(), list(unknown.values_list("email", "state"))
    before = _desired()
    with transaction.atomic():
        mark_every_contact()
        for synced in SyncedList.objects.exclude(group=None):
            mark_group(synced.group_id or 0)
        refresh_desired(current_mapping(), account_id="acme")
        after = _desired()
        transaction.set_rollback(True)
    assert after == before, sorted(after ^ before, key=str)


def _desired() -> set[tuple[object, ...]]:
    """Of whom the list of a group wants; nobody asks what others should hold."""
    memberships = ListMembership.objects.filter(wanted=True, synced_list__group__isnull=False)
    contacts = Contact.objects.filter(memberships__in=memberships)
    return {
        *contacts.values_list("email_key", "winner", "desired_hash"),
        *memberships.values_list("contact__email_key", "synced_list", "stand_in"),
    }


def assert_all_is_as_it_should_be(world: World) -> None:
    assert_in_step(world.sandbox)
    _assert_accounts_close(world.sandbox)
    _assert_nothing_is_left_to_do(world)
    _assert_nobody_is_missing_for_nothing(world)
    _assert_consent_holds(world)
    _assert_values_are_of_whom_a_list_wants(world)
    _assert_nothing_foreign_changed(world)
    _assert_nothing_was_made_twice(world)
    _assert_every_request_was_counted(world)
    _assert_quiet_writes_nothing(world)
    _assert_the_next_day_is_an_ordinary_one(world)


def _assert_accounts_close(sandbox: SandboxServer) -> None:
    assert_everybody_is_accounted_for()
    for synced in SyncedList.objects.filter(state=ListState.READY):
        accounts = account_for(synced)
        assert accounts.size == len(sandbox.members(synced.list_id)), synced.name
        assert accounts.under_way == 0, (synced.name, dict(accounts.people), dict(accounts.addresses))


def _assert_nothing_is_left_to_do(world: World) -> None:
    """Every list that is on is there, or was deleted there; every chosen field is there, or was refused for good; no
    other one is to go.
    """
    lists = {one["list_id"] for one in world.sandbox.lists()}
    for synced in SyncedList.objects.all():
        assert synced.state in (ListState.READY, ListState.GONE), (
            synced.group_name,
            synced.state,
            synced.error,
        )
        assert (synced.list_id in lists) == (synced.state == ListState.READY), synced.group_name
        assert synced.list_id in world.theirs.deleted_lists or synced.state == ListState.READY, (
            synced.group_name
        )
        assert not synced.rename_to or synced.state == ListState.GONE, synced.rename_to
    fields = {one["custom_field_id"] for one in world.sandbox.fields()}
    chosen = SyncField.objects.all()
    if world.theirs.refuse_fields:
        chosen = chosen.exclude(state=RemoteFieldState.FAILED, remote_id="")
    for row in chosen:
        assert (row.state, row.remote_id in fields) == (RemoteFieldState.READY, True), (
            row.label,
            row.state,
            row.error,
        )
    assert not Operation.objects.filter(state__in=OPEN).exists()
    assert not ContactDeletion.objects.exists()


def _assert_nobody_is_missing_for_nothing(world: World) -> None:
    """A reason that would account for an absence has to be one that happened, to that very contact."""
    there = {one["contact_id"]: one for one in world.sandbox.contacts()}
    for row in Contact.objects.filter(state=ContactState.UNSUBSCRIBED).exclude(contact_id=""):
        assert there[row.contact_id]["permission"] == "unsubscribed", row.email
    # Whom no list wants any more is not tried again, and keeps what a passing fault said.
    refused = Contact.objects.filter(state=ContactState.REFUSED, memberships__wanted=True)
    assert not refused.exists(), list(refused.values_list("email", "reason"))
    assert not ListMembership.objects.filter(state=MembershipState.REFUSED).exists()
    assert not ListMembership.objects.filter(state=MembershipState.HELD).exists()
    for row in Contact.objects.filter(state=ContactState.DELETED_THERE):
        assert row.contact_id in world.theirs.deleted, row.email
    for left in ListMembership.objects.filter(state=MembershipState.LEFT).select_related(
        "contact", "synced_list"
    ):
        if left.contact.state != ContactState.UNSUBSCRIBED:
            assert (left.contact.contact_id, left.synced_list.list_id) in world.theirs.left, (
                left.contact.email
            )


def _assert_consent_holds(world: World) -> None:
    """Who opted out by their own act is unsubscribed until they subscribe again, whatever became of their address."""
    there = {one["contact_id"]: one for one in world.sandbox.contacts()}
    for contact_id in world.theirs.opted_out:
        one = there[contact_id]
        assert (one["permission"], one["lists"]) == ("unsubscribed", []), one["email"]


def _assert_values_are_of_whom_a_list_wants(world: World) -> None:
    """The winner, whose values were compared, has this address and is in a group whose list wants it; a value that
    Constant Contact shows otherwise was mangled there.
    """
    wanted = Contact.objects.filter(memberships__wanted=True).exclude(winner=None).distinct()
    for row in wanted.select_related("winner"):
        assert row.winner
        assert row.winner.email_key == row.email_key, row.email
        groups = GroupMember.objects.filter(member=row.winner, group__synced_list__memberships__contact=row)
        assert groups.exists(), row.email
    shown = Contact.objects.exclude(shown_value="")
    mangled = world.switches.mangling is not Mangling.OFF
    assert mangled or not shown.exists(), list(shown.values_list("email", "shown_value"))


def _assert_nothing_foreign_changed(world: World) -> None:
    """Values of fields that are not ours, lists that are not ours, and those on our lists whom others put there."""
    sandbox, theirs = world.sandbox, world.theirs
    there = {one["contact_id"]: one for one in sandbox.contacts()}
    emptied = (theirs.deleted | theirs.forgotten) if world.switches.deleting_clears_values else set()
    for contact_id, size in theirs.shoe_sizes.items():
        if contact_id not in emptied:
            assert there[contact_id]["custom"].get(SHOE_SIZE) == size, there[contact_id]["email"]
    assert {one["contact_id"] for one in there.values() if PRESS in one["lists"]} == theirs.in_press
    for email, values in world.strangers.items():
        assert world.about(email) == values
    lists = {one["list_id"] for one in sandbox.lists()}
    for list_id in theirs.lists_of_friend & lists:
        assert FRIEND in sandbox.members(list_id), list_id
    foreign = {one["name"] for one in sandbox.lists() if "Novi AMS" not in (one.get("description") or "")}
    assert foreign == {PRESS, "My Contacts"}


def _assert_nothing_was_made_twice(world: World) -> None:
    ours = set(SyncedList.objects.values_list("list_id", flat=True))
    made = {
        one["list_id"]: one["name"]
        for one in world.sandbox.lists()
        if "Novi AMS" in (one.get("description") or "")
    }
    assert made.keys() <= ours, made
    known = {*SyncField.objects.values_list("remote_id", flat=True), *world.theirs.fields_left}
    others = [
        one
        for one in world.sandbox.fields()
        if one["custom_field_id"] not in known and one["label"] != SHOE_SIZE
    ]
    # One that was dropped while it was being made may have been made.
    assert len(others) <= world.theirs.fields_left.count(""), [one["label"] for one in others]
    rows = Contact.objects.exclude(contact_id="")
    there = {one["contact_id"]: one["email"].casefold() for one in world.sandbox.contacts()}
    assert rows.values("contact_id").distinct().count() == rows.count()
    moved = [
        row.email for row in rows.filter(memberships__wanted=True) if there[row.contact_id] != row.email_key
    ]
    assert not moved, moved


def _assert_every_request_was_counted(world: World) -> None:
    """What a worker was about to send when it died was counted, and not sent."""
    counted = ApiUsage.objects.aggregate(total=Sum("count"))["total"] or 0
    sent = sum(one.path.startswith("/v3/") and one.note != WORKED_LATE for one in world.sandbox.requests())
    assert sent <= counted <= sent + world.deaths, (counted, sent, world.deaths)


def _assert_quiet_writes_nothing(world: World) -> None:
    world.sandbox.clear_requests()
    world.quiet_cycle()
    asked = world.sandbox.requests()
    assert [(one.method, one.path) for one in asked if one.method != "GET"] == []
    assert len(asked) <= MOST_WHEN_QUIET, [(one.method, one.path) for one in asked]


def _assert_the_next_day_is_an_ordinary_one(world: World) -> None:
    """After whatever happened, an import is as cheap as ever, nobody waits after it, who just left is not put back, and
    a changed address takes its contact along.

    A look that is repeated until a job is over or the search shows it counts once: how often depends on time. So does
    a PUT that is repeated without the value of a deleted field.
    """
    synced = SyncedList.objects.filter(state=ListState.READY).first()
    if synced is None or synced.group is None:
        return
    leaver = world.somebody_leaves(synced)
    moved = world.somebody_moves(synced, to="moved@example.com", but_not=leaver)
    world.put_twelve_in(synced.group, "new{}@example.com")
    world.sandbox.clear_requests()
    world.quiet_cycle()
    asked = [(one.method, one.path, one.query) for one in world.sandbox.requests()]
    writes = dict.fromkeys(f"{method} {path}" for method, path, _ in asked if method != "GET")
    assert [*writes] == [
        *([f"PUT /v3/contacts/{moved}"] if moved else []),
        "POST /v3/activities/contacts_json_import",
    ]
    assert len(set(asked)) <= MOST_ON_AN_ORDINARY_DAY, asked
    assert not Contact.objects.exclude(not_before=None).exists()
    assert leaver not in world.sandbox.members(synced.list_id)
    assert not moved or (world.sandbox.contact("moved@example.com") or {})["contact_id"] == moved
    assert_in_step(world.sandbox)
    _assert_nothing_foreign_changed(world)
