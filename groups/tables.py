"""The groups list and a group's Members tab as tables: the database sorts and pages, cells are looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import django_tables2 as tables
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.data import TableListData

from groups.group_rows import group_row
from groups.models import Group, GroupMember
from groups.reasons import Reason
from groups.slots import Column
from members.looks import status_look
from members.models import Status
from novi_ams.association.parts import MenuItem
from novi_ams.association.slots import Panel

PER_PAGE = 25
NUM = {"td": {"class": "num wide-only"}, "th": {"class": "num"}}


class InOrder(TableListData):  # type: ignore[misc]
    """The rows of one page; the database has put them in order."""

    def order_by(self, aliases: Iterable[str]) -> None:
        pass


class PanelColumn(tables.Column):  # type: ignore[misc]
    """A column that a room above fills, by the id of the row's group or member."""

    def __init__(self, column: Column, request: HttpRequest, *, accessor: str, css_class: str) -> None:
        self.css_class = css_class
        attrs = {"td": {"class": css_class}}
        super().__init__(
            verbose_name=column.header, orderable=False, empty_values=(), accessor=accessor, attrs=attrs
        )
        self.cells: Mapping[int, Panel] = column.cells
        self.request = request

    def render(self, value: int) -> str | SafeString:
        piece = self.cells.get(value)
        return render_to_string(piece.template, dict(piece.context), request=self.request) if piece else "–"


def panel_columns(
    columns: Sequence[Column], request: HttpRequest, *, accessor: str
) -> list[tuple[str, PanelColumn]]:
    """The first is what a phone's card shows."""
    classes = ["status-cell", *["wide-only nowrap" for _ in columns]]
    return [
        (f"slot_{place}", PanelColumn(column, request, accessor=accessor, css_class=css_class))
        for place, (column, css_class) in enumerate(zip(columns, classes, strict=False))
    ]


def ordered(
    rows: QuerySet[Any], sort: str, orders: Mapping[str, Sequence[str]], default: str
) -> tuple[Any, str]:
    """The rows in the order that `sort` names (`-name` for descending), and the name that counts."""
    asked = sort if sort.lstrip("-") in orders else default
    columns = orders[asked.lstrip("-")]
    first, *rest = columns
    lead = F(first).desc(nulls_last=True) if asked.startswith("-") else F(first).asc(nulls_last=True)
    return rows.order_by(lead, *rest), asked


class PagedTable(tables.Table):  # type: ignore[misc]
    """Shows the rows of a page that was read already."""

    def __init__(
        self, page: Page[Any], *, sort: str, columns: list[tuple[str, Any]], last: Sequence[str]
    ) -> None:
        own = [name for name in self.base_columns if name not in last]
        sequence = (*own, *(key for key, _ in columns), *last)
        super().__init__(
            InOrder(list(page.object_list)), extra_columns=columns, sequence=sequence, order_by=sort
        )
        page.object_list = self.rows
        self.page, self.paginator = page, page.paginator


class GroupTable(PagedTable):
    """The library orders and pages; a row is `groups/row.html`, filled by `group_rows.py`."""

    name = tables.Column()
    member_count = tables.Column(verbose_name="Members", attrs=NUM)
    beneficiary_count = tables.Column(verbose_name="Beneficiaries", attrs=NUM)
    menu = tables.Column(
        verbose_name=format_html('<span class="sr-only">{}</span>', "Actions"),
        orderable=False,
        attrs={"th": {"class": "actions"}},
    )
    orders = {
        "name": ("name", "pk"),
        "member_count": ("member_count", "name", "pk"),
        "beneficiary_count": ("beneficiary_count", "name", "pk"),
    }

    class Meta:
        attrs = {"class": "table groups-table"}
        template_name = "components/table_of_lines.html"
        order_by_field = "sort"

    def __init__(
        self,
        page: Page[Group],
        *,
        sort: str,
        request: HttpRequest,
        columns: Sequence[Column],
        words: Mapping[int, str],
        menus: Mapping[int, list[MenuItem]],
    ) -> None:
        self.added = panel_columns(columns, request, accessor="pk")
        super().__init__(page, sort=sort, columns=self.added, last=("menu",))
        self.words, self.menus = words, menus
        self.csrf_token = get_token(request)

    @property
    def lines(self) -> Iterator[SafeString]:
        """The page's rows."""
        for row in self.rows:
            pk = row.record.pk
            yield group_row(
                row.record,
                words=self.words[pk],
                cells=[(one.css_class, one.verbose_name, one.render(pk)) for _, one in self.added],
                menu=self.menus[pk],
                csrf_token=self.csrf_token,
            )


class PeopleTable(PagedTable):
    """A group's members and beneficiaries: rows are GroupMember."""

    name = tables.Column(accessor="member", attrs={"td": {"class": "name"}})
    why = tables.Column(
        verbose_name="In the group because",
        accessor="pk",
        orderable=False,
        attrs={"td": {"class": "second cell-why"}, "th": {"class": "cell-why"}},
    )
    status = tables.Column(
        accessor="member__status", attrs={"td": {"class": "wide-only"}, "th": {"class": "cell-status"}}
    )
    email = tables.Column(
        verbose_name="Professional email",
        accessor="member__email",
        default="No email",
        attrs={"td": {"class": "wide-only cell-email"}},
    )
    orders = {
        "name": ("member__sort_name", "member"),
        "email": ("member__email_key", "member__sort_name", "member"),
        "status": ("standing", "member__sort_name", "member"),
    }

    class Meta:
        attrs = {"class": "table people-table"}
        order_by_field = "sort"

    def __init__(
        self,
        page: Page[GroupMember],
        *,
        sort: str,
        request: HttpRequest,
        columns: Sequence[Column],
        reasons: Mapping[int, Reason],
    ) -> None:
        super().__init__(
            page, sort=sort, columns=panel_columns(columns, request, accessor="member_id"), last=()
        )
        self.reasons = reasons

    def render_name(self, record: GroupMember) -> SafeString:
        return render_to_string("groups/cell_person.html", {"row": record, "member": record.member})

    def render_why(self, record: GroupMember) -> SafeString:
        return render_to_string("groups/cell_why.html", {"row": record, "reason": self.reasons[record.pk]})

    def render_status(self, record: GroupMember) -> SafeString:
        return render_to_string("components/badge.html", {"status": status_look(record.member)})


def page_of(
    rows: QuerySet[Any], number_asked: str | None, *, per_page: int = PER_PAGE, count: int | None = None
) -> Page[Any]:
    """One page, its rows read; `count` spares counting what was counted."""
    paginator = Paginator(rows, per_page)
    if count is not None:
        paginator.count = count
    page = paginator.get_page(number_asked)
    # To have the database told that it need not look takes as long as a query.
    page.object_list = list(page.object_list) if paginator.count else []
    return page


def page_of_many(rows: QuerySet[Any], number_asked: str | None, *, count: int | None) -> Page[Any]:
    """The same, where only ids are sorted and the page's rows read by them: to sort 100,000 whole rows takes twice as
    long."""
    page = page_of(rows.values_list("pk", flat=True), number_asked, count=count)
    found = rows.order_by().in_bulk(page.object_list)
    page.object_list = [found[pk] for pk in page.object_list if pk in found]
    return page


STANDING = Status.standing_expression("member__status")
