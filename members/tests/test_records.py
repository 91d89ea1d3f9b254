from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from members.models import CompanyRole, FieldType, Member, RoleKind
from members.records import (
    EditConflictError,
    InvalidRecordError,
    create_member,
    create_members,
    deactivate,
    delete_members,
    move,
    reactivate,
    save_member,
    save_members,
    update_members,
)
from members.roles import set_roles
from members.signals import members_changed
from members.storing import CHUNK
from members.tests.builders import STAFF, announcements, audited, company, custom_field, person
from novi_ams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_creating_writes_the_record_one_audit_line_and_one_announcement() -> None:
    with announcements() as heard:
        ada = person(email=" Ada@Example.org ")
    assert Member.objects.get().email == "Ada@Example.org"
    assert audited(ada) == [("Created", "", "", "")]
    assert heard == [{"member_ids": [ada.pk], "former_email_keys": [], "deleted": False, "background": False}]


def test_editing_audits_before_and_after_of_each_field_by_its_label() -> None:
    custom_field("Certification Expires", FieldType.DATE)
    acme = company("Acme Steel")
    ada = person(status="Current", email="ada@example.org", custom={"certification_expires": "1/2/2026"})
    save_member(
        ada,
        {
            "status": "Expired",
            "email": "",
            "custom.certification_expires": "2027-03-04",
            "do_not_send": True,
            "parent": acme,
            "first_name": "Ada",
        },
        actor=STAFF,
    )
    assert set(audited(ada)[1:]) == {
        ("Edited", "Member Status", "Current", "Expired"),
        ("Edited", "Email", "ada@example.org", ""),
        ("Edited", "Certification Expires", "2026-01-02", "2027-03-04"),
        ("Edited", "Do Not Send Marketing Emails", "No", "Yes"),
        ("Edited", "Parent", "", "Acme Steel"),
    }
    assert set(AuditEntry.objects.values_list("actor_name", flat=True)) == {"Grace Hopper"}


def test_an_edit_is_announced_once_with_the_address_that_was_left() -> None:
    ada = person(email="ada@example.org")
    with announcements() as heard:
        save_member(ada, {"email": "countess@example.org", "status": "Grace"}, actor=STAFF)
    assert [(said["member_ids"], said["former_email_keys"]) for said in heard] == [
        ([ada.pk], ["ada@example.org"])
    ]


def test_a_change_of_case_alone_leaves_no_address() -> None:
    ada = person(email="ada@example.org")
    with announcements() as heard:
        save_member(ada, {"email": "Ada@Example.org"}, actor=STAFF)
    assert heard[0]["former_email_keys"] == []


def test_saving_without_a_change_writes_and_says_nothing() -> None:
    ada = person(email="ada@example.org", expires="2027-01-01")
    before = Member.objects.get(pk=ada.pk)
    with announcements() as heard:
        after = save_member(
            ada,
            {"email": " ada@example.org", "expires": "1/1/2027", "phone": "", "parent": None},
            actor=STAFF,
        )
    assert (after.version, after.updated_at) == (1, before.updated_at)
    assert heard == []
    assert len(audited(ada)) == 1


def test_the_announcement_comes_inside_the_transaction_after_the_row() -> None:
    seen: list[Any] = []

    def receiver(member_ids: list[int], **said: Any) -> None:
        seen.append((connection.in_atomic_block, Member.objects.get(pk=member_ids[0]).status))

    ada = person()
    members_changed.connect(receiver)
    try:
        save_member(ada, {"status": "Grace"}, actor=STAFF)
    finally:
        members_changed.disconnect(receiver)
    assert seen == [(True, "grace")]


def test_a_failing_receiver_undoes_everything() -> None:
    def receiver(**said: Any) -> None:
        raise RuntimeError("no room for a mark")

    ada = person()
    members_changed.connect(receiver)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            save_member(ada, {"status": "Grace"}, actor=STAFF)
    finally:
        members_changed.disconnect(receiver)
    assert Member.objects.get().status == "non_member"
    assert len(audited(ada)) == 1


def test_an_edit_of_what_somebody_else_saved_meanwhile_is_refused_and_loses_nothing() -> None:
    ada = person()
    save_member(ada, {"phone": "614-555-0100"}, actor=STAFF, expected_version=ada.version)
    with pytest.raises(EditConflictError, match="Ada Lovelace was changed by somebody else") as caught:
        save_member(ada, {"phone": "614-555-0199"}, actor=STAFF, expected_version=ada.version)
    assert caught.value.member.phone == "614-555-0100"
    assert Member.objects.get().phone == "614-555-0100"


