"""What a sync of a group would do now, or its first one, and what saving the group would do to its list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups.models import Group
from groups.preview import Preview as GroupsPreview
from groups.views.frame import frame, group_of
from integrations.constant_contact.budget import Purpose
from integrations.group_status import sync_of_group
from integrations.models import ConstantContactConnection, Contact, ListMembership, SyncedList
from integrations.statuses import Bucket
from integrations.sync.first_sync import NAMED, FirstSync, Named, People, first_sync
from integrations.sync.mapping import current_mapping
from integrations.sync.preview import Due, as_worked_out, due, preview
from integrations.sync.save_effect import save_effect
from integrations.syncing import size_of, sync_of
from integrations.usage import UsageBudget
from integrations.views.group import VIEW, sync_context
from members.models import Member
from novi_ams.association.slots import Panel

WORKED_OUT_LIVE = 20_000
"""Records whose addresses take two seconds; the edit page asks again at every change of a condition."""


@dataclass(frozen=True)
class Line:
    """One address or record of a section. `other` is a record that the note is about."""

    email: str
    member: Member | None
    note: str = ""
    other: Member | None = None


@dataclass(frozen=True)
class Section:
    """People of one kind: all are counted, the first are named. `anchor` is where the numbers lead."""

    anchor: str
    title: str
    count: int
    lines: list[Line]
    explanation: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@require_safe
@permission_required(VIEW, raise_exception=True)
def preview_sync(request: HttpRequest, pk: int) -> HttpResponse:
    """The page behind *Preview*: reads and works out, sends nothing and leaves nothing behind."""
    group = group_of(pk)
    sync, stored = sync_of_group(group), ConstantContactConnection.current()
    synced = sync.synced_list if sync.is_on else None
    context = {
        **frame(request, group, "integrations"),
        **sync_context(sync, group.pk),
        "synced": synced,
        "connection": stored,
        "requests_left": UsageBudget(stored.client_id).left_today(Purpose.SYNC) if stored.client_id else None,
        **(_next(synced, stored.account_id) if synced else _first(group)),
    }
    template = "integrations/preview_next.html" if synced else "integrations/preview_first.html"
    return render(request, template, context)


def _next(synced: SyncedList, account_id: str) -> dict[str, Any]:
    """What is due for a list that is synced."""
    with as_worked_out(account_id) as waiting:
        found = preview(account_id=account_id, fields=len(current_mapping().fields), synced_list=synced)
        sections = _sections(due(account_id=account_id, synced_list=synced))
    now = size_of(synced)
    return {
        "preview": found,
        "sections": [each for each in sections if each.count],
        "now": now,
        "then": now + found.adds - found.removes,
        "waiting": waiting,
        "held": synced.held_count,
        "is_idle": not any((found.adds, found.removes, found.updates, found.new_contacts)),
    }


def _sections(found: Due) -> list[Section]:
    joining, leaving = _of_memberships(found.joining), list(_of_memberships(found.leaving))
    holders = _holders([one.contact.email_key for one in leaving])
    values = found.differing.exclude(contact_id="").select_related("winner").order_by("email_key")
    refused = _of_memberships(found.refused)
    return [
        Section("joining", "Put on the list", found.joining.count(), [_joining(one) for one in joining]),
        Section(
            "leaving",
            "Taken off the list",
            found.leaving.count(),
            [_leaving(one, holders) for one in leaving],
        ),
        Section("values", "Get new values", values.count(), [_changed(one) for one in values[:NAMED]]),
        Section(
            "refused",
            "Refused by Constant Contact",
            found.refused.count(),
            [Line(one.contact.email, one.stand_in, one.reason or one.contact.reason) for one in refused],
        ),
    ]


def _of_memberships(rows: Any) -> Iterable[ListMembership]:
    found: Iterable[ListMembership] = rows.select_related("contact__winner", "stand_in").order_by(
        "contact__email_key"
    )[:NAMED]
    return found


def _joining(one: ListMembership) -> Line:
    return Line(one.contact.email, one.stand_in, "" if one.contact.contact_id else "New to the account")


def _holders(email_keys: Collection[str]) -> dict[str, Member]:
    """The oldest record of each address: who leaves the last list gives no contact its values any more."""
    members = Member.objects.filter(email_key__in=email_keys).order_by("-created_at", "-pk")
    return {one.email_key: one for one in members}


def _leaving(one: ListMembership, holders: Mapping[str, Member]) -> Line:
    contact = one.contact
    return Line(
        contact.email,
        contact.winner or contact.blocked_by or holders.get(contact.email_key),
        "Asked not to be mailed" if one.consent else "No longer in the group",
    )


def _changed(one: Contact) -> Line:
    return Line(one.email, one.winner)


def _first(group: Group) -> dict[str, Any]:
    """What the first sync would do."""
    found = first_sync(group)
    return {
        "first": found,
        "preview": found.preview,
        "left_out": found.left_out,
        "unchanged": found.preview.adds - found.preview.new_contacts - found.preview.updates,
        "sections": [_would_join(found), *(_left_out(bucket, people) for bucket, people in found.left_out)],
    }


def _would_join(found: FirstSync) -> Section:
    lines = [_named(one) for one in found.joining.named]
    return Section("joining", "Would be on the list", found.joining.count, lines)


def _left_out(bucket: Bucket, people: People) -> Section:
    words = bucket.value
    lines = [_named(one) for one in people.named]
    return Section(words.code, words.label, people.count, lines, words.explanation)


def _named(one: Named) -> Line:
    return Line(one.member.email, one.member, "Same address as" if one.instead else "", one.instead)


def save_panel(group: Group | None, found: GroupsPreview) -> Panel | None:
    """For a synced group: how many addresses its list gains and loses by saving."""
    synced = sync_of(group) if group else None
    if group is None or synced is None or not synced.is_on:
        return None
    effect = None
    if found.joining + found.leaving <= WORKED_OUT_LIVE:
        effect = save_effect(synced, group, joining=list(found.joining_ids), leaving=list(found.leaving_ids))
    return Panel(
        "integrations/save_effect.html",
        {
            "effect": effect,
            "preview": found,
            "paused": synced.paused,
        },
    )
