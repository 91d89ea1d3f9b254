"""Choosing the fields that sync. The draft travels in the form, so every button works without script, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from groups.models import GroupMember
from integrations.choose_fields import (
    CORE_LABELS,
    MOST,
    Choice,
    FieldsRefusedError,
    PreviewLine,
    TakenLabel,
    check_choice,
    chosen_fields,
    deletable,
    preview,
    save_sync_fields,
    taken_labels,
)
from integrations.models import Contact, ListState, RemoteFieldState, SyncField
from integrations.views.connection_panel import connection_view, tabs_of
from members.fields import Catalogue, Field, FieldGroup, catalogue
from members.models import Member
from novi_ams.association.requests import HtmxRequest
from novi_ams.audit.actor import current_actor

MANAGE = "integrations.manage_sync_fields"
OF_GROUP = {
    FieldGroup.MEMBER: "Member field",
    FieldGroup.CUSTOM: "Custom field",
    FieldGroup.PARENT: "Parent field",
}
PREVIEWED = 50
ANSWER = "taken-"
BYTES_A_ROW = 400
"""Of a full import, in the middle: what the consequence sentence estimates with."""


@dataclass(frozen=True)
class Row:
    """A chosen field as shown. `saved` fields ask before they go; `deletable` ones offer more."""

    key: str
    label: str
    kind: str
    saved: bool
    deletable: bool
    error: str = ""
    first: bool = False
    last: bool = False


@dataclass(frozen=True)
class Editor:
    """The draft: chosen keys in order, what goes with a removal, answers about taken labels, who is previewed.

    `known`: what was saved when the draft was begun, or when it last caught up.
    """

    keys: tuple[str, ...]
    known: tuple[str, ...] = ()
    delete_there: frozenset[str] = frozenset()
    answers: dict[str, str] = field(default_factory=dict)
    member_id: int | None = None
    search: str = ""
    error: str = ""
    taken: tuple[TakenLabel, ...] = ()

    def with_added(self, key: str) -> Editor:
        if key in self.keys:
            return self
        if len(self.keys) >= MOST:
            return replace(self, error=f"{MOST} fields are the most. Remove one before you add another.")
        return replace(self, keys=(*self.keys, key), delete_there=self.delete_there - {key})

    def with_removed(self, key: str, *, delete_there: bool) -> Editor:
        marked = self.delete_there | {key} if delete_there else self.delete_there
        return replace(self, keys=tuple(one for one in self.keys if one != key), delete_there=marked)

    def with_moved(self, key: str, by: int) -> Editor:
        if key not in self.keys:
            return self
        others = [one for one in self.keys if one != key]
        at = max(0, min(len(others), self.keys.index(key) + by))
        return replace(self, keys=(*others[:at], key, *others[at:]))

    def caught_up(self, saved: Sequence[SyncField], fields: Catalogue) -> Editor:
        """With what somebody else saved since it was begun, and a word of it: added and removed here as there."""
        now = tuple(row.source_key for row in saved)
        added = [key for key in now if key not in (*self.known, *self.keys)]
        removed = [key for key in self.keys if key in self.known and key not in now]
        if not (added or removed):
            return replace(self, known=now)
        stored = {row.source_key: row for row in saved}
        changes = [f"added {_label(fields.get(key), stored[key])}" for key in added]
        changes += [f"removed {_label(fields.get(key), None)}" for key in removed]
        kept = (key for key in self.keys if key not in removed)
        return replace(
            self,
            keys=(*kept, *added),
            known=now,
            error=f"Somebody else changed the fields meanwhile: {', '.join(changes)}. Your choice below follows that, "
            "and is not saved yet. Look it over, then save.",
        )


def editor(data: QueryDict) -> Editor:
    """The draft in a posted form, or what is saved."""
    number = _one(data, "preview")
    member_id = int(number) if number.isdecimal() else None
    search = _one(data, "preview_search").strip()
    if "draft" not in data:
        saved = tuple(row.source_key for row in chosen_fields())
        return Editor(saved, known=saved, member_id=member_id, search=search)
    answers = (name for name in data if name.startswith(ANSWER))
    return Editor(
        keys=tuple(dict.fromkeys(data.getlist("field"))),
        known=tuple(filter(None, _one(data, "draft").split(","))),
        delete_there=frozenset(data.getlist("delete_there")),
        answers={name.removeprefix(ANSWER): _one(data, name) for name in answers},
        member_id=member_id,
        search=search,
    )


def _one(data: QueryDict, name: str) -> str:
    return str(data.get(name, ""))


def field_context(request: HttpRequest, draft: Editor) -> dict[str, Any]:
    """What `integrations/sync_fields.html` shows."""
    fields, saved = catalogue(), chosen_fields()
    removed = [row for row in saved if row.source_key not in draft.keys]
    people = previewed(draft)
    shown = next((one for one in people if one.pk == draft.member_id), people[0] if people else None)
    return {
        "draft": draft,
        "always": ("Professional Contact-Email", *CORE_LABELS[:3]),
        "rows": rows_of(draft, saved, fields),
        "removed": [(row, row.source_key in deletable(saved)) for row in removed],
        "squares": [number < len(draft.keys) for number in range(MOST)],
        "most": MOST,
        "left": MOST - len(draft.keys),
        "picker": picker(draft, fields),
        "people": people,
        "previewed": shown,
        "preview": lines_for(shown, draft, fields),
        "consequence": consequence(draft, saved),
        "changed": tuple(row.source_key for row in saved) != draft.keys,
        "may_manage_fields": request.user.has_perm(MANAGE),
    }


def rows_of(draft: Editor, saved: Sequence[SyncField], fields: Catalogue) -> list[Row]:
    stored = {row.source_key: row for row in saved}
    return [
        Row(
            key=key,
            label=_label(fields.get(key), stored.get(key)),
            kind=_kind(fields.get(key)),
            saved=key in stored,
            deletable=key in deletable(saved),
            error=stored[key].error if key in stored and stored[key].state == RemoteFieldState.FAILED else "",
            first=number == 0,
            last=number == len(draft.keys) - 1,
        )
        for number, key in enumerate(draft.keys)
    ]


def _label(known: Field | None, stored: SyncField | None) -> str:
    return known.label if known else stored.label if stored else "Unknown field"


def _kind(known: Field | None) -> str:
    return OF_GROUP[known.group] if known else "Deleted here"


def picker(draft: Editor, fields: Catalogue) -> list[tuple[str, list[Field]]]:
    """What can be added, under its headings."""
    free = [one for one in fields.syncable if one.key not in draft.keys]
    return [(str(group), members) for group, members in fields.groups(free)]


def previewed(draft: Editor) -> list[Member]:
    """Members to preview with: those of synced groups where there are any, by name, at most 50."""
    in_synced = GroupMember.objects.filter(group__synced_list__isnull=False).exclude(
        group__synced_list__state=ListState.DELETING
    )
    members = Member.objects.in_good_order().select_related("parent", "member_type", "parent__member_type")
    if draft.search:
        return list(members.search(draft.search)[:PREVIEWED])
    synced = list(members.filter(pk__in=in_synced.values("member_id"))[:PREVIEWED])
    found = synced or list(members[:PREVIEWED])
    if draft.member_id and draft.member_id not in {one.pk for one in found}:
        found = [*members.filter(pk=draft.member_id), *found]
    return found


def lines_for(member: Member | None, draft: Editor, fields: Catalogue) -> list[PreviewLine]:
    return preview(member, draft.keys, fields) if member else []


def consequence(draft: Editor, saved: Sequence[SyncField]) -> str:
    """What saving does, with its price in requests."""
    before = [row.source_key for row in saved]
    if set(before) == set(draft.keys):
        if any(row.state == RemoteFieldState.FAILED for row in saved):
            return "Saving tries again to make what could not be made."
        return (
            "Nothing to save." if before == list(draft.keys) else "Changes the order only; nothing is sent."
        )
    contacts = Contact.objects.filter(winner__isnull=False).exclude(desired_hash="").count()
    if not contacts:
        return "The fields are used as soon as a group syncs."
    count = f"{contacts:,} contact{'' if contacts == 1 else 's'}"
    return f"Saving starts a full sync of {count}, about {requests_for(contacts, draft, before):,} requests."


def requests_for(contacts: int, draft: Editor, before: Iterable[str]) -> int:
    """About how many requests a full sync takes: fields, consent reads, imports and their read-back by pages."""
    imports = contacts * BYTES_A_ROW // 3_500_000 + 1
    return len(set(draft.keys) - set(before)) + 5 + imports + 2 * (contacts // 500 + 1)


def read_action(draft: Editor, data: QueryDict) -> Editor:
    """The draft after the button that was pressed."""
    pressed = {name: _one(data, name) for name in ("add", "take_out", "up", "down") if name in data}
    match next(iter(pressed.items()), ("", "")):
        case "add", key:
            return draft.with_added(key)
        case "take_out", key:
            return draft.with_removed(key, delete_there=key in draft.delete_there)
        case "up" | "down" as way, key:
            return draft.with_moved(key, -1 if way == "up" else 1)
        case _:
            return draft


@require_POST
@permission_required(MANAGE, raise_exception=True)
def edit(request: HtmxRequest) -> HttpResponse:
    """One press of a button in the editor: a changed draft, or the choice saved."""
    pressed = read_action(editor(request.POST), request.POST)
    draft = pressed.caught_up(chosen_fields(), catalogue())
    if draft.keys != pressed.keys:
        return _shown(request, draft, status=422)
    if "save" not in request.POST:
        return _shown(request, draft, status=422 if draft.error else 200)
    fields = catalogue()
    try:
        check_choice(draft.keys, fields)
    except FieldsRefusedError as error:
        return _shown(request, replace(draft, error=str(error)), status=422)
    taken = tuple(taken_labels(draft.keys, fields))
    if any(one.key not in draft.answers for one in taken):
        return _shown(request, replace(draft, taken=taken))
    adopted = frozenset(key for key, answer in draft.answers.items() if answer == "use")
    difference = save_sync_fields(
        Choice(draft.keys, adopt=adopted, delete_there=draft.delete_there), fields, actor=current_actor()
    )
    messages.success(
        request, "Fields saved. They are on their way." if difference else "Nothing had changed."
    )
    return _to_settings(request)


def _to_settings(request: HtmxRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(reverse("integrations:settings"))
    return redirect("integrations:settings")


def _shown(request: HtmxRequest, draft: Editor, *, status: int = 200) -> HttpResponse:
    context = field_context(request, draft)
    if request.htmx:
        return render(request, "integrations/sync_fields.html", context, status=status)
    context |= {"view": connection_view(request), "tabs": tabs_of(request), "tab": "integrations"}
    return render(request, "integrations/settings.html", context, status=status)
