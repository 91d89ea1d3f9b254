"""What becomes of a file's rows."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import background
from members.imports import is_running
from members.imports.columns import InvalidMappingError
from members.imports.reading import Encoding
from members.imports.running import WrongStageError, cancel, check, start
from members.imports.uploading import upload
from members.jobs import Import, ImportRow, MatchBy, Stage
from members.many_rows import update_many
from members.models import CompanyRole, FieldType, Member, RoleKind
from members.roles import set_roles
from members.tests.builders import (
    STAFF,
    announcements,
    audited,
    company,
    custom_field,
    divisions,
    member_type,
    person,
)
from members.tests.importing import checked, counts, csv_text, imported, outcomes, reasons, uploaded
from novi_ams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

FILE = """Import ID,Record Type,Name,First Name,Last Name,Email,Parent Import ID
p1,Person,,Ada,Lovelace,ada@example.org,c1
c1,Company,Acme Steel,,,office@example.org,
p2,Person,,Ben,Ito,ben@example.org,c2
c2,Company,Acme Roofing,,,,c1
"""


def test_a_file_makes_records_and_parents_may_come_after_their_children() -> None:
    job = imported(FILE)
    assert (job.state, counts(job)) == (Stage.DONE, (4, 0, 0, 0))
    parents = dict(Member.objects.values_list("import_id", "parent__import_id"))
    assert parents == {"p1": "c1", "c1": None, "p2": "c2", "c2": "c1"}


def test_the_same_file_again_changes_nothing() -> None:
    imported(FILE)
    before = list(Member.objects.order_by("pk").values())
    with announcements() as heard:
        job = imported(FILE)
    assert counts(job) == (0, 0, 4, 0)
    assert list(Member.objects.order_by("pk").values()) == before
    assert heard == []


def test_a_check_writes_no_record_and_tells_nobody() -> None:
    with announcements() as heard:
        job = checked(FILE)
    assert (job.state, counts(job)) == (Stage.READY, (4, 0, 0, 0))
    assert not Member.objects.exists()
    assert heard == []


def test_the_check_shows_what_changes_before_and_after() -> None:
    person(import_id="p1", job_title="Director", email="ada@example.org")
    job = checked("Import ID,Job Title,Phone\np1,Vice President,614\n")
    row = job.rows.get()
    assert (row.outcome, row.name, row.email) == ("update", "Ada Lovelace", "ada@example.org")
    assert row.details == [["Job Title", "Director", "Vice President"], ["Phone", "", "614"]]


def test_an_error_names_line_column_value_and_reason_and_the_rest_is_imported() -> None:
    custom_field("Certification Expires", FieldType.DATE)
    job = imported("Email,Last Name,Certification Expires\na@x.org,A,13/40/2027\nb@x.org,B,12/31/2027\n")
    row = job.rows.get(outcome="error")
    assert row.line == 2
    assert [tuple(one) for one in row.details] == [
        (
            "Certification Expires",
            "13/40/2027",
            "“13/40/2027” is not a date. Write it like 2026-01-31 or 1/31/2026.",
        )
    ]
    assert Member.objects.get().last_name == "B"


def test_a_record_is_found_by_import_id_before_email() -> None:
    ada = person(import_id="p1", email="old@example.org")
    person("Ben", "Ito", email="new@example.org")
    imported("Import ID,Email\np1,new@example.org\n")
    ada.refresh_from_db()
    assert ada.email == "new@example.org"
    assert Member.objects.count() == 2


def test_a_record_found_by_email_gets_the_import_id() -> None:
    ada = person(email="Ada@Example.org")
    imported("Import ID,Email\np1,ada@example.ORG\n")
    ada.refresh_from_db()
    assert (ada.import_id, ada.email) == ("p1", "ada@example.ORG")


def test_an_email_of_a_record_with_another_import_id_is_another_record() -> None:
    person(import_id="p1", email="office@example.org")
    job = imported("Import ID,First Name,Email\np2,Ben,office@example.org\n")
    assert counts(job) == (1, 0, 0, 0)


def test_a_shared_email_is_told_apart_by_kind_and_name() -> None:
    company(email="office@example.org")
    person("Ada", "Lovelace", email="office@example.org")
    ben = person("Ben", "Ito", email="office@example.org")
    job = imported("Record Type,First Name,Last Name,Email,Phone\nPerson,Ben,Ito,office@example.org,614\n")
    ben.refresh_from_db()
    assert (counts(job), ben.phone) == ((0, 1, 0, 0), "614")


def test_a_shared_email_that_nothing_tells_apart_is_an_error() -> None:
    person("Ada", "Lovelace", email="office@example.org")
    person("Ben", "Ito", email="office@example.org")
    job = checked("Email,Phone\noffice@example.org,614\n")
    assert "2 records have this email" in reasons(job)[2]


@pytest.mark.parametrize(
    ("match_by", "reason"),
    [
        (MatchBy.EITHER, "neither an Import ID nor an email"),
        (MatchBy.IMPORT_ID, "no Import ID"),
        (MatchBy.EMAIL, "no email"),
    ],
)
def test_a_row_that_says_nothing_to_match_is_an_error(match_by: MatchBy, reason: str) -> None:
    job = checked("Import ID,Email,Last Name\n,,Lovelace\n", match_by=match_by)
    assert reason in reasons(job)[2]


def test_matching_by_email_alone_looks_at_no_import_id() -> None:
    ada = person(import_id="p1", email="ada@example.org")
    imported("Import ID,Email,Phone\np9,ada@example.org,614\n", match_by=MatchBy.EMAIL)
    ada.refresh_from_db()
    assert (ada.import_id, ada.phone) == ("p9", "614")


def test_of_two_rows_about_one_record_only_the_first_counts() -> None:
    job = checked("Import ID,Email,Last Name\np1,a@x.org,A\np1,b@x.org,B\n,c@x.org,C\n,c@x.org,C\n")
    assert outcomes(job) == {2: "create", 3: "error", 4: "create", 5: "error"}
    assert reasons(job)[3] == "Line 2 is about the same record. Only that one counts."


def test_people_who_share_a_new_email_are_all_created_once() -> None:
    file = "Email,First Name\noffice@x.org,Ada\noffice@x.org,Ben\n"
    assert counts(imported(file)) == (2, 0, 0, 0)
    assert counts(imported(file)) == (0, 0, 2, 0)


def test_without_a_record_type_a_row_with_only_a_name_is_a_company() -> None:
    imported("Import ID,Name,Last Name\nc1,Acme,\np1,,Lovelace\n")
    assert dict(Member.objects.values_list("import_id", "kind")) == {"c1": "company", "p1": "person"}


def test_blank_cells_leave_values_as_they_are_or_clear_them_when_asked_to() -> None:
    acme = company(import_id="c9")
    person(import_id="p1", phone="614", parent=acme, status="current")
    file = "Import ID,Phone,Member Status,Parent Import ID\np1,,,\n"
    assert counts(imported(file)) == (0, 0, 1, 0)
    assert counts(imported(file, clears_blanks=True)) == (0, 1, 0, 0)
    ada = Member.objects.get(import_id="p1")
    assert (ada.phone, ada.status, ada.parent) == ("", "current", acme)


def test_a_formula_is_an_error_and_a_quoted_one_is_text() -> None:
    job = imported('Email,Notes\na@x.org,"=HYPERLINK(""x"")"\nb@x.org,\'=1+1\nc@x.org,+1 614\n')
    assert "formula" in reasons(job)[2]
    assert dict(Member.objects.values_list("email", "notes")) == {"b@x.org": "=1+1", "c@x.org": "+1 614"}


def test_a_row_with_too_many_cells_is_an_error() -> None:
    job = checked("Email,Phone\na@x.org,1,2\nb@x.org,1,\n")
    assert "3 cells and the file 2 columns" in reasons(job)[2]
    assert outcomes(job)[3] == "create"


def test_a_parent_nobody_has_is_an_error() -> None:
    job = checked("Import ID,Last Name,Parent Import ID\np1,A,c404\n")
    assert reasons(job) == {2: "No record and no row of this file has the Import ID “c404”."}


def test_who_stands_under_a_row_that_is_left_out_is_left_out_too() -> None:
    job = imported(
        "Import ID,Record Type,Name,Last Name,Parent Import ID\n"
        "p1,Person,,A,c2\nc2,Company,Sub,,c1\nc1,Company,,,\np2,Person,,B,\n"
    )
    assert outcomes(job) == {2: "error", 3: "error", 4: "error", 5: "create"}
    assert reasons(job)[3] == "Its parent, line 4 of this file, is left out."
    assert Member.objects.count() == 1


def test_parents_in_a_circle_are_an_error() -> None:
    job = imported("Import ID,Name,Parent Import ID\nc1,A,c2\nc2,B,c1\nc3,C,\n")
    assert outcomes(job) == {2: "error", 3: "error", 4: "create"}
    assert "circle" in reasons(job)[2]


def test_a_parent_refused_only_when_it_is_written_takes_its_children_along() -> None:
    job = checked("Import ID,Name,Last Name,User Account Email,Parent Import ID\nc1,A,,a@x.org,\np1,,B,,c1\n")
    assert counts(job) == (2, 0, 0, 0)
    person("Cora", account_email="a@x.org")
    Import.objects.update(newest_member=Member.objects.latest("pk").pk)
    start(Import.objects.get())
    background.work()
    assert outcomes(job) == {2: "error", 3: "error"}
    assert Member.objects.count() == 1


def test_unknown_choices_types_and_kinds_say_what_is_allowed() -> None:
    divisions("Commercial", "Heavy")
    member_type("Contractor")
    job = checked(
        "Email,Record Type,Division,Member Type,Member Status\n"
        "a@x.org,Robot,,,\nb@x.org,,Light,,\nc@x.org,,,Wizard,\nd@x.org,,,,Lapsed\n"
    )
    said = reasons(job)
    assert "“Robot” is not one of Company, Person." in said[2]
    assert "“Light” is not one of the options" in said[3]
    assert "“Wizard” is not one of" in said[4]
    assert "“Lapsed” is not one of Current" in said[5]


def test_a_required_field_without_a_column_is_named() -> None:
    custom_field("Union Local", FieldType.TEXT, required=True)
    job = checked("Email\na@x.org\n")
    assert [tuple(one) for one in job.rows.get().details] == [("Union Local", "", "Union Local is required.")]


def test_who_is_made_inactive_by_a_file_loses_company_roles() -> None:
    acme = company()
    ada = person(parent=acme, email="ada@example.org")
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    imported("Email,Active\nada@example.org,No\n")
    assert not Member.objects.get(pk=ada.pk).active
    assert not CompanyRole.objects.exists()


def test_the_log_holds_one_entry_with_the_counts_and_each_record_s_changes() -> None:
    ada = person(import_id="p1", phone="614")
    job = imported("Import ID,Last Name,Phone\np1,Lovelace,740\np2,Ito,1\np1,X,1\n")
    entry = AuditEntry.objects.get(component="import")
    assert (entry.item_id, entry.action, entry.actor_name) == (str(job.pk), "Imported", "Grace Hopper")
    assert entry.after == "1 created, 1 updated, 0 unchanged, 1 left out."
    assert audited(ada)[-1] == ("Edited by import", "Phone", "614", "740")
    assert AuditEntry.objects.filter(batch=job.batch).count() == 3


def test_a_chunk_of_new_records_is_announced_once() -> None:
    rows = [[f"p{number}", f"Person {number}"] for number in range(7)]
    with announcements() as heard:
        imported(csv_text([["Import ID", "Last Name"], *rows]))
    assert [(len(said["member_ids"]), said["background"]) for said in heard] == [(7, True)]


def chunks_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.imports.checking.CHUNK", 2)


def test_cancelling_halfway_leaves_whole_records_only(monkeypatch: pytest.MonkeyPatch) -> None:
    chunks_of_two(monkeypatch)
    rows = [[f"p{number}", f"Person {number}"] for number in range(6)]
    job = checked(csv_text([["Import ID", "Last Name"], *rows]))
    start(job)
    turns = iter([True])
    monkeypatch.setattr(
        "members.background.reset_queries", lambda: cancel(job) if next(turns, False) else None
    )
    background.work()
    job.refresh_from_db()
    assert (job.state, job.done) == (Stage.CANCELLED, 2)
    assert list(Member.objects.order_by("pk").values_list("import_id", flat=True)) == ["p0", "p1"]
    assert AuditEntry.objects.get(component="import").after.startswith("2 created")
    assert counts(imported(csv_text([["Import ID", "Last Name"], *rows]))) == (4, 0, 2, 0)


def test_a_worker_that_dies_between_chunks_loses_nothing_and_does_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chunks_of_two(monkeypatch)
    rows = [[f"e{number}@x.org", f"Person {number}"] for number in range(6)]
    job = checked(csv_text([["Email", "Last Name"], *rows]))
    start(job)
    deaths = iter([RuntimeError("killed")])

    def die() -> None:
        for death in deaths:
            raise death

    monkeypatch.setattr("members.background.reset_queries", die)
    with pytest.raises(RuntimeError):
        background.work()
    assert is_running()
    background.sweep()
    job.refresh_from_db()
    assert (job.state, job.done, Member.objects.count()) == (Stage.DONE, 6, 6)
    assert not is_running()


def test_a_worker_that_dies_within_a_chunk_leaves_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chunks_of_two(monkeypatch)
    rows = [[f"p{number}", f"Person {number}"] for number in range(6)]
    job = checked(csv_text([["Import ID", "Last Name"], *rows]))
    start(job)
    chunks = iter([update_many, None])

    def note_rows(*arguments: Any) -> None:
        note = next(chunks)
        if note is None:
            raise RuntimeError("killed")
        note(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("members.imports.writing.update_many", note_rows)
        with pytest.raises(RuntimeError):
            background.work()
    assert list(Member.objects.order_by("pk").values_list("import_id", flat=True)) == ["p0", "p1"]
    assert AuditEntry.objects.filter(component="member").values("item_id").distinct().count() == 2
    background.sweep()
    job.refresh_from_db()
    assert (job.state, job.done, Member.objects.count()) == (Stage.DONE, 6, 6)


def test_a_job_that_kills_every_worker_is_given_up_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    job = checked("Email\na@x.org\n")
    start(job)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("members.imports.running.write_chunk", fail)
    for _ in range(background.MOST_ATTEMPTS):
        with pytest.raises(RuntimeError):
            background.work()
    background.work()
    job.refresh_from_db()
    assert job.state == Stage.FAILED
    assert "stopped after several attempts" in job.error
    assert not is_running()


def test_records_made_since_the_check_have_the_file_checked_again() -> None:
    job = checked("Email,Phone\nada@example.org,614\n")
    person(email="ada@example.org")
    assert not start(job)
    background.work()
    job.refresh_from_db()
    assert (job.state, counts(job)) == (Stage.READY, (0, 1, 0, 0))


def test_a_stage_that_has_passed_cannot_be_asked_for_again() -> None:
    job = imported("Email\na@x.org\n")
    for again in (start, cancel):
        with pytest.raises(WrongStageError):
            again(job)
    with pytest.raises(WrongStageError):
        check(job, job.mapping, match_by=MatchBy.EITHER, clears_blanks=False)


def test_columns_are_guessed_by_name_and_remembered_from_the_last_file() -> None:
    divisions()
    job = uploaded("E-mail,DIVISION,Shoe size,Company,Parent Import ID\na@x.org,Heavy,9,Acme,c1\n")
    assert job.mapping == ["email", "custom.division", "", "", "parent"]
    check(job, ["email", "", "notes", "", ""], match_by=MatchBy.EITHER, clears_blanks=False)
    assert uploaded("Shoe Size,Division,E-mail\n9,Heavy,a@x.org\n").mapping == ["notes", "", "email"]


@pytest.mark.parametrize(
    ("mapping", "place", "reason"),
    [
        (["email", "email"], 1, "Another column goes to Email"),
        (["email", "gone"], 1, "no such field"),
        (["phone", ""], -1, "which column is Import ID or Email"),
    ],
)
def test_columns_that_make_no_sense_are_refused(mapping: list[str], place: int, reason: str) -> None:
    job = uploaded("A,B\n1,2\n")
    with pytest.raises(InvalidMappingError) as raised:
        check(job, mapping, match_by=MatchBy.EITHER, clears_blanks=False)
    assert reason in raised.value.problems[place]


def test_a_broken_file_leaves_nothing_behind() -> None:
    with pytest.raises(ValueError, match="line 3"):
        uploaded('Email,Notes\na@x.org,1\nb@x.org,"2\n')
    assert not Import.objects.exists()
    assert not ImportRow.objects.exists()


def test_an_encoding_that_was_chosen_wrongly_is_said() -> None:
    with pytest.raises(ValueError, match="not UTF-8 text"):
        upload(
            BytesIO("Email\nJosé\n".encode("cp1252")),
            name="a.csv",
            size=9,
            actor=STAFF,
            encoding=Encoding.UTF8,
        )
    assert not Import.objects.exists()


def test_checking_fifty_rows_costs_as_many_queries_as_checking_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.background.reset_queries", lambda: None)
    acme = company(import_id="c1")
    costs = []
    for many in (5, 50):
        rows = [[f"p{many}-{n}", f"Person {n}", f"p{n}@x.org", "c1"] for n in range(many)]
        job = uploaded(csv_text([["Import ID", "Last Name", "Email", "Parent Import ID"], *rows]))
        check(job, job.mapping, match_by=MatchBy.EITHER, clears_blanks=False)
        with CaptureQueriesContext(connection) as queries:
            background.work()
        costs.append(len(queries))
        assert counts(job) == (many, 0, 0, 0)
    assert costs[0] == costs[1]
    assert not acme.children.exists()
