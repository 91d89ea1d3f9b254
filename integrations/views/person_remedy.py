"""The one thing to do about a person's status: the same button wherever the status is shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from integrations.models import Contact, ListMembership, SyncedList
from integrations.person_status import PersonStatus, statuses_of
from integrations.statuses import Bucket
from integrations.syncing import add_back, try_again
from members.models import Member
from novi_ams.audit.actor import current_actor

CHANGE = "integrations.change_contact"


@dataclass(frozen=True)
class PersonRemedy:
    """A link; one that `is_post` is a form with a button, one that `asks` opens a dialog."""

    label: str
    url: str
    is_post: bool = False
    asks: bool = False
    right: str = CHANGE


def remedy_for(request: HttpRequest, status: PersonStatus, synced_list: SyncedList) -> PersonRemedy | None:
    """What this visitor may do about the person on the list, if anything."""
    remedy = remedy_of(status, synced_list)
    return remedy if remedy and request.user.has_perm(remedy.right) else None


def remedy_of(status: PersonStatus, synced_list: SyncedList) -> PersonRemedy | None:
    if status.may_be_tried_again and status.contact_id:
        return PersonRemedy("Try again", reverse("integrations:try_again", args=[status.contact_id]), True)
    if status.may_be_added_back:
        url = reverse("integrations:add_back", args=[synced_list.pk, status.member_id])
        return PersonRemedy("Add back", url, asks=True)
    if status.bucket in EDITS:
        url = reverse("member_edit", args=[status.member_id])
        return PersonRemedy(EDITS[status.bucket], url, right="members.change_member")
    if status.bucket is Bucket.HELD:
        url = reverse("integrations:group", args=[synced_list.group_id])
        return PersonRemedy("Review", url, right="integrations.view_syncedlist")
    return None


EDITS = {Bucket.NO_EMAIL: "Add email", Bucket.INVALID: "Edit email", Bucket.TOO_LONG: "Edit email"}


@require_POST
@permission_required(CHANGE, raise_exception=True)
def try_contact_again(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    if try_again(Contact.objects.filter(pk=pk), actor=current_actor()):
        messages.success(request, f"{contact.email} will be tried again now.")
    else:
        messages.info(request, f"{contact.email} is not refused any more.")
    return redirect(came_from(request))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE, raise_exception=True)
def add_person_back(request: HttpRequest, list_pk: int, member_pk: int) -> HttpResponse:
    """Ask, naming what it means for consent; then add back."""
    synced_list = get_object_or_404(SyncedList, pk=list_pk, group__isnull=False)
    member = get_object_or_404(Member, pk=member_pk)
    status = statuses_of([(member, synced_list)])[member.pk, synced_list.pk]
    membership = _membership_of(status)
    if request.method == "POST":
        if add_back(membership, actor=current_actor()):
            messages.success(request, f"{member} is added back.")
        else:
            messages.info(request, f"Nothing to add back: {member} is no longer off the list in that way.")
        return redirect(came_from(request))
    if not status.may_be_added_back:
        raise Http404("This person did not leave the list.")
    context = {
        "member": member,
        "synced_list": synced_list,
        "status": status,
        "is_deleted": status.bucket is Bucket.DELETED_THERE,
        "back": came_from(request),
        "keep": "Leave it so",
    }
    return render(request, "integrations/add_back.html", context)


def _membership_of(status: PersonStatus) -> ListMembership:
    found = ListMembership.objects.filter(contact=status.contact_id, synced_list=status.list_id)
    return get_object_or_404(found.select_related("contact", "synced_list"))


def came_from(request: HttpRequest) -> str:
    """The page of ours that the person was on, else the report."""
    before = request.POST.get("back", "") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    is_dialog = before.split("?")[0].endswith(request.path)
    return before if is_ours and not is_dialog else reverse("integrations:report")
