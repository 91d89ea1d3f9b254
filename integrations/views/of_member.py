"""The Email Sync tab of a member record: each list that its groups fill, and what its contact there carries."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from groups.models import GroupMember
from integrations.choose_fields import chosen_fields, preview
from integrations.models import ConstantContactConnection, Contact, ListState, SyncedList
from integrations.person_status import statuses_of_member
from integrations.views.person_remedy import remedy_for
from members.fields import catalogue
from members.models import Member
from members.views.record import frame, record_of
from novi_ams.association.slots import Tab

VIEW = "integrations.view_contact"
KEY = "email-sync"


def email_sync_tab(request: HttpRequest, member: Member) -> Tab | None:
    """Counts the synced groups that hold the member."""
    if not request.user.has_perm(VIEW):
        return None
    groups = GroupMember.objects.filter(member=member).values("group_id")
    count = SyncedList.objects.filter(group_id__in=groups).exclude(state=ListState.DELETING).count()
    return Tab("Email Sync", reverse("integrations:of_member", args=[member.pk]), KEY, count=count or None)


@require_safe
@permission_required(VIEW, raise_exception=True)
@permission_required("members.view_member", raise_exception=True)
def of_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the member is synced and why not; the values are those of whoever gives the address its values."""
    member = record_of(pk)
    contact = _contact_of(member)
    winner = contact.winner if contact and contact.winner else member
    fields = catalogue()
    context = {
        **frame(request, member, KEY),
        "lines": [
            (where, status, remedy_for(request, status, where))
            for where, status in statuses_of_member(member)
        ],
        "contact": contact,
        "winner": winner if winner.pk != member.pk else None,
        "values": preview(winner, [one.source_key for one in chosen_fields()], fields) if contact else [],
    }
    return render(request, "integrations/of_member.html", context)


def _contact_of(member: Member) -> Contact | None:
    if not member.email_key:
        return None
    account_id = ConstantContactConnection.current().account_id
    found = Contact.objects.filter(account_id=account_id, email_key=member.email_key)
    return found.select_related("winner__parent").first()
