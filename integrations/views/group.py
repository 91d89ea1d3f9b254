"""The Integrations tab of a group's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from groups.models import Group
from groups.views.frame import frame, group_of
from integrations.accounting import account_for
from integrations.group_status import GroupSync, sync_of_group
from integrations.held import add_all_back, approve, held_reasons, keep_removed, reject
from integrations.list_orders import name_to_offer
from integrations.models import ListMembership, ListState, MembershipState, SyncedList
from integrations.statuses import SyncStatus, address_of
from integrations.sync.rows import among
from integrations.syncing import (
    OutdatedConfirmationError,
    check_now,
    create_list_again,
    is_being_checked,
    pause,
    resume,
    size_of,
    sync_of,
    turn_off,
    turn_on,
)
from integrations.vendor_pages import home_page, list_page
from integrations.views.account_bar import AccountBar, account_bar
from integrations.views.shell_panels import connection_of
from members.models import Member
from novi_ams.association.requests import HtmxRequest
from novi_ams.association.slots import Tab
from novi_ams.audit.actor import current_actor

VIEW = "integrations.view_syncedlist"
TURN_ON = "integrations.add_syncedlist"
CHANGE = "integrations.change_syncedlist"
TURN_OFF = "integrations.delete_syncedlist"
EVENTS = 8
ACCOUNTED_LIVE = 20_000
"""People whose accounting takes some tenths of a second."""
HELD_SHOWN = 2_000
"""Held changes on one page: below the number of fields that a form may have."""


def group_tab(request: HttpRequest, group: Group) -> Tab | None:
    """This room's tab on a group's page."""
    if not request.user.has_perm(VIEW):
        return None
    return Tab("Integrations", reverse("integrations:group", args=[group.pk]), "integrations")


@require_safe
@permission_required(VIEW, raise_exception=True)
def integrations(request: HttpRequest, pk: int) -> HttpResponse:
    group = group_of(pk)
    context = frame(request, group, "integrations") | _panel(request, group)
    return render(request, "integrations/group.html", context)


@require_safe
@permission_required(VIEW, raise_exception=True)
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the tab alone, and the line above that says the same; it asks for itself while something is
    under way.
    """
    return render(request, "integrations/group_panel_arriving.html", _panel(request, group_of(pk)))


@require_safe
@permission_required(VIEW, raise_exception=True)
def status_line(request: HttpRequest, pk: int) -> HttpResponse:
    """The line under the group's name alone."""
    group = group_of(pk)
    return render(request, "integrations/status_line.html", line_context(group))


def line_context(group: Group) -> dict[str, Any]:
    return {"group": group, **sync_context(sync_of_group(group), group.pk)}


def sync_context(sync: GroupSync, group_id: int) -> dict[str, Any]:
    """What the templates of a status need: the words, the remedies and their addresses."""
    words = sync.status.value
    return {
        "sync": sync,
        "words": words,
        "needs_you": words.family == "needs_you",
        "is_synced": sync.status is SyncStatus.SYNCED,
        "remedy_url": address_of(words.remedy, group_id),
        "second_url": address_of(words.second, group_id),
    }


def _panel(request: HttpRequest, group: Group) -> dict[str, Any]:
    sync = sync_of_group(group)
    context: dict[str, Any] = {
        "group": group,
        "is_connected": connection_of(request).is_connected,
        **sync_context(sync, group.pk),
    }
    synced = sync.synced_list
    if synced is None or not synced.is_on:
        return context | {"is_kept": synced is not None and bool(synced.list_id)}
    return context | {
        "synced": synced,
        "bar": _bar(sync, synced, group),
        "events": [(EVENT_ICONS.get(one.icon, one.icon), one) for one in _events(synced)],
        "list_url": list_page(synced.list_id),
        "home_url": home_page(),
        "is_lost": synced.state in (ListState.GONE, ListState.FAILED),
        "may_turn_off": request.user.has_perm(TURN_OFF),
        "leavers": leavers_of(synced),
        "reasons": held_reasons([synced])[synced.pk] if sync.status is SyncStatus.HELD else [],
        "new_name": name_to_offer(synced),
        "is_checking": not sync.status.waits and is_being_checked(synced),
    }


def _bar(sync: GroupSync, synced: SyncedList, group: Group) -> AccountBar | None:
    """The accounts; a large group's are left out while it looks again every two seconds."""
    is_large = group.member_count + group.beneficiary_count > ACCOUNTED_LIVE
    if sync.status.is_busy and is_large:
        return None
    return account_bar(synced, account_for(synced))


def leavers_of(synced: SyncedList) -> int:
    """How many left at once and wait for one answer."""
    if synced.leavers_since is None:
        return 0
    left = ListMembership.objects.filter(synced_list=synced, state=MembershipState.LEFT)
    return left.filter(since__gte=synced.leavers_since).count()


EVENT_ICONS = {"refresh": "refresh-cw", "alert": "triangle-alert"}


def _events(synced: SyncedList) -> list[Any]:
    return list(synced.events.select_related("member")[:EVENTS])


@require_POST
@permission_required(CHANGE, raise_exception=True)
def save(request: HtmxRequest, pk: int) -> HttpResponse:
    """The toggle, saved. Turning off asks first, because it deletes a list."""
    group, wanted = group_of(pk), "sync" in request.POST
    synced = sync_of(group)
    is_on = synced is not None and synced.is_on
    if wanted and not is_on:
        _need(request, TURN_ON)
        turn_on(group, actor=current_actor())
        messages.success(request, "Sync turned on. The list is on its way.")
    elif is_on and not wanted:
        _need(request, TURN_OFF)
        if request.htmx:
            return render(request, "integrations/turn_off.html", _turn_off_context(group))
        return redirect("integrations:turn_off", pk)
    else:
        messages.info(request, "Nothing had changed.")
    return _to_tab(request, pk)


