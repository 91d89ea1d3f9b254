"""The association that is measured: people with companies, groups that overlap, 17 fields, a connected account.

Made by the product's own verbs, so that everything derived from records is as it is in real life; the groups are
picked by arithmetic, so that every run measures the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, IntegerField, Q, Value
from django.db.models.functions import Mod
from django.utils import timezone

from groups.membership import recalculate
from groups.models import Basis, Group, GroupRecord
from integrations.models import (
    ConnectionState,
    ConstantContactConnection,
    ListState,
    Observation,
    SyncedList,
    SyncField,
)
from integrations.sandbox.controls import Controls
from integrations.sync.marks import mark_every_contact, mark_group
from members.insert_select import insert_select
from members.member_types import create_member_type
from members.models import Kind, Member, Status
from members.records import Changes, create_members, save_members
from novi_ams.audit.actor import Actor

BENCH = Actor("Bench")
PEOPLE_A_COMPANY = 25
FIELDS = (
    ("phone", "Phone"),
    ("mobile", "Mobile"),
    ("website", "Website"),
    ("county", "County"),
    ("billing_address1", "Billing Address 1"),
    ("billing_city", "Billing City"),
    ("billing_state", "Billing State"),
    ("billing_zip", "Billing Zip Code"),
    ("billing_country", "Billing Country"),
    ("member_type", "Member Type"),
    ("status", "Status"),
    ("member_since", "Member Since"),
    ("expires", "Membership Expires"),
    ("credentials", "Credentials"),
    ("parent.phone", "Parent Phone"),
    ("parent.billing_city", "Parent Billing City"),
    ("parent.website", "Parent Website"),
)
ADDED = ("fax", "Fax")
CITIES = ("Columbus", "Portland", "Saint Paul", "Baton Rouge", "Albuquerque", "Grand Rapids", "Chattanooga")


def connect(sandbox: Controls) -> None:
    """Store a grant of the sandbox as if somebody had come through the pop-up."""
    grant = sandbox.issue_token()
    connection = ConstantContactConnection.current()
    connection.state = ConnectionState.CONNECTED
    connection.account_id, connection.account_name = "bench", "Bench Association"
    connection.site_url, connection.client_id = settings.SITE_URL, settings.CONSTANT_CONTACT_CLIENT_ID
    connection.access_token, connection.refresh_token = grant["access_token"], grant["refresh_token"]
    connection.expires_at = timezone.now() + timedelta(seconds=grant["expires_in"])
    connection.save()


def make_association(*, members: int, lists: int) -> None:
    """Members, groups and fields, everything calculated, every group's sync turned on."""
    regular = create_member_type("Regular Member", actor=BENCH)
    companies = create_members(_companies(members // PEOPLE_A_COMPANY + 1), actor=BENCH)
    parents = [companies.written[number] for number in sorted(companies.written)]
    create_members(_people(members, parents, str(regular.pk)), actor=BENCH)
    for position, (key, label) in enumerate(FIELDS):
        SyncField.objects.create(source_key=key, label=label, position=position)
    for number in range(lists):
        _group(number, lists=lists)
    recalculate()
    for group in Group.objects.order_by("pk"):
        SyncedList.objects.create(group=group, group_name=group.name, state=ListState.WANTED)
        mark_group(group.pk)


def _companies(count: int) -> Iterator[Changes]:
    for number in range(count):
        yield {
            "kind": Kind.COMPANY,
            "name": f"{CITIES[number % len(CITIES)]} Steel Works {number}",
            "phone": f"614-555-{number % 10_000:04}",
            "billing_city": CITIES[number % len(CITIES)],
            "website": f"https://www.steel-works-{number}.example.com",
        }


def _people(count: int, parents: list[int], member_type: str) -> Iterator[Changes]:
    parent_of = Member.objects.in_bulk(parents)
    for number in range(count):
        city = CITIES[number % len(CITIES)]
        yield {
            "kind": Kind.PERSON,
            "first_name": f"Augusta {number % 997}",
            "last_name": f"Lovelace {number}",
            "job_title": "Director of Operations",
            "email": f"person.{number}@chapter{number % 211}.example.org",
            "parent": parent_of[parents[number // PEOPLE_A_COMPANY]],
            "phone": f"614-555-{number % 10_000:04}",
            "mobile": f"740-555-{number % 10_000:04}",
            "website": f"https://people.example.org/{number}",
            "county": f"{city} County",
            "billing_address1": f"{number} Longfellow Street",
            "billing_city": city,
            "billing_state": "Ohio",
            "billing_zip": f"{43000 + number % 1000}",
            "billing_country": "United States",
            "member_type": member_type,
            "status": Status.CURRENT,
            "member_since": f"{1990 + number % 30}-04-01",
            "expires": f"2027-{1 + number % 12:02}-28",
            "credentials": "PE, PMP",
        }


def _group(number: int, *, lists: int) -> None:
    """One group of everybody, or one of several that hold some 30 % each, so that everybody is in at least one."""
    group = Group.objects.create(name=f"Committee {number + 1}", basis=Basis.RECORDS)
    people = Member.objects.filter(kind=Kind.PERSON).order_by()
    if lists > 1:
        # 27 of 101 by chance, which is an own multiplier for each group, and every twentieth for certain.
        people = people.annotate(
            chance=Mod(F("pk") * Value(2 * number + 3) + Value(31 * number), Value(101)),
            turn=Mod(F("pk"), Value(lists)),
        ).filter(Q(chance__lt=27) | Q(turn=number))
    rows = people.annotate(picked_for=Value(group.pk, output_field=IntegerField()))
    insert_select(GroupRecord, ["group", "member"], rows.values_list("picked_for", "pk"))


def edit_one() -> None:
    """Change one field of one member of exactly three groups, or as near to that as there is."""
    groups: dict[int, int] = {}
    for member_id in GroupRecord.objects.order_by("pk").values_list("member_id", flat=True):
        groups[member_id] = groups.get(member_id, 0) + 1
    chosen = min(groups, key=lambda one: (abs(groups[one] - 3), one))
    save_members([(chosen, {"phone": "212-555-0199"})], actor=BENCH)
    recalculate()


def change_by_import(count: int) -> None:
    """Change two fields of `count` people as an import does."""
    people = Member.objects.filter(kind=Kind.PERSON).order_by("pk").values_list("pk", flat=True)[:count]
    changes: dict[str, Any] = {"job_title": "Chair of the Board", "billing_city": "New Albany"}
    save_members([(pk, changes) for pk in people], actor=BENCH, action="Imported")
    recalculate()


def take_out(count: int) -> None:
    """Take `count` records out of the first group."""
    picked = GroupRecord.objects.filter(group=Group.objects.order_by("pk")[:1]).order_by("-member_id")
    GroupRecord.objects.filter(pk__in=list(picked.values_list("pk", flat=True)[:count])).delete()
    Group.objects.filter(pk=Group.objects.order_by("pk")[0].pk).update(state="waiting")
    recalculate()


def choose_another_field() -> None:
    """Choose one field more; with 17 chosen, the last one makes room for it."""
    SyncField.objects.filter(position=len(FIELDS) - 1).delete()
    key, label = ADDED
    SyncField.objects.create(source_key=key, label=label, position=len(FIELDS) - 1)


def look_at_everybody() -> None:
    """What the nightly comparison asks for: every desired state is worked out anew from the records."""
    mark_every_contact()


def put_off_the_look() -> None:
    """Planning alone asks nothing: on a busy machine it takes so long that the look of every five minutes falls due."""
    Observation.objects.update(lists_read_at=timezone.now() + timedelta(hours=1))
