"""What has to be true after quiet, worked out from the records alone and compared with the sandbox."""

from __future__ import annotations

from collections import Counter

from groups.models import GroupMember
from integrations.accounting import account_for, addresses_on
from integrations.models import (
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    SyncedList,
    SyncField,
)
from integrations.person_status import statuses_on
from integrations.report import Report
from integrations.sandbox.controls import Controls
from integrations.statuses import AddressBucket, Bucket
from integrations.sync.mapping import CORE, as_wire_date, current_mapping
from integrations.views.group_panels import member_filter
from members.addresses import Invalid, address_problem
from members.models import Member

ACCOUNTED_FOR = (
    ContactState.UNSUBSCRIBED,
    ContactState.DELETED_THERE,
    ContactState.REFUSED,
    ContactState.INVALID,
    ContactState.TOO_LONG,
)


def assert_in_step(sandbox: Controls) -> None:
    """Each list equals its group less the accounted-for; values are equal; nobody opted out is on a list."""
    for synced in SyncedList.objects.filter(state=ListState.READY):
        assert set(sandbox.members(synced.list_id)) - strangers(synced) == expected(synced), synced.name
    assert_values_equal(sandbox)
    assert_nobody_opted_out_is_listed(sandbox)
    assert_nothing_is_there_twice(sandbox)
    assert not Contact.objects.filter(wave__isnull=False).exists()


def assert_everybody_is_accounted_for() -> None:
    """Members are the sum of the buckets; each number leads to as many rows on the group's page and in the report,
    and each person's own status is the bucket in which they were counted.
    """
    for synced in SyncedList.objects.exclude(state=ListState.DELETING).filter(group__isnull=False):
        accounts = account_for(synced)
        rows = GroupMember.objects.filter(group__synced_list=synced)
        assert accounts.members == rows.count(), synced.name
        members = Member.objects.filter(pk__in=rows.values("member_id"))
        counted = Counter(one.bucket for one in statuses_on(synced, members).values())
        assert counted == {one: n for one, n in accounts.people.items() if n}, synced.name
        assert synced.group
        narrowed = member_filter(synced.group)
        assert narrowed
        # No number of none: whoever is not in the others would be in there.
        for bucket in filter(accounts.people.get, Bucket):
            shown = narrowed.apply(rows, bucket.code).count()
            reported = Report(group_id=synced.group_id, bucket=bucket).rows.count()
            assert (shown, reported) == (accounts.people[bucket],) * 2, (synced.name, bucket)
        for address in filter(accounts.addresses.get, AddressBucket):
            found = addresses_on(synced).filter(bucket=address.code).count()
            assert found == accounts.addresses[address], (synced.name, address)


def strangers(synced: SyncedList) -> set[str]:
    """People on the list whom we did not put there and who are not in the group."""
    found = ListMembership.objects.filter(synced_list=synced, added_by_us=False, wanted=False, seen=True)
    return {email.lower() for email in found.values_list("contact__email", flat=True)}


def expected(synced: SyncedList) -> set[str]:
    """The addresses that belong on the list, by the records and by what the product says stands in the way."""
    members = Member.objects.filter(
        id__in=GroupMember.objects.filter(group__synced_list=synced).values("member_id")
    )
    asked_not_to = set(
        Member.objects.filter(do_not_send=True, kind="person").values_list("email_key", flat=True)
    )
    keys = {
        member.email_key
        for member in members
        if member.email_key
        and not (member.is_company and member.do_not_send)
        and not isinstance(address_problem(member.email), Invalid)
    }
    reasons = Contact.objects.filter(state__in=ACCOUNTED_FOR).values_list("email_key", flat=True)
    off = ListMembership.objects.filter(
        synced_list=synced, state__in=[MembershipState.LEFT, MembershipState.REFUSED, MembershipState.HELD]
    )
    return keys - asked_not_to - set(reasons) - set(off.values_list("contact__email_key", flat=True))


def assert_values_equal(sandbox: Controls) -> None:
    mapping = current_mapping()
    labels = {field.remote_id: field.remote_label for field in SyncField.objects.all()}
    winners = Contact.objects.filter(memberships__wanted=True, memberships__seen=True).exclude(
        state__in=ACCOUNTED_FOR
    )
    everybody = {one["email"].casefold(): one for one in sandbox.contacts()}
    for row in winners.select_related("winner__parent").distinct():
        if row.winner is None or row.shown_value:
            continue
        there, wanted = everybody[row.email_key], mapping.values_of(row.winner)
        assert [there.get(name) or "" for name in CORE] == list(wanted.core), row.email
        for field, value in zip(mapping.fields, wanted.custom, strict=True):
            shown = as_wire_date(there["custom"].get(labels[field.remote_id], ""))
            assert shown == value, (row.email, field.source.key)


def assert_nobody_opted_out_is_listed(sandbox: Controls) -> None:
    listed = [
        one["email"] for one in sandbox.contacts() if one["lists"] and one["permission"] == "unsubscribed"
    ]
    assert not listed, listed


def assert_nothing_is_there_twice(sandbox: Controls) -> None:
    names = [one["name"].casefold() for one in sandbox.lists()]
    assert len(names) == len(set(names)), names
    ours = SyncedList.objects.exclude(list_id="").count()
    made = [one for one in sandbox.lists() if "Novi AMS" in (one.get("description") or "")]
    assert len(made) <= ours, [one["name"] for one in made]
    labels = [one["label"].casefold() for one in sandbox.fields()]
    assert len(labels) == len(set(labels)), labels
