"""Who a draft would match, before it is saved: the sentence, the count, a sample and what saving does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from groups import slots
from groups.conditions.describing import Span, SpanKind, describe
from groups.conditions.tree import uses_today
from groups.days import local_today
from groups.definitions import Definition, InvalidGroupError
from groups.forms import Draft, posted_draft
from groups.models import Basis, BeneficiaryKind, Group
from groups.preview import Preview, preview
from groups.views.frame import group_of
from groups.wanted import Recipe, Standing, recipe_of_conditions
from groups.wording import brought_along
from members.fields import catalogue
from members.models import Member

UNNAMED = "A group without a name yet"


@dataclass(frozen=True)
class Relationship:
    """A line of the beneficiaries: whom choosing it brings along, None while that cannot be counted."""

    kind: BeneficiaryKind
    is_chosen: bool
    count: int | None

    @property
    def label(self) -> str:
        return self.kind.label


@require_POST
@permission_required("groups.add_group", raise_exception=True)
def preview_new(request: HttpRequest) -> HttpResponse:
    """The moving parts of the page that adds a group, for the form as it is sent."""
    return _preview(request, None)


@require_POST
@permission_required("groups.change_group", raise_exception=True)
def preview_changed(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving parts of a group's Details tab, for the form as it is sent."""
    return _preview(request, group_of(pk))


def _preview(request: HttpRequest, group: Group | None) -> HttpResponse:
    draft = posted_draft(request.POST, group, catalogue())
    return render(request, "groups/preview.html", preview_context(draft, group) | {"arriving": True})


def preview_context(draft: Draft, group: Group | None, *, later: bool = False) -> dict[str, Any]:
    """What `preview.html`, `sentence.html`, `beneficiaries.html` and `save.html` show.

    `later`: nobody is counted now, because the page asks again as soon as it is open; among 100,000 records
    that takes two seconds, in which one can read already.
    """
    reading = draft.read()
    by_hand = draft.basis == Basis.RECORDS
    definition = draft.definition()
    found = None if later else _look(definition, group)
    total = found.members + found.beneficiaries if found else 0
    tree = reading.tree
    return {
        "sentence": _by_hand(draft) if by_hand else set_apart(describe(tree).spans),
        "brought": brought_along(draft.kinds) if draft.kinds else "",
        "unfinished": not by_hand and bool(reading.problems),
        "preview": found,
        "later": later,
        "group": group,
        "relationships": _relationships(draft, definition, is_countable=found is not None),
        "uses_today": not by_hand and uses_today(tree),
        "now": group.member_count + group.beneficiary_count if group else 0,
        "total": total,
        "more": total - len(found.sample) if found else 0,
        "effects": slots.save_preview.collect(group, found) if found else [],
        "save_label": save_label(group, found),
    }


def set_apart(spans: Sequence[Span]) -> list[Span]:
    """Only what joins conditions keeps its mark; “or” between two values is ordinary text."""
    between = {
        index
        for index in range(2, len(spans) - 2)
        if spans[index - 2].kind is SpanKind.VALUE and spans[index + 2].kind is SpanKind.VALUE
    }
    plain = {index for index, span in enumerate(spans) if index in between or span.text not in ("and", "or")}
    return [
        Span(SpanKind.TEXT, span.text) if span.kind is SpanKind.JOINER and index in plain else span
        for index, span in enumerate(spans)
    ]


def save_label(group: Group | None, found: Preview | None) -> str:
    """“Save: add 9, remove 3”, or “Save” where nobody joins or leaves."""
    if found is None or not (found.joining or found.leaving):
        return "Save"
    parts = [
        f"{verb} {count:,}" for verb, count in (("add", found.joining), ("remove", found.leaving)) if count
    ]
    return f"Save: {', '.join(parts)}"


def _look(definition: Definition, group: Group | None) -> Preview | None:
    """The preview, or None for what cannot be asked yet. A name is not needed to look."""
    try:
        return preview(
            replace(definition, name=definition.name.strip()[:255] or UNNAMED, description=""), group=group
        )
    except InvalidGroupError:
        return None


def _by_hand(draft: Draft) -> list[Span]:
    count = Member.objects.filter(draft.picks.q()).count()
    if not count:
        return [Span(SpanKind.TEXT, "Nobody: no records are picked yet.")]
    words = "record, picked by hand." if count == 1 else "records, picked by hand."
    return [Span(SpanKind.VALUE, f"{count:,}"), Span(SpanKind.TEXT, f" {words}")]


def _relationships(draft: Draft, definition: Definition, *, is_countable: bool) -> list[Relationship]:
    counts = counts_by_kind(_recipe(draft, definition)) if is_countable else {}
    return [Relationship(kind, kind in draft.kinds, counts.get(kind)) for kind in BeneficiaryKind]


def _recipe(draft: Draft, definition: Definition) -> Recipe:
    if definition.basis == Basis.RECORDS:
        return Recipe(draft.picks.q(), ())
    return recipe_of_conditions(definition.conditions, (), fields=draft.fields, today=local_today())


def counts_by_kind(recipe: Recipe) -> Mapping[BeneficiaryKind, int]:
    """How many each relationship would bring along by itself: one query over all records."""
    rows = Member.objects.order_by().annotate(
        **{f"by_{kind}": replace(recipe, beneficiaries=(kind,)).wanted() for kind in BeneficiaryKind}
    )
    brought = {
        kind: Count("pk", filter=Q(**{f"by_{kind}": Standing.BENEFICIARY})) for kind in BeneficiaryKind
    }
    counts = rows.aggregate(**{kind.value: count for kind, count in brought.items()})
    return {kind: counts[kind.value] for kind in BeneficiaryKind}
