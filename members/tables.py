"""The members list as a table. The library orders and pages it; a row is `members/row.html`, filled here, because to
ask the library for every cell of a page takes longer than to read 100,000 records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

import django_tables2 as tables
from django.core.paginator import Page, Paginator
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django_tables2.data import TableData
from django_tables2.rows import BoundRows

from members.family import child_counts, people_words
from members.looks import marks, status_look
from members.models import Kind, Member, MemberQuerySet, Status
from members.slots import ListColumn
from novi_ams.association.icons import draw_icon
from novi_ams.association.looks import StatusLook
from novi_ams.association.wording import initials

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Named(TypedDict):
        company: str | None
        type_name: str | None

    Listed = WithAnnotations[Member, Named]

PER_PAGE = 25
READ = ("kind", "display_name", "email", "status", "active", "approved", "do_not_send", "expires")
"""What the cells show; to make whole records, and those they belong to, takes as long as to write the rows."""


class SearchPaginator(Paginator):  # type: ignore[type-arg] # no generic at run time
    """Counts only what fills more than a page: most searches find a few records, and to count them would be to
    read every record a second time."""

    @cached_property
    def first(self) -> list[Any]:
        return list(self.object_list[: self.per_page])

    @cached_property
    def count(self) -> int:
        return len(self.first) if len(self.first) < self.per_page else super().count

    def _get_page(self, object_list: Any, number: int, paginator: Any) -> Page[Any]:
        return Page(self.first if number == 1 else object_list, number, paginator)


CELL = '<td class="wide-only" data-label="{}">{}</td>'
"""Of a column that a room above fills."""
GAPS = (
    "key", "url", "name", "avatar", "avatar_class", "second", "email", "member_type", "status", "cells", "expires",
)  # fmt: skip


class SlotColumn(tables.Column):  # type: ignore[misc]
    """A column that a room above fills: its cells are looked up by the record's id."""

    def __init__(self, column: ListColumn) -> None:
        super().__init__(verbose_name=column.header, orderable=False, accessor="pk")
        self.slot = column
        self.cells: Mapping[int, str | SafeString] = {}


class MemberTable(tables.Table):  # type: ignore[misc]
    """One page of records. Call `show_page` before it is rendered."""

    data: Any

    select = tables.Column(
        verbose_name=mark_safe(
            '<input type="checkbox" data-select-page aria-label="Select this page" hidden>'
        ),
        orderable=False,
        accessor="pk",
        attrs={"th": {"class": "select"}},
    )
    name = tables.Column(order_by=("sort_name", "id"))
    email = tables.Column(verbose_name="Professional email", order_by=("email_key", "sort_name", "id"))
    member_type = tables.Column(
        verbose_name="Member type",
        order_by=("member_type__position", "member_type__name", "sort_name", "id"),
    )
    status = tables.Column(verbose_name="Status")
    expires = tables.Column(verbose_name="Expires", attrs={"th": {"class": "num"}})

    class Meta:
        attrs = {"class": "table members-table"}
        template_name = "components/table_of_lines.html"
        order_by_field = "sort"

    def __init__(
        self,
        members: MemberQuerySet,
        *,
        columns: Iterable[ListColumn] = (),
        sort: str = "",
        is_search: bool = False,
    ) -> None:
        added = [(column.key, SlotColumn(column)) for column in columns]
        sequence = ("select", "name", "email", "member_type", "status", *(key for key, _ in added), "expires")
        super().__init__(members, extra_columns=added, sequence=sequence, order_by=sort or "name")
        self.people: dict[int, int] = {}
        self.is_search = is_search

    def order_status(self, members: MemberQuerySet, is_descending: bool) -> tuple[MemberQuerySet, bool]:
        standing = Status.standing_expression()
        place = standing.desc() if is_descending else standing.asc()
        return members.order_by(place, "sort_name", "id"), True

    def order_expires(self, members: MemberQuerySet, is_descending: bool) -> tuple[MemberQuerySet, bool]:
        # The databases disagree about where NULL stands.
        day = F("expires").desc(nulls_last=True) if is_descending else F("expires").asc(nulls_last=True)
        return members.order_by(day, "sort_name", "id"), True

    def show_page(self, number: str | None, *, count: int | None = None) -> None:
        """Read one page and what its cells need: as many queries for 1 record as for 25. `count` spares counting
        what was counted.

        Only ids are sorted, and the page's records read by them: sorting whole records takes a database
        seconds on the last pages of 100,000.
        """
        paginator = SearchPaginator if self.is_search else Paginator
        self.paginator = paginator(self.data.data.values_list("pk", flat=True), PER_PAGE)
        if count is not None:
            self.paginator.count = count
        self.page = self.paginator.get_page(number)
        shown = _read(list(self.page.object_list))
        self.data = TableData.from_data(shown)
        self.data.set_table(self)
        self.rows = self.page.object_list = BoundRows(data=self.data, table=self)
        self.people = child_counts([member.pk for member in shown if member.is_company], Kind.PERSON)
        for column in self.columns.iterall():
            if isinstance(column.column, SlotColumn):
                column.column.cells = column.column.slot.cells([member.pk for member in shown])

    @property
    def lines(self) -> Iterator[SafeString]:
        """The page's rows; to write each by the template takes as long as all queries but one."""
        columns = [column for column in self.columns.iterall() if isinstance(column.column, SlotColumn)]
        above = reverse("member", args=[0]).removesuffix("0/")
        for row in self.rows:
            member: Listed = row.record
            pk, company = member.pk, member.is_company
            yield format_html(
                row_with_gaps(),
                key=pk,
                url=f"{above}{pk}/",
                name=member.display_name,
                avatar=draw_icon("building-2", size=14) if company else initials(member.display_name),
                avatar_class=" is-company" if company else "",
                second=people_words(self.people.get(pk, 0)) if company else member.company or "No company",
                email=member.email or "No email",
                member_type=member.type_name or "No type",
                status=badges(status_look(member), *marks(member)),
                cells=format_html_join(
                    "", CELL, [(one.header, one.column.cells.get(pk, "")) for one in columns]
                ),
                expires=date_format(member.expires, "M j, Y") if member.expires else "–",
            )


@cache
def row_with_gaps() -> str:
    """The HTML of a row, drawn once, with `{name}` where a record's words go."""
    return render_to_string("members/row.html", {gap: mark_safe(f"{{{gap}}}") for gap in GAPS})  # noqa: S308


@cache
def badges(*looks: StatusLook) -> SafeString:
    """A handful of looks stand on every page twenty-five times: each is drawn once."""
    return render_to_string("members/cell_status.html", {"looks": looks})


def _read(ids: list[int]) -> list[Listed]:
    named = Member.objects.annotate(company=F("parent__display_name"), type_name=F("member_type__name"))
    found: dict[int, Any] = named.only(*READ).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
