"""Whom the pages of imports, exports, bulk actions and merges refuse."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members import bulk
from members.jobs import BulkAction, Import, Stage
from members.models import Member
from members.tests.builders import STAFF
from members.tests.builders import person as record
from members.tests.importing import checked
from novi_ams.tests.people import association_admin, client_of, limited_admin, person

pytestmark = pytest.mark.django_db

OF_IMPORTS = ["import", "import_columns", "import_errors", "import_start", "import_cancel"]
OF_BULK = ["bulk_action", "bulk_cancel"]
POST_ONLY = ["import_start", "import_cancel", "bulk_select", "bulk_cancel"]
READ_ONLY = ["import", "import_errors"]
NAMES = ["member_export", "import_new", *OF_IMPORTS, "bulk_select", *OF_BULK, "member_merge"]


@pytest.fixture
def stage() -> dict[str, str]:
    """{name: address}, of a checked import and a bulk action that waits for its answer."""
    ada = record()
    job = checked("Email\na@x.org\n")
    action = bulk.select(Member.objects.all(), verb="deactivate", query="", actor=STAFF)
    found = {name: [job.pk] for name in OF_IMPORTS} | {name: [action.pk] for name in OF_BULK}
    found["member_merge"] = [ada.pk]
    return {name: reverse(name, args=found.get(name, [])) for name in NAMES}


def ask(client: Client, name: str, stage: dict[str, str], **data: Any) -> Any:
    return client.post(stage[name], data) if name in POST_ONLY else client.get(stage[name])


def nothing_happened() -> bool:
    return (
        Import.objects.get().state == Stage.READY
        and BulkAction.objects.get().state == Stage.PREPARING
        and Member.objects.filter(active=True).count() == 1
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_is_sent_to_sign_in(client: Client, stage: dict[str, str], name: str) -> None:
    answer = ask(client, name, stage)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("name", NAMES)
def test_somebody_without_a_role_may_neither_see_nor_do_it(stage: dict[str, str], name: str) -> None:
    client = client_of(person())
    data = {"do": "deactivate", "everything": "1", "column": "email"}
    assert ask(client, name, stage, **data).status_code == 403
    if name not in READ_ONLY:
        assert client.post(stage[name], data).status_code == 403
    assert nothing_happened()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in READ_ONLY])
def test_nothing_changes_without_the_csrf_token(stage: dict[str, str], name: str) -> None:
    client = client_of(association_admin(), enforce_csrf_checks=True)
    data = {"do": "deactivate", "everything": "1", "column": "email"}
    assert client.post(stage[name], data).status_code == 403
    assert nothing_happened()


@pytest.mark.parametrize("name", POST_ONLY)
def test_what_changes_at_once_takes_no_get(stage: dict[str, str], name: str) -> None:
    assert client_of(association_admin()).get(stage[name]).status_code == 405


@pytest.mark.parametrize("name", READ_ONLY)
def test_pages_that_only_show_take_no_post(stage: dict[str, str], name: str) -> None:
    assert client_of(association_admin()).post(stage[name]).status_code == 405


@pytest.mark.parametrize("name", ["member_export", "import_new", *OF_IMPORTS[:3], "bulk_action"])
def test_a_limited_admin_may_work_with_them(stage: dict[str, str], name: str) -> None:
    assert client_of(limited_admin()).get(stage[name]).status_code == 200


@pytest.mark.parametrize("name", [*OF_IMPORTS, *OF_BULK])
def test_what_is_gone_is_not_found(name: str) -> None:
    client = client_of(association_admin())
    url = reverse(name, args=[4711])
    answer = client.post(url) if name in POST_ONLY else client.get(url)
    assert answer.status_code == 404


def test_an_action_nobody_offers_is_not_found() -> None:
    answer = client_of(association_admin()).post(reverse("bulk_select"), {"do": "explode", "everything": "1"})
    assert answer.status_code == 404
