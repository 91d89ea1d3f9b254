"""The association that is measured: the demo's people and groups, everything calculated, and one group of everybody."""

from __future__ import annotations

from groups.days import local_today
from groups.definitions import Definition, create_group
from groups.demo.loading import DEMO, Size, load_demo
from groups.membership import recalculate
from groups.models import Group
from novi_ams.association.models import User
from novi_ams.association.roles import RoleName, assign

EVERYBODY = "Everybody"
CONDITIONS = {"match": "all", "items": [{"field": "status", "operator": "not_blank"}]}


def make_association(*, members: int, groups: int) -> None:
    load_demo(Size(members, groups - 1), today=local_today(), progress=lambda _: None)
    create_group(Definition(name=EVERYBODY, conditions=CONDITIONS), actor=DEMO)
    assign(User.objects.create_user("bench@example.org"), RoleName.ASSOCIATION_ADMIN)
    recalculate()


def everybody() -> Group:
    return Group.objects.get(name=EVERYBODY)
