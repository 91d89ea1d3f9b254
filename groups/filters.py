"""Narrowing the groups list and a group's Members tab. A filter is a parameter of the address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property

from groups import slots
from groups.models import CalculationState, Category, Group, GroupMember
from groups.slots import GroupFilter, MemberFilter
from members.folding import fold_for_search
from members.models import Member
from novi_ams.association.looks import Look
from novi_ams.association.parts import Chip

FAILED = GroupFilter(
    key="state",
    label="State",
    choices=[(CalculationState.FAILED.value, "Failed")],
    apply=lambda groups, value: groups.filter(state=value),
    looks={CalculationState.FAILED.value: Look.FAILED.value},
)


def search_groups(groups: QuerySet[Group], text: str) -> QuerySet[Group]:
    """Groups whose name or description holds every word of `text`, without regard to case and accents.

    Compared in Python: the databases disagree about letters beyond ASCII, and groups are hundreds at most.
    """
    words = fold_for_search(text).split()
    if not words:
        return groups
    rows = Group.objects.order_by().values_list("pk", "name", "description")
    found = [pk for pk, *said in rows if all(word in fold_for_search(" ".join(said)) for word in words)]
    return groups.filter(pk__in=found)


@dataclass(frozen=True)
class GroupsShown:
    """What the address asks of the groups list: words, a category, and one chip of all filters."""

    data: QueryDict
    filters: list[GroupFilter]

    @property
    def words(self) -> str:
        return self.data.get("q", "").strip()

    @property
    def category(self) -> str:
        """The name of the chosen category."""
        return self.data.get("category", "").replace("\x00", "")  # which PostgreSQL refuses

    @cached_property
    def categories(self) -> list[str]:
        return list(Category.objects.filter(group__isnull=False).distinct().values_list("name", flat=True))

    def _in_category(self, groups: QuerySet[Group]) -> QuerySet[Group]:
        return groups.filter(category__name=self.category) if self.category else groups

    @property
    def others(self) -> list[tuple[str, str]]:
        """What a search keeps of the address."""
        names = ("sort", *(one.key for one in self.filters))
        return [(name, said) for name in names if (said := self.data.get(name))]

    def groups(self) -> QuerySet[Group]:
        found = self._in_category(search_groups(Group.objects.select_related("category"), self.words))
        for one in self.filters:
            value = self.data.get(one.key, "")
            if value in dict(one.choices):
                found = one.apply(found, value)
        return found

    def chips(self) -> list[Chip]:
        """All, then every choice of every filter with how many groups it finds; one query a chip."""
        found = self._in_category(search_groups(Group.objects.order_by(), self.words))
        chosen = {one.key: self.data.get(one.key) for one in self.filters if self.data.get(one.key)}
        every = Chip("All", self._address(), found.count(), chosen=not chosen)
        return [every, *(chip for one in self.filters for chip in self._chips_of(one, found))]

    def _chips_of(self, one: GroupFilter, groups: QuerySet[Group]) -> Iterator[Chip]:
        for value, label in one.choices:
            count, is_chosen = one.apply(groups, value).count(), self.data.get(one.key) == value
            look = one.looks.get(value)
            if count or is_chosen:
                yield Chip(
                    label,
                    self._address(**{one.key: value}),
                    count,
                    chosen=is_chosen,
                    icon=look.icon if look else "",
                    tone=look.tone if look else "",
                )

    def _address(self, **choice: str) -> str:
        kept = QueryDict(mutable=True)
        for name in ("q", "sort", "category"):
            if said := self.data.get(name):
                kept[name] = said
        kept.update(choice)
        return f"?{kept.urlencode()}"


def filters() -> list[GroupFilter]:
    return [*slots.list_filters.collect(), FAILED]


MEMBERS, BENEFICIARIES = "members", "beneficiaries"


@dataclass(frozen=True)
class PeopleShown:
    """What the address asks of a group's Members tab: words, members or beneficiaries, and rooms' choices."""

    data: QueryDict
    group: Group
    choices: list[MemberFilter]

    @property
    def words(self) -> str:
        return self.data.get("q", "").strip()

    @property
    def show(self) -> str:
        asked = self.data.get("show", "")
        return asked if asked in (MEMBERS, BENEFICIARIES) else ""

    @property
    def others(self) -> list[tuple[str, str]]:
        """What a search keeps of the address."""
        kept = {"show": self.show, "sort": self.data.get("sort", "")}
        return [(name, said) for name, said in kept.items() if said]

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(key) for key in ("q", "show", *(one.key for one in self.choices)))

    def rows(self) -> QuerySet[GroupMember]:
        found = GroupMember.objects.filter(group=self.group.pk)
        if self.words:
            found = found.filter(member__in=Member.objects.search(self.words).order_by().values("pk"))
        if self.show:
            found = found.filter(is_beneficiary=self.show == BENEFICIARIES)
        for one in self.choices:
            value = self.data.get(one.key, "")
            if value in dict(one.choices):
                found = one.apply(found, value)
        return found

    def chips(self) -> list[Chip]:
        group = self.group
        total = group.member_count + group.beneficiary_count
        return [
            Chip("All", self._address(""), total, chosen=not self.show),
            Chip("Members", self._address(MEMBERS), group.member_count, chosen=self.show == MEMBERS),
            Chip(
                "Beneficiaries",
                self._address(BENEFICIARIES),
                group.beneficiary_count,
                chosen=self.show == BENEFICIARIES,
            ),
        ]

    def _address(self, show: str) -> str:
        kept = self.data.copy()
        for gone in ("show", "page"):
            kept.pop(gone, None)
        if show:
            kept["show"] = show
        return f"?{kept.urlencode()}"

    def selects(self) -> Iterable[tuple[MemberFilter, str]]:
        """Each choice of the rooms above with what is chosen now."""
        return [(one, self.data.get(one.key, "")) for one in self.choices]