def test_a_record_that_was_deleted_meanwhile_cannot_be_saved() -> None:
    ada = person()
    delete_members([ada.pk], actor=STAFF)
    with pytest.raises(Member.DoesNotExist):
        save_member(ada, {"phone": "614-555-0100"}, actor=STAFF)


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"kind": "company"}, {"name": "A company needs a name."}),
        ({"kind": "person"}, {"first_name": "A person needs a first name, a last name or an email."}),
        ({"name": "Acme"}, {"kind": "Choose whether this is a company or a person."}),
        (
            {"kind": "company", "name": "Acme", "first_name": "Ada"},
            {"first_name": "First Name is for people only. Leave it blank."},
        ),
        (
            {"kind": "person", "email": "a@b.org", "name": "Acme"},
            {"name": "Name is for companies only. Leave it blank."},
        ),
        (
            {"kind": "company", "name": "Acme", "expires": "soon", "parent": 999},
            {"expires": "“soon” is not a date. Write it like 2026-01-31 or 1/31/2026."},
        ),
        (
            {"kind": "company", "name": "Acme", "parent": 999},
            {"parent": "The chosen parent does not exist any more. Choose another."},
        ),
        (
            {"kind": "company", "name": "Acme", "custom.gone": "x"},
            {"custom.gone": "There is no such field any more. Reload the page."},
        ),
        ({"kind": "company", "name": "Acme", "status": ""}, {"status": "Member Status is required."}),
    ],
)
def test_an_invalid_record_says_what_is_wrong_by_field(
    values: dict[str, Any], problems: dict[str, str]
) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        create_member(values, actor=STAFF)
    assert caught.value.problems == problems
    assert not Member.objects.exists()
    assert not AuditEntry.objects.exists()


def test_an_email_is_enough_of_a_name_and_even_a_bad_one_is_kept() -> None:
    assert person("", "", email="office..acme@example.org").display_name == "office..acme@example.org"


def test_a_required_custom_field_is_owed_by_new_records_and_kept_by_old_ones() -> None:
    ada = person()
    custom_field("Union Local", required=True)
    with pytest.raises(InvalidRecordError, match="Union Local is required"):
        person("Bob")
    assert save_member(ada, {"status": "Grace"}, actor=STAFF).status == "grace"
    ada = save_member(ada, {"custom.union_local": "9"}, actor=STAFF)
    with pytest.raises(InvalidRecordError, match="Union Local is required"):
        save_member(ada, {"custom.union_local": ""}, actor=STAFF)


def test_an_import_id_is_unique_and_a_record_may_keep_its_own() -> None:
    ada = person(import_id="17")
    save_member(ada, {"import_id": "17", "phone": "1"}, actor=STAFF)
    with pytest.raises(InvalidRecordError, match="Another record has the Import ID “17”"):
        person("Bob", import_id="17")
    person("Blank"), person("Blank too")


def test_a_blank_value_of_a_custom_field_is_an_absent_key() -> None:
    custom_field("Certified", FieldType.CHECKBOX)
    custom_field("Headcount", FieldType.NUMBER)
    ada = person(custom={"certified": "yes", "headcount": "12"})
    assert ada.custom == {"certified": True, "headcount": 12}
    assert save_member(ada, {"custom.certified": "no", "custom.headcount": ""}, actor=STAFF).custom == {}


def test_converting_a_company_that_has_sub_companies_is_refused() -> None:
    acme = company()
    company("Acme Rail", parent=acme)
    with pytest.raises(InvalidRecordError, match="It has sub companies"):
        save_member(acme, {"kind": "person", "name": "", "last_name": "Acme"}, actor=STAFF)


def test_converting_a_record_moves_its_name() -> None:
    acme = company("Acme")
    after = save_member(acme, {"kind": "person", "name": "", "last_name": "Acme"}, actor=STAFF)
    assert (after.display_name, after.name) == ("Acme", "")
    with pytest.raises(InvalidRecordError, match="Last Name is for people only"):
        save_member(after, {"kind": "company", "name": "Acme"}, actor=STAFF)


def rows(count: int, **values: Any) -> Iterator[dict[str, Any]]:
    return (
        {"kind": "person", "last_name": f"Nr {number}", "email": f"n{number}@example.org"} | values
        for number in range(count)
    )


def test_creating_many_announces_and_commits_by_chunk() -> None:
    sizes: list[int] = []
    with announcements() as heard:
        outcome = create_members(
            rows(CHUNK + 3), actor=STAFF, on_chunk=lambda done: sizes.append(len(done.written))
        )
    assert sizes == [CHUNK, 3]
    assert [(len(said["member_ids"]), said["background"]) for said in heard] == [(CHUNK, True), (3, True)]
    assert outcome.written[CHUNK + 2] == Member.objects.get(last_name=f"Nr {CHUNK + 2}").pk
    assert AuditEntry.objects.filter(component="member", action="Created").count() == CHUNK + 3


def test_what_is_invalid_in_a_stream_is_left_out_with_its_reason() -> None:
    person("Ada", import_id="taken")
    outcome = create_members(
        [
            {"kind": "person", "last_name": "Good"},
            {"kind": "person"},
            {"kind": "person", "last_name": "Clash", "import_id": "taken"},
            {"kind": "person", "last_name": "Twin", "import_id": "same"},
            {"kind": "person", "last_name": "Twin", "import_id": "same"},
        ],
        actor=STAFF,
    )
    assert list(outcome.written) == [0]
    assert {refusal.row: next(iter(refusal.problems)) for refusal in outcome.refused} == {
        1: "first_name",
        2: "import_id",
        3: "import_id",
        4: "import_id",
    }