def _need(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


def _to_tab(request: HttpRequest, pk: int) -> HttpResponse:
    address = reverse("integrations:group", args=[pk])
    return HttpResponseClientRedirect(address) if getattr(request, "htmx", False) else redirect(address)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(TURN_OFF, raise_exception=True)
def turn_off_dialog(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, naming the list and its size; then turn off."""
    group = group_of(pk)
    if request.method != "POST":
        return render(request, "integrations/turn_off.html", _turn_off_context(group))
    expected, context = request.POST.get("size", ""), _turn_off_context(group)
    if context["size"] and "understood" not in request.POST:
        problem = "Tick the box, so that we know that you mean it."
    else:
        try:
            turn_off(
                group, expected_size=int(expected) if expected.isdecimal() else -1, actor=current_actor()
            )
        except OutdatedConfirmationError as error:
            found = f"{error.actual:,} address{'' if error.actual == 1 else 'es'}"
            problem = f"The list changed meanwhile: it has {found} now. Look again."
            context = _turn_off_context(group)
        else:
            messages.success(request, "Sync turned off. The list is being deleted in Constant Contact.")
            return _to_tab(request, pk)
    return render(request, "integrations/turn_off.html", context | {"problem": problem}, status=422)


def _turn_off_context(group: Group) -> dict[str, Any]:
    synced = sync_of(group)
    if synced is None or not synced.is_on:
        raise Http404("The sync of this group is off.")
    return {
        "group": group,
        "synced": synced,
        "size": size_of(synced),
        "strangers": account_for(synced).only_there,
        "strangers_url": f"{reverse('integrations:addresses', args=[group.pk])}?bucket=only_there",
        "back": reverse("integrations:group", args=[group.pk]),
        "keep": "Keep the list" if synced.list_id else "Keep syncing",
        "dialog_url": reverse("integrations:turn_off", args=[group.pk]),
    }


def _synced_or_404(pk: int) -> SyncedList:
    synced = sync_of(group_of(pk))
    if synced is None or not synced.is_on:
        raise Http404("The sync of this group is off.")
    return synced


@require_POST
@permission_required(CHANGE, raise_exception=True)
def pause_sync(request: HttpRequest, pk: int) -> HttpResponse:
    pause(_synced_or_404(pk), actor=current_actor())
    messages.success(request, "Sync paused. Nothing is sent, the list stays.")
    return _to_tab(request, pk)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def resume_sync(request: HttpRequest, pk: int) -> HttpResponse:
    resume(_synced_or_404(pk), actor=current_actor())
    messages.success(request, "Sync resumed.")
    return _to_tab(request, pk)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    check_now(_synced_or_404(pk), actor=current_actor())
    messages.success(request, "The list is being compared with the group.")
    return _to_tab(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE, raise_exception=True)
def create_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a lost list anew; a link from the Groups list leads here, so it asks."""
    synced = _synced_or_404(pk)
    if request.method == "POST":
        made = create_list_again(synced, actor=current_actor())
        messages.success(request, "The list is being made again." if made else "The list exists already.")
        return _to_tab(request, pk)
    context = {
        "group": synced.group,
        "synced": synced,
        "people": synced.group.members.count() if synced.group else 0,
        "back": reverse("integrations:group", args=[pk]),
    }
    return render(request, "integrations/create_again.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE, raise_exception=True)
def held(request: HttpRequest, pk: int) -> HttpResponse:
    """The changes that the guard holds; what is decided is exactly what was shown."""
    group, synced = group_of(pk), _synced_or_404(pk)
    if request.method == "POST":
        return _decide(request, synced)
    waiting = ListMembership.objects.filter(synced_list=synced, state=MembershipState.HELD)
    rows = list(
        waiting.select_related("contact", "stand_in").order_by("wanted", "contact__email_key")[:HELD_SHOWN]
    )
    # Whoever left the group does not stand for the address any more, and is still who it is about.
    holders = Member.objects.filter(email_key__in=among([one.contact.email_key for one in rows]))
    holders_by_key = {one.email_key: one for one in holders.order_by("-pk")}
    size, removals = size_of(synced), waiting.filter(wanted=False).count()
    total = waiting.count()
    context = frame(request, group, "integrations") | {
        "synced": synced,
        "rows": [(row, row.stand_in or holders_by_key.get(row.contact.email_key)) for row in rows],
        "total": total,
        "reasons": held_reasons([synced])[synced.pk],
        "size": size,
        "size_after": size + total - 2 * removals,
    }
    return render(request, "integrations/held.html", context)


def _decide(request: HttpRequest, synced: SyncedList) -> HttpResponse:
    ids = [int(one) for one in request.POST.getlist("change") if one.isdecimal()]
    is_approved = "approve" in request.POST
    count = (approve if is_approved else reject)(synced, ids, actor=current_actor())
    changes = f"{count:,} change{'' if count == 1 else 's'}"
    if not count:
        messages.warning(request, "None of these changes waits any more.")
    elif is_approved:
        messages.success(request, f"{changes} approved.")
    else:
        messages.success(request, f"The list is left as it is: {changes} not made.")
    return redirect("integrations:group", synced.group_id)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def leavers(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer about many who left the list at once."""
    synced = _synced_or_404(pk)
    if not leavers_of(synced):
        messages.warning(request, "This was answered already.")
    elif "add_back" in request.POST:
        count = add_all_back(synced, actor=current_actor())
        messages.success(request, f"{count:,} {'person is' if count == 1 else 'people are'} added back.")
    else:
        keep_removed(synced, actor=current_actor())
        messages.success(request, "They stay off the list.")
    return redirect("integrations:group", pk)
