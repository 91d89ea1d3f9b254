"""The groups of the demo association, as condition trees in the format of `groups.conditions.tree`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from groups.demo import words
from groups.models import BeneficiaryKind

IN_GOOD_STANDING = {"field": "status", "operator": "any_of", "value": ["current", "grace", "inheriting"]}
PAYING = {"field": "status", "operator": "any_of", "value": ["current", "grace"]}
COMPANY = {"field": "is_company", "operator": "is", "value": True}
STATUSES = ("current", "grace", "expired", "prospect", "inheriting")
PERSON = {"field": "kind", "operator": "is", "value": "person"}


@dataclass(frozen=True)
class DemoGroup:
    """`records` is how many hand-picked people it has; then it has no conditions."""

    name: str
    description: str
    category: str
    conditions: dict[str, Any] = field(default_factory=dict)
    beneficiaries: Sequence[BeneficiaryKind] = ()
    records: int = 0


def every(*items: dict[str, Any]) -> dict[str, Any]:
    return {"match": "all", "items": list(items)}


def some(*items: dict[str, Any]) -> dict[str, Any]:
    return {"match": "any", "items": list(items)}


def is_(key: str, value: object) -> dict[str, Any]:
    return {"field": key, "operator": "is", "value": value}


def demo_groups(count: int = 8) -> list[DemoGroup]:
    """The first `count` groups: eight with a story, then up to 195 by place, type, status, job and local."""
    return list(islice(_all(), count))


def _all() -> Iterator[DemoGroup]:
    yield from STORIES
    for region, member_type in product(words.REGIONS, words.MEMBER_TYPES):
        yield DemoGroup(
            f"{region}: {member_type}",
            f"{member_type} members, {region}",
            "Regions",
            every(PAYING, is_("custom.region", region), is_("member_type", member_type)),
            (BeneficiaryKind.INHERITING,),
        )
    counties = dict.fromkeys((place.county, place.state) for place in words.PLACES)
    for (county, state), status in product(counties, STATUSES):
        yield DemoGroup(
            f"{county} County, {state}: {status.title()}",
            "By county and membership status",
            "Counties",
            every(is_("county", county), is_("billing_state", state), is_("status", status)),
        )
    for title, state in product(words.JOBS, sorted({place.state for place in words.PLACES})):
        yield DemoGroup(
            f"{title}s, {state}",
            "By job title and state",
            "Job titles",
            every(IN_GOOD_STANDING, is_("job_title", title), is_("billing_state", state)),
        )
    for local, status in product(words.LOCALS, STATUSES):
        yield DemoGroup(
            f"{local}: {status.title()}",
            "By union local and membership status",
            "Union locals",
            every(is_("custom.union_local", local), is_("status", status)),
        )


STORIES = (
    DemoGroup("All Members", "Everybody in good standing", "Newsletters", every(IN_GOOD_STANDING)),
    DemoGroup(
        "Ohio Contractors",
        "Contractors with an office in Ohio, and the people who inherit from them",
        "Newsletters",
        every(
            PAYING,
            {
                "field": "member_type",
                "operator": "any_of",
                "value": [words.GENERAL, words.TRADES],
            },
            some(is_("billing_state", "OH"), is_("parent.billing_state", "OH")),
        ),
        (BeneficiaryKind.INHERITING,),
    ),
    DemoGroup(
        "Certification Expires Soon",
        "Certificates that run out within 60 days",
        "Safety & Training",
        every(
            IN_GOOD_STANDING,
            {"field": "custom.certification_expires", "operator": "in_next_days", "value": 60},
        ),
    ),
    DemoGroup(
        "OSHA 30 Outstanding",
        "People of member firms who have not completed the course",
        "Safety & Training",
        every(
            PERSON,
            is_("custom.osha_30_completed", False),
            {"field": "parent.status", "operator": "any_of", "value": ["current", "grace"]},
        ),
    ),
    DemoGroup(
        "Heavy & Utility Bulletin",
        "Firms of the two divisions, with all their people",
        "Newsletters",
        every(
            PAYING,
            {
                "field": "custom.division",
                "operator": "includes_any",
                "value": [words.HEAVY, words.UTILITY],
            },
        ),
        (BeneficiaryKind.PEOPLE,),
    ),
    DemoGroup(
        "Primary & Billing Contacts",
        "Who decides and who pays, for renewals",
        "Membership",
        every(PAYING, COMPANY),
        (BeneficiaryKind.PRIMARY, BeneficiaryKind.BILLING),
    ),
    DemoGroup(
        "Win Them Back",
        "Memberships that ran out in the last year",
        "Membership",
        every(
            is_("status", "expired"),
            {"field": "expires", "operator": "in_last_days", "value": 365},
        ),
        (BeneficiaryKind.PRIMARY,),
    ),
    DemoGroup("Board of Directors", "Elected for two years", "Committees", records=11),
)
