"""Families of invented records: a firm, its sub companies and its people, or somebody on their own.

Pure and deterministic: the same seed, number and day give the same records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from groups.demo import words
from groups.demo.words import Place, Trade
from members.folding import fold_for_search
from members.models import RoleKind, Status

Row = dict[str, Any]
STANDINGS = (Status.CURRENT, Status.GRACE, Status.EXPIRED, Status.PROSPECT, Status.NON_MEMBER)
IN_GOOD_STANDING = frozenset({Status.CURRENT, Status.GRACE})


@dataclass(frozen=True)
class Employee:
    """A person of a firm; `at` is the place of a sub company, None for the head."""

    row: Row
    at: int | None = None
    roles: tuple[RoleKind, ...] = ()


@dataclass
class Family:
    """`head` is a company, or a person with relatives."""

    head: Row
    subs: list[Row] = field(default_factory=list)
    people: list[Employee] = field(default_factory=list)

    @property
    def size(self) -> int:
        return 1 + len(self.subs) + len(self.people)


def families(count: int, *, seed: int, today: date) -> Iterator[Family]:
    """Families of exactly `count` records in all."""
    maker = _Maker(Random(seed), today)  # noqa: S311 - nothing secret about it
    while count > 0:
        family = maker.family()
        family.people = family.people[: max(0, count - 1 - len(family.subs))]
        family.subs = family.subs[: count - 1]
        count -= family.size
        yield family


class _Maker:
    def __init__(self, random: Random, today: date) -> None:
        self.random, self.today = random, today
        self.firms, self.persons = 0, 0

    def family(self) -> Family:
        return self.individual() if self.random.random() < 0.15 else self.firm()

    def individual(self) -> Family:
        """A person who is a member without a firm, now and then with a relative beneath."""
        status, place = self.status(), self.place()
        head = self.person(place, f"{words.ASSOCIATION.split()[0].lower()}mail", status)
        head |= self.membership(status) | self.address(place, "billing") | {"member_type": words.INDIVIDUAL}
        relatives = 1 if self.random.random() < 0.2 else 0
        kin = [
            Employee(self.person(place, "homemail", Status.INHERITING) | {"last_name": head["last_name"]})
            for _ in range(relatives)
        ]
        return Family(head, people=kin)

    def firm(self) -> Family:
        trade, place, status = self.random.choice(words.TRADE_LIST), self.place(), self.status()
        name, domain = self.firm_name(trade)
        head = self.company(f"{name} {trade.words}", domain, trade, place, status)
        inherits = status in IN_GOOD_STANDING and self.random.random() < 0.9
        their_status = Status.INHERITING if inherits else Status.NON_MEMBER
        branches = self.random.choices((0, 1, 2, 3), weights=(85, 9, 4, 2))[0]
        subs = [
            self.company(f"{name} {trade.words} of {other.city}", domain, trade, other, their_status)
            for other in self.random.sample(words.PLACES, k=branches)
        ]
        staff = self.random.choices((1, 2, 3, 4, 5, 6, 9), weights=(10, 20, 25, 20, 12, 8, 5))[0]
        people = [self.employee(number, place, domain, their_status, len(subs)) for number in range(staff)]
        return Family(head, subs, people)

    def firm_name(self, trade: Trade) -> tuple[str, str]:
        number = self.firms
        self.firms += 1
        name = words.FIRM_NAMES[number * 37 % len(words.FIRM_NAMES)]
        if number >= len(words.FIRM_NAMES):
            name = f"{name} {words.LAST_NAMES[number // len(words.FIRM_NAMES) % len(words.LAST_NAMES)]}"
        lap = number // (len(words.FIRM_NAMES) * len(words.LAST_NAMES))
        return name, f"{_plain(name)[:14]}{lap or ''}-{trade.slug}"

    def company(self, name: str, domain: str, trade: Trade, place: Place, status: Status) -> Row:
        return {
            "kind": "company",
            "name": name,
            "email": f"office@{domain}.example.org",
            "phone": self.phone(place),
            "website": f"https://{domain}.example.org",
            "county": place.county,
            "member_type": trade.member_type,
            "custom.division": trade.divisions,
            "custom.region": place.region,
            "custom.employees": int(self.random.lognormvariate(3, 1)) + 1,
            "custom.union_local": self.random.choice(words.LOCALS) if self.random.random() < 0.4 else "",
            **self.address(place, "billing"),
            **self.membership(status),
        }

    def employee(self, number: int, place: Place, domain: str, status: Status, subs: int) -> Employee:
        row = self.person(place, domain, status)
        row["job_title"] = words.JOBS[0] if number == 0 else self.random.choice(words.JOBS[1:])
        at = self.random.randrange(subs) if subs and number and self.random.random() < 0.5 else None
        if at is not None or not row["active"]:
            return Employee(row, at)
        roles = [RoleKind.PRIMARY_CONTACT] if number == 0 else []
        roles += [RoleKind.BILLING_CONTACT] if number == 1 else []
        roles += [RoleKind.MANAGEMENT_ACCESS] if number in (0, 2) else []
        return Employee(row, at, tuple(roles))

    def person(self, place: Place, domain: str, status: Status) -> Row:
        self.persons += 1
        number = self.persons
        first, last = self.random.choice(words.FIRST_NAMES), self.random.choice(words.LAST_NAMES)
        return {
            "kind": "person",
            "first_name": first,
            "last_name": last,
            "suffix": "Jr." if number % 71 == 3 else "",
            "email": _address(number, first, last, domain),
            "mobile": self.phone(place),
            "county": place.county,
            "billing_city": place.city,
            "billing_state": place.state,
            "status": status,
            "inherits_benefits": status == Status.INHERITING,
            "active": number % 97 != 11,
            "approved": number % 131 != 17,
            "do_not_send": number % 43 == 7,
            "custom.osha_30_completed": self.random.random() < 0.35,
            "custom.certification_expires": self.certification(),
        }

    def certification(self) -> date | None:
        if self.random.random() > 0.55:
            return None
        return self.today + timedelta(days=self.random.randrange(-90, 500))

    def membership(self, status: Status) -> Row:
        joined = self.today - timedelta(days=self.random.randrange(400, 9000))
        left = {
            Status.CURRENT: self.random.randrange(1, 365),
            Status.GRACE: -self.random.randrange(1, 30),
            Status.EXPIRED: -self.random.randrange(31, 500),
        }.get(status)
        return {
            "status": status,
            "original_join_date": None if status == Status.PROSPECT else joined,
            "member_since": None if status == Status.PROSPECT else joined,
            "expires": None if left is None else self.today + timedelta(days=left),
            "auto_renew": status == Status.CURRENT and self.random.random() < 0.4,
        }

    def status(self) -> Status:
        return self.random.choices(STANDINGS, weights=(68, 7, 11, 9, 5))[0]

    def place(self) -> Place:
        return self.random.choice(words.PLACES)

    def address(self, place: Place, kind: str) -> Row:
        return {
            f"{kind}_address1": f"{self.random.randrange(1, 9900)} {self.random.choice(words.STREETS)}",
            f"{kind}_city": place.city,
            f"{kind}_state": place.state,
            f"{kind}_zip": place.zip,
            f"{kind}_country": "United States",
        }

    def phone(self, place: Place) -> str:
        """A number of the range that is kept free for fiction."""
        return f"({place.area_code}) 555-01{self.random.randrange(100):02}"


def _address(number: int, first: str, last: str, domain: str) -> str:
    """Most people have their own address; some share the office's, have none, or a bad or too long one."""
    local = f"{_plain(first)}.{_plain(last)}"
    if number % 29 == 5:
        return ""
    if number % 59 == 13:
        return f"{local.replace('.', '..')}@{domain}.example.org"
    if number % 17 == 9:
        return f"office@{domain}.example.org"
    if number % 211 == 19:
        return f"{local}.northern.ohio.division@{domain}.example.org"
    return f"{local}@{domain}.example.org"


def _plain(text: str) -> str:
    return "".join(character for character in fold_for_search(text) if character.isalnum())
