"""Who is on a list, and what a person orders about it: another name, and who is only there off it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups.views.frame import frame, group_of
from integrations.accounting import addresses_on
from integrations.list_orders import (
    OutdatedStrangersError,
    Strangers,
    remove_strangers,
    rename_list,
    strangers_of,
)
from integrations.models import ListState, SyncedList
from integrations.statuses import AddressBucket
from integrations.syncing import sync_of
from integrations.views.group import CHANGE, VIEW
from novi_ams.audit.actor import current_actor

PER_PAGE = 50
CHANGED = "Others are on the list by now than were shown. Look again."


def _list_or_404(pk: int) -> SyncedList:
    synced = sync_of(group_of(pk))
    if synced is None or synced.state != ListState.READY:
        raise Http404("This group has no list in Constant Contact.")
    return synced


@require_safe
@permission_required(VIEW, raise_exception=True)
def addresses(request: HttpRequest, pk: int) -> HttpResponse:
    """Addresses on the list, by the buckets of the second ledger."""
    group, synced = group_of(pk), sync_of(group_of(pk))
    if synced is None or not synced.is_on:
        raise Http404("The sync of this group is off.")
    asked = request.GET.get("bucket", AddressBucket.ONLY_THERE.code)
    bucket = next((one for one in AddressBucket if one.code == asked), AddressBucket.ONLY_THERE)
    found = addresses_on(synced).filter(bucket=bucket.code).select_related("contact", "stand_in")
    page = Paginator(found.order_by("contact__email_key"), PER_PAGE).get_page(request.GET.get("page"))
    may_remove = bucket is AddressBucket.ONLY_THERE and request.user.has_perm(CHANGE)
    context = frame(request, group, "integrations") | {
        "page": page,
        "bucket": bucket.value,
        "synced": synced,
        "removable": strangers_of(synced).count if may_remove and synced.state == ListState.READY else 0,
    }
    return render(request, "integrations/addresses.html", context)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Name the list as its group is called now."""
    if rename_list(_list_or_404(pk), actor=current_actor()):
        messages.success(request, "The list is being renamed in Constant Contact.")
    else:
        messages.info(request, "There is nothing to rename.")
    return redirect("integrations:group", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE, raise_exception=True)
def remove_from_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, naming how many; then take people off the list whom we did not put there. `only` asks about one."""
    synced, only = _list_or_404(pk), _only(request)
    if request.method == "POST":
        try:
            removed = remove_strangers(
                synced, fingerprint=request.POST.get("shown", ""), actor=current_actor(), only=only
            )
        except OutdatedStrangersError:
            return _ask(request, synced, strangers_of(synced, only=only), problem=CHANGED)
        who = next(iter(removed.emails.values())) if removed.count == 1 else f"{removed.count:,} people"
        messages.success(request, f"{who} {'is' if removed.count == 1 else 'are'} being taken off the list.")
        return redirect(_back(synced))
    return _ask(request, synced, strangers_of(synced, only=only))


def _only(request: HttpRequest) -> int | None:
    asked = request.GET.get("only", "")
    return int(asked) if asked.isdecimal() else None


def _ask(request: HttpRequest, synced: SyncedList, strangers: Strangers, problem: str = "") -> HttpResponse:
    if not strangers.count:
        messages.info(request, "Nobody is only in Constant Contact any more.")
        return redirect(_back(synced))
    context = {
        "synced": synced,
        "strangers": strangers,
        "first": next(iter(strangers.emails.values())),
        "problem": problem,
        "back": _back(synced),
        "keep": "Leave them" if strangers.count > 1 else "Leave it",
    }
    return render(request, "integrations/remove_strangers.html", context, status=422 if problem else 200)


def _back(synced: SyncedList) -> str:
    address = reverse("integrations:addresses", args=[synced.group_id])
    return f"{address}?bucket={AddressBucket.ONLY_THERE.code}"
