"""The bar under the list, the question it leads to, and the result."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.definitions import Definition, create_group
from groups.models import Basis, Group, GroupRecord
from members import background, bulk
from members.jobs import BulkAction, Stage
from members.models import Member
from members.tests.builders import STAFF, company, person
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def select(client: Client, do: str = "set_field", **data: Any) -> Any:
    return client.post(reverse("bulk_select"), {"do": do, **data})


def selected() -> set[str]:
    ids = BulkAction.objects.latest("pk").rows.values("member_id")
    return set(Member.objects.filter(pk__in=ids).values_list("first_name", flat=True))


def board() -> Group:
    return create_group(Definition(name="Board", basis=Basis.RECORDS, record_ids=[]), actor=STAFF)


def test_ticked_rows_lead_to_the_question_with_their_count(staff: Client) -> None:
    ada, _ = person("Ada"), person("Ben")
    answer = select(staff, selected=[ada.pk])
    job = BulkAction.objects.get()
    assert answer["Location"] == reverse("bulk_action", args=[job.pk])
    assert selected() == {"Ada"}
    assert "For the 1 record that you selected." in staff.get(answer["Location"]).content.decode()


def test_rows_kept_from_other_pages_count_too(staff: Client) -> None:
    ada, ben, _ = person("Ada"), person("Ben"), person("Cora")
    select(staff, selected=[ada.pk], ids=f"{ben.pk},,x,-1,{9**30}")
    assert selected() == {"Ada", "Ben"}


def test_all_that_match_are_those_of_the_filter_but_for_the_unticked(staff: Client) -> None:
    person("Ada", status="current")
    ben = person("Ben", status="current")
    person("Cora", status="grace")
    select(staff, everything="1", query="status=current", selected=[ben.pk])
    assert selected() == {"Ada", "Ben"}
    select(staff, everything="1", query="status=current", ids=str(ben.pk))
    assert selected() == {"Ada"}


def test_nothing_ticked_is_said(staff: Client) -> None:
    answer = staff.post(reverse("bulk_select"), {"do": "deactivate", "query": "q=x"}, follow=True)
    assert "Nothing was selected." in answer.content.decode()
    assert answer.redirect_chain[0][0] == "/members/?q=x"


def test_a_field_is_chosen_then_its_value_then_it_is_done(staff: Client) -> None:
    ada = person("Ada")
    url = select(staff, selected=[ada.pk])["Location"]
    assert "Next" in staff.get(url).content.decode()
    page = staff.get(url, {"field": "status"}).content.decode()
    assert "Set Member Status of 1 record" in page
    answer = staff.post(url, {"field": "status", "asked": "status", "value": "grace"}, follow=True)
    assert "Set Member Status to “Grace”" in answer.content.decode()
    assert "data-poll" in answer.content.decode()
    background.work()
    page = staff.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "data-poll" not in page
    ada.refresh_from_db()
    assert ada.status == "grace"


def test_a_value_that_cannot_be_is_said_and_kept(staff: Client) -> None:
    url = select(staff, selected=[person().pk])["Location"]
    answer = staff.post(url, {"field": "expires", "asked": "expires", "value": "soon"})
    assert answer.status_code == 422
    assert "“soon” is not a date." in answer.content.decode()
    assert BulkAction.objects.get().state == Stage.PREPARING


def test_a_value_meant_for_another_field_is_not_taken(staff: Client) -> None:
    url = select(staff, selected=[person().pk])["Location"]
    answer = staff.post(url, {"field": "county", "asked": "notes", "value": "Great guy"})
    assert answer.status_code == 422
    assert "Now say the new value of County." in answer.content.decode()


def test_a_field_that_no_two_records_may_share_is_not_offered(staff: Client) -> None:
    url = select(staff, selected=[person().pk])["Location"]
    page = staff.get(url).content.decode()
    assert 'value="county"' in page
    for key in ("import_id", "account_email", "kind", "active"):
        assert f'value="{key}"' not in page


def test_who_was_left_out_is_listed_with_the_reason(staff: Client) -> None:
    acme = company()
    url = select(staff, selected=[acme.pk])["Location"]
    staff.post(url, {"field": "job_title", "asked": "job_title", "value": "VP"})
    background.work()
    page = staff.get(url).content.decode()
    assert "Job Title is for people only." in page
    assert reverse("member", args=[acme.pk]) in page


def test_deactivating_says_what_it_does_and_how_many(staff: Client) -> None:
    url = select(staff, "deactivate", selected=[person("Ada").pk, person("Ben").pk])["Location"]
    page = staff.get(url).content.decode()
    assert "Deactivate 2 records" in page
    assert "They leave every group" in page
    staff.post(url)
    background.work()
    assert not Member.objects.filter(active=True).exists()


def test_records_are_added_to_and_removed_from_a_group(staff: Client) -> None:
    group, ada, ben = board(), person("Ada"), person("Ben")
    url = select(staff, "add_to_group", everything="1")["Location"]
    assert "Add 2 records" in staff.get(url).content.decode()
    staff.post(url, {"group": group.pk})
    background.work()
    assert set(GroupRecord.objects.values_list("member", flat=True)) == {ada.pk, ben.pk}
    staff.post(select(staff, "remove_from_group", selected=[ada.pk])["Location"], {"group": group.pk})
    background.work()
    assert set(GroupRecord.objects.values_list("member", flat=True)) == {ben.pk}


def test_only_groups_of_specific_records_are_offered(staff: Client) -> None:
    create_group(Definition(name="By conditions"), actor=STAFF)
    url = select(staff, "add_to_group", selected=[person().pk])["Location"]
    page = staff.get(url).content.decode()
    assert "By conditions" not in page
    assert "No group is built on specific records yet." in page


def test_a_group_deleted_meanwhile_leaves_everybody_out(staff: Client) -> None:
    group = board()
    url = select(staff, "add_to_group", selected=[person().pk])["Location"]
    staff.post(url, {"group": group.pk})
    group.delete()
    background.work()
    assert "The group was deleted" in staff.get(url).content.decode()


def test_selected_rows_can_be_exported(staff: Client) -> None:
    answer = select(staff, "export", selected=[person().pk])
    assert answer["Location"] == f"{reverse('member_export')}?selection={BulkAction.objects.get().pk}"
    assert "Export 1 record" in staff.get(answer["Location"]).content.decode()


def test_an_action_can_be_stopped(staff: Client) -> None:
    url = select(staff, "deactivate", selected=[person().pk])["Location"]
    staff.post(url)
    answer = staff.post(f"{url}cancel/", follow=True)
    assert "What was done until then stays." in answer.content.decode()
    background.work()
    assert Member.objects.get().active


def test_the_bar_offers_what_the_person_may_do(staff: Client) -> None:
    person()
    page = staff.get(reverse("members")).content.decode()
    for words in ("Add to group", "Set field", "Deactivate", "Export"):
        assert words in page
    assert 'data-total="1"' in page


def test_one_record_left_out_and_a_page_full_cost_the_same_queries(staff: Client) -> None:
    counts = []
    for number in (1, 20):
        for _ in range(number):
            company()
        job = bulk.select(Member.objects.all(), verb="set_field", query="", actor=STAFF)
        bulk.start(job, options={"field": "job_title", "value": "VP"}, words="Set")
        background.work()
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                staff.get(reverse("bulk_action", args=[job.pk]))
        counts.append(len(queries))
    assert counts[0] == counts[1]