def test_saving_many_counts_changed_unchanged_and_refused() -> None:
    ada, bob = person("Ada"), person("Bob")
    with announcements() as heard:
        outcome = save_members(
            [(ada.pk, {"status": "Grace"}), (bob.pk, {"first_name": "Bob"}), (10**9, {"phone": "1"})],
            actor=STAFF,
        )
    assert (outcome.written, outcome.unchanged, [refusal.row for refusal in outcome.refused]) == (
        {0: ada.pk},
        1,
        [2],
    )
    assert [said["member_ids"] for said in heard] == [[ada.pk]]
    assert audited(bob) == [("Created", "", "", "")]


def test_two_rows_about_one_record_add_up() -> None:
    ada = person(phone="1")
    outcome = save_members([(ada.pk, {"phone": "2"}), (ada.pk, {"phone": "3", "fax": "4"})], actor=STAFF)
    after = Member.objects.get()
    assert (after.phone, after.fax, after.version) == ("3", "4", 2)
    assert outcome.written == {0: ada.pk, 1: ada.pk}
    assert ("Edited", "Phone", "1", "3") in audited(ada)


def test_the_same_change_for_a_queryset_reaches_what_it_held_at_the_start() -> None:
    for number in range(3):
        person(f"Ada {number}", status="Current")
    with announcements() as heard:
        outcome = update_members(
            Member.objects.filter(status="current"), actor=STAFF, changes={"status": "Expired"}
        )
    assert len(outcome.written) == 3
    assert set(Member.objects.values_list("status", "version")) == {("expired", 2)}
    assert len(heard) == 1


@pytest.mark.parametrize("size", [20, 200])
def test_the_queries_of_a_chunk_do_not_grow_with_it(size: int) -> None:
    acme = company()
    create_members(rows(size, parent=acme.pk), actor=STAFF)
    ids = list(Member.objects.filter(kind="person").values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as queries:
        save_members([(pk, {"status": "Grace", "parent": None}) for pk in ids], actor=STAFF)
    inserts = [query for query in queries if query["sql"].startswith("INSERT")]
    # SQLite takes 999 parameters a statement, so the number of INSERTs follows the size there.
    assert len(queries) - len(inserts) <= 12


def test_deactivating_takes_company_roles_and_announces_once_with_the_companies() -> None:
    acme = company()
    ada = person(parent=acme)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    with announcements() as heard:
        deactivate([ada.pk], actor=STAFF)
    assert not Member.objects.get(pk=ada.pk).active
    assert not CompanyRole.objects.exists()
    assert [sorted(said["member_ids"]) for said in heard] == [[acme.pk, ada.pk]]
    assert ("Edited", "Primary Contact", "Ada Lovelace", "") in audited(acme)
    assert ("Deactivated", "Active", "Yes", "No") in audited(ada)


def test_reactivating_brings_no_role_back() -> None:
    acme = company()
    ada = person(parent=acme)
    set_roles(acme, {RoleKind.BILLING_CONTACT: [ada.pk]}, actor=STAFF)
    deactivate([ada.pk], actor=STAFF)
    outcome = reactivate([ada.pk, acme.pk], actor=STAFF)
    assert list(outcome.written.values()) == [ada.pk]
    assert not CompanyRole.objects.exists()


def test_a_deleted_record_is_announced_while_its_children_still_are_its_children() -> None:
    acme = company(email="office@example.org")
    ada = person(parent=acme)
    children: list[int] = []

    def receiver(member_ids: list[int], **said: Any) -> None:
        children.extend(Member.objects.filter(parent_id__in=member_ids).values_list("pk", flat=True))

    members_changed.connect(receiver)
    try:
        with announcements() as heard:
            assert delete_members([acme.pk], actor=STAFF) == 1
    finally:
        members_changed.disconnect(receiver)
    assert children == [ada.pk]
    assert [(said["deleted"], said["former_email_keys"]) for said in heard] == [
        (True, ["office@example.org"])
    ]
    assert (Member.objects.get().parent, Member.objects.get().version) == (None, 2)
    assert audited(acme)[-1] == ("Deleted", "", "", "")
    assert audited(ada)[-1] == ("Edited", "Parent", "Acme Steel", "")


def test_moving_keeps_company_roles() -> None:
    acme, other = company("Acme"), company("Other")
    ada = person(parent=acme)
    set_roles(acme, {RoleKind.MANAGEMENT_ACCESS: [ada.pk]}, actor=STAFF)
    move(ada, other, actor=STAFF)
    assert CompanyRole.objects.get().company == acme
    assert ("Moved", "Parent", "Acme", "Other") in audited(ada)
