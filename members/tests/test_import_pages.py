"""The pages of an import."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import background
from members.jobs import Import, Stage
from members.models import Member
from members.tests.builders import person
from members.tests.importing import checked, csv_text, imported, uploaded
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def post_file(client: Client, data: bytes, name: str = "members.csv", **more: str) -> Any:
    return client.post(reverse("import_new"), {"file": SimpleUploadedFile(name, data), **more})


def test_a_file_goes_from_upload_to_records(staff: Client) -> None:
    answer = post_file(staff, b"Email;Last Name\nada@example.org;Lovelace\n")
    job = Import.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("import_columns", args=[job.pk]))
    page = staff.get(answer["Location"]).content.decode()
    assert "UTF-8 separated by semicolons" in page
    assert "ada@example.org" in page
    fields = {"column-0": "email", "column-1": "last_name", "match_by": "either"}
    assert staff.post(answer["Location"], fields)["Location"] == reverse("import", args=[job.pk])
    assert "Checking every row" in staff.get(reverse("import", args=[job.pk])).content.decode()
    background.work()
    assert "Import 1 row" in staff.get(reverse("import", args=[job.pk])).content.decode()
    assert not Member.objects.exists()
    staff.post(reverse("import_start", args=[job.pk]))
    background.work()
    page = staff.get(reverse("import", args=[job.pk])).content.decode()
    assert "Import finished" in page
    assert Member.objects.get().last_name == "Lovelace"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b"Email\n\x00\n", "NUL bytes"),
        (b"", "This file is empty"),
        (b"Email\n", "no rows below"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_on_the_page(staff: Client, data: bytes, said: str) -> None:
    answer = post_file(staff, data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Import.objects.exists()


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("members.imports.uploading.MOST_BYTES", 10)
    answer = post_file(staff, b"Email\nada@example.org\n")
    assert answer.status_code == 422
    assert "Split it into several files" in answer.content.decode()


def test_without_a_file_the_page_asks_for_one(staff: Client) -> None:
    answer = staff.post(reverse("import_new"))
    assert answer.status_code == 422
    assert "Choose a file first." in answer.content.decode()


def test_the_format_can_be_said(staff: Client) -> None:
    post_file(staff, "Email,Notes\na@x.org,José\n".encode("cp1252"), encoding="cp1252", delimiter=";")
    assert Import.objects.get().headers == ["Email,Notes"]


def test_three_values_of_each_column_are_shown(staff: Client) -> None:
    job = uploaded(csv_text([["Email", "Fax"], *[[f"p{n}@x.org", ""] for n in range(5)]]))
    page = staff.get(reverse("import_columns", args=[job.pk])).content.decode()
    assert [f"p{n}@x.org" in page for n in range(4)] == [True, True, True, False]
    assert "All blank" in page


def test_a_mapping_that_makes_no_sense_is_said_and_kept(staff: Client) -> None:
    job = uploaded("A,B\n1,2\n")
    url = reverse("import_columns", args=[job.pk])
    answer = staff.post(url, {"column-0": "phone", "column-1": "phone", "match_by": "import_id"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Another column goes to Phone already." in page
    assert "Say which column is Import ID" in page
    assert page.count('<option value="phone" selected>') == 2


def test_the_preview_shows_each_kind_of_row_and_can_be_narrowed(staff: Client) -> None:
    person("Ada", "Lovelace", import_id="p1", phone="614", job_title="Director")
    person("Cora", "Ito", import_id="p3", phone="1", job_title="")
    job = checked(
        "Import ID,Last Name,Phone,Job Title\np1,Lovelace,740,VP\np2,Ben,,\np3,Ito,1,\np4,X,1,=A1\n"
    )
    url = reverse("import", args=[job.pk])
    page = staff.get(url).content.decode()
    for words in ("<del>614</del>", "<ins>740</ins>", "and 1 more", "2 values", "formula", "Import 2 rows"):
        assert words in page
    assert "Nothing has been saved yet." in page
    rows = {show: len(staff.get(f"{url}?show={show}").context["lines"]) for show in ("update", "error", "")}
    assert rows == {"update": 1, "error": 1, "": 4}


def test_rows_that_were_left_out_can_be_downloaded_mended_and_imported(staff: Client) -> None:
    job = imported("Import ID,Last Name,Expires,Notes\np1,Ada,soon,+1\np2,Ben,2027-01-31,ok\n")
    text = b"".join(staff.get(reverse("import_errors", args=[job.pk]))).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert rows[0] == ["Import ID", "Last Name", "Expires", "Notes", "Line", "Reason"]
    assert rows[1][:5] == ["p1", "Ada", "soon", "'+1", "2"]
    assert "“soon” is not a date" in rows[1][5]
    imported(text.replace("soon", "2027-02-01"))
    assert Member.objects.get(import_id="p1").notes == "+1"


def test_a_page_under_work_polls_and_is_replaced_when_the_work_is_over(staff: Client) -> None:
    job = uploaded("Email\na@x.org\n")
    staff.post(reverse("import_columns", args=[job.pk]), {"column-0": "email", "match_by": "either"})
    url = reverse("import", args=[job.pk])
    assert "data-poll" in staff.get(url, headers=HTMX).content.decode()
    background.work()
    answer = staff.get(url, headers=HTMX | {"HX-Target": "import-progress"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


def test_an_upload_can_be_dropped_and_a_check_stopped(staff: Client) -> None:
    job = uploaded("Email\na@x.org\n")
    staff.post(reverse("import_columns", args=[job.pk]), {"column-0": "email", "match_by": "either"})
    staff.post(reverse("import_cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == Stage.PREPARING
    assert staff.post(reverse("import_cancel", args=[job.pk]))["Location"] == reverse("members")
    assert not Import.objects.exists()


def test_an_import_that_has_moved_on_is_shown_as_it_is(staff: Client) -> None:
    job = imported("Email\na@x.org\n")
    here = reverse("import", args=[job.pk])
    for name in ("import_start", "import_cancel"):
        assert staff.post(reverse(name, args=[job.pk]))["Location"] == here
    assert staff.get(reverse("import_columns", args=[job.pk]))["Location"] == here
    assert Member.objects.count() == 1


def test_names_from_files_cannot_become_markup(staff: Client) -> None:
    job = checked("Email,Last Name\na@x.org,<script>alert(1)</script>\n")
    assert "<script>alert" not in staff.get(reverse("import", args=[job.pk])).content.decode()


def test_one_row_and_a_page_full_cost_the_same_queries(staff: Client) -> None:
    small = checked("Email\na@x.org\n")
    large = checked(csv_text([["Email", "Fax"], *[[f"p{n}@x.org", "1"] for n in range(60)]]))
    counts = []
    for job in (small, small, large):
        with CaptureQueriesContext(connection) as queries:
            staff.get(reverse("import", args=[job.pk]))
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_recent_imports_are_listed(staff: Client) -> None:
    imported("Email\na@x.org\n")
    page = staff.get(reverse("import_new")).content.decode()
    assert "Recent imports" in page
    assert "members.csv" in page
