"""Adding and editing a group: what is saved, what is refused, and what the page says before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from groups import slots
from groups.definitions import change_group, definition_of
from groups.membership import recalculate_group
from groups.models import BeneficiaryKind, CalculationState, Category, Group
from groups.picked_records import picked_ids
from groups.preview import Preview
from groups.tests.cast import OHIO, calculated, company, define, every, person, row, some
from groups.tests.pages import by_hand, form, signed_in, text_of
from members.models import FieldType
from novi_ams.association.slots import Panel
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import AuditEntry, Component

pytestmark = pytest.mark.django_db
ADD = "/groups/add/"


@pytest.fixture(autouse=True)
def _no_room_above(monkeypatch: pytest.MonkeyPatch) -> None:
    for slot in (slots.save_preview, slots.status_lines, slots.delete_consequences):
        monkeypatch.setattr(slot, "_fillers", [])


def page_of(group: Group) -> str:
    return reverse("group", args=[group.pk])


def save_label(answer: Any) -> str:
    return str(answer.context["save_label"])


class TestAdding:
    def test_a_group_of_conditions_is_saved_and_calculated(self) -> None:
        answer = signed_in().post(ADD, form())
        made = Group.objects.get()
        assert answer.headers["Location"] == page_of(made)
        assert (made.name, made.conditions, made.state) == ("Ohio", every(OHIO), CalculationState.WAITING)

    def test_it_is_recorded_with_who_did_it(self) -> None:
        signed_in().post(ADD, form())
        entry = AuditEntry.objects.get(component=Component.GROUP)
        assert (entry.actor_name, entry.action) == ("Margaret Olsen", "Created")

    def test_nested_sets_and_beneficiaries_are_saved(self) -> None:
        nested = form(
            item=["row:r1:root", "set:s1:root", "row:r2:s1"],
            s1__match="any",
            r2__field="expires",
            r2__operator="in_next_days",
            r2__value="60",
            beneficiaries=["primary"],
        )
        signed_in().post(ADD, nested)
        made = Group.objects.get()
        assert made.conditions == every(OHIO, some(row("expires", "in_next_days", 60)))
        assert (made.beneficiaries, made.uses_today) == (["primary"], True)

    def test_a_group_of_picked_records_is_saved(self) -> None:
        ada, grace = person("Ada"), person("Grace")
        signed_in().post(ADD, by_hand(added=[ada.pk, grace.pk]))
        assert picked_ids(Group.objects.get()) == {ada.pk, grace.pk}

    def test_the_conditions_are_forgotten_where_records_are_picked(self) -> None:
        signed_in().post(ADD, form(basis="records", added=[person().pk]))
        assert Group.objects.get().conditions == {}

    def test_the_first_group_may_start_from_current_members(self) -> None:
        page = text_of(signed_in().get(ADD, {"start": "current"}))
        assert "Everyone whose Member Status is Current or Grace." in page

    def test_a_category_is_typed_and_offered_from_then_on(self) -> None:
        client = signed_in()
        client.post(ADD, form(category=" Newsletters "))
        client.post(ADD, form(category="newsletters"))
        assert [str(one.category) for one in Group.objects.all()] == ["Newsletters"] * 2
        assert '<option value="Newsletters">' in client.get(ADD).content.decode()

    def test_a_category_that_no_group_has_any_more_is_gone(self) -> None:
        made = calculated(OHIO)
        client = signed_in()
        client.post(page_of(made), form(category="Newsletters"))
        client.post(page_of(made), form(category="Regions"))
        assert list(Category.objects.values_list("name", flat=True)) == ["Regions"]


class TestRefused:
    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"name": " "}, "Give the group a name."),
            (
                {"r1__field": "expires", "r1__operator": "on", "r1__value": "13/40/2027"},
                "“13/40/2027” is not a date.",
            ),
            ({"r1__field": "", "r1__value": ""}, "Choose a field."),
            ({"r1__field": "custom.gone"}, "The field “gone” does not exist any more."),
            ({"r1__value": ""}, "Enter a value."),
            ({"item": ["set:s1:root"]}, "This set has no conditions."),
        ],
    )
    def test_each_mistake_is_named_and_nothing_is_saved(self, wrong: dict[str, Any], sentence: str) -> None:
        answer = signed_in().post(ADD, form(**wrong))
        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert not Group.objects.exists()

    def test_nothing_typed_is_lost(self) -> None:
        typed = form(name="", description="For the fair", r1__value="Ohio Valley", beneficiaries=["billing"])
        page = signed_in().post(ADD, typed).content.decode()
        assert 'value="For the fair"' in page
        assert 'value="Ohio Valley"' in page
        assert 'value="billing" checked' in page

    def test_a_wrong_date_stands_in_its_row_with_the_reason(self) -> None:
        page = (
            signed_in()
            .post(ADD, form(r1__field="expires", r1__operator="on", r1__value="soon"))
            .content.decode()
        )
        assert 'value="soon"' in page
        assert 'id="problem-r1"' in page

    def test_picked_records_stay_picked(self) -> None:
        ada = person("Ada")
        answer = signed_in().post(ADD, by_hand(name="", added=[ada.pk]))
        assert answer.status_code == 422
        assert f'name="added" value="{ada.pk}"' in answer.content.decode()


class TestEditing:
    def test_saving_without_a_change_starts_nothing(self) -> None:
        made = calculated(OHIO)
        answer = signed_in().post(page_of(made), form(), follow=True)
        made.refresh_from_db()
        assert "Nothing changed." in text_of(answer)
        assert made.state == CalculationState.IDLE

    def test_a_changed_condition_is_saved_and_calculated(self) -> None:
        made = calculated(OHIO)
        signed_in().post(page_of(made), form(r1__value="Texas"))
        made.refresh_from_db()
        assert made.conditions == every(row("billing_state", "is", "Texas"))
        assert made.state == CalculationState.WAITING

    def test_records_are_added_and_dropped(self) -> None:
        ada, grace = person("Ada"), person("Grace")
        made = calculated(name="Board", records=[ada])
        signed_in().post(page_of(made), by_hand(added=[grace.pk], dropped=[ada.pk]))
        assert picked_ids(made) == {grace.pk}

    def test_who_saved_in_between_is_not_overwritten_unseen(self) -> None:
        made, client = calculated(OHIO), signed_in()
        seen = client.get(page_of(made)).context["seen"]
        change_group(made, replace(definition_of(made), name="Theirs"), actor=Actor("Grace Hopper"))
        answer = client.post(page_of(made), form(name="Mine", seen=seen))
        made.refresh_from_db()
        assert (answer.status_code, made.name) == (409, "Theirs")
        words = text_of(answer)
        assert "Grace Hopper changed this group while you were editing it" in words
        assert "NameOhioTheirs" in words.replace(" ", "")
        assert 'value="Mine"' in answer.content.decode()

    def test_saving_again_after_that_puts_mine_over_theirs(self) -> None:
        made, client = calculated(OHIO), signed_in()
        seen = client.get(page_of(made)).context["seen"]
        change_group(made, replace(definition_of(made), name="Theirs"), actor=Actor("Grace Hopper"))
        again = client.post(page_of(made), form(name="Mine", seen=seen)).context["seen"]
        client.post(page_of(made), form(name="Mine", seen=again))
        made.refresh_from_db()
        assert made.name == "Mine"

    def test_a_calculation_in_between_is_no_conflict(self) -> None:
        made, client = calculated(OHIO), signed_in()
        seen = client.get(page_of(made)).context["seen"]
        recalculate_group(made.pk)
        assert client.post(page_of(made), form(name="Mine", seen=seen)).status_code == 302

    def test_a_condition_is_moved_without_script(self) -> None:
        two = form(item=["row:r1:root", "row:r2:root"], r2__field="email", r2__operator="blank", do="up:r2")
        rows = signed_in().post(ADD, two).context["rows"]
        assert [one.id for one in rows.items] == ["r2", "r1"]

    def test_a_failed_group_says_why_and_shows_the_lost_field(self) -> None:
        made = calculated(OHIO)
        gone = every(row("custom.old_name", "is", "x"))
        Group.objects.filter(pk=made.pk).update(
            conditions=gone, state=CalculationState.FAILED, error="It is gone."
        )
        words = text_of(signed_in().get(page_of(made)))
        assert "It is gone." in words
        assert "Deleted field “old name”" in words

    def test_a_group_that_is_calculated_looks_again(self) -> None:
        made = calculated(OHIO)
        client = signed_in()
        client.post(page_of(made), form(r1__value="Texas"))
        head = reverse("group_head", args=[made.pk])
        assert f'hx-get="{head}?tab=details"' in client.get(page_of(made)).content.decode()
        assert "Calculating." in text_of(client.get(head))


class TestWithoutScript:
    def test_a_button_of_the_builder_changes_the_page_and_saves_nothing(self) -> None:
        answer = signed_in().post(ADD, form(do="add-row:root"))
        assert answer.status_code == 200
        assert len(list(answer.context["rows"].rows())) == 2
        assert not Group.objects.exists()

    def test_enter_looks_and_saves_nothing(self) -> None:
        person(billing_state="Ohio")
        answer = signed_in().post(ADD, form(do="look"))
        assert answer.context["preview"].members == 1
        assert not Group.objects.exists()

    def test_a_found_record_is_picked(self) -> None:
        ada = person("Ada")
        client = signed_in()
        found = client.post(ADD, by_hand(who="ada", do="find"))
        assert f'value="pick:{ada.pk}"' in found.content.decode()
        picked = client.post(ADD, by_hand(who="ada", do=f"pick:{ada.pk}"))
        assert f'name="added" value="{ada.pk}"' in picked.content.decode()


class TestPreview:
    def test_it_counts_members_and_beneficiaries_and_shows_some(self) -> None:
        acme = company("Acme Steel", billing_state="Ohio")
        person("Grace", parent=acme, inherits_benefits=True)
        answer = signed_in().post("/groups/add/preview/", form(beneficiaries=["inheriting"]))
        words = text_of(answer)
        assert "2records match" in words
        assert "1 member and 1 beneficiary" in words
        assert "Acme Steel" in words

    def test_each_relationship_says_whom_it_would_bring(self) -> None:
        acme = company(billing_state="Ohio")
        for name in ("Grace", "Ada"):
            person(name, parent=acme, inherits_benefits=name == "Grace")
        found = signed_in().post("/groups/add/preview/", form()).context["relationships"]
        counts = {one.kind: one.count for one in found}
        assert counts[BeneficiaryKind.INHERITING] == 1
        assert counts[BeneficiaryKind.PEOPLE] == 2

    def test_the_button_names_what_saving_does(self) -> None:
        person("Ada", billing_state="Ohio")
        person("Grace", billing_state="Texas")
        made = calculated(OHIO)
        client = signed_in()
        url = reverse("group_preview", args=[made.pk])
        assert save_label(client.post(url, form())) == "Save"
        assert save_label(client.post(url, form(r1__value="Texas"))) == "Save: add 1, remove 1"
        assert save_label(client.post(url, form(r1__value="Utah"))) == "Save: remove 1"

    def test_what_is_unfinished_is_no_error_yet(self) -> None:
        answer = signed_in().post("/groups/add/preview/", form(name="", r1__value=""))
        assert "Finish the conditions to see who matches." in text_of(answer)
        assert "field-error" not in answer.content.decode()

    def test_a_name_is_not_needed_to_look(self) -> None:
        person(billing_state="Ohio")
        assert signed_in().post("/groups/add/preview/", form(name="")).context["preview"].members == 1

    def test_a_condition_on_today_says_so(self) -> None:
        relative = form(r1__field="expires", r1__operator="in_next_days", r1__value="60")
        assert "recalculated every night" in text_of(signed_in().post("/groups/add/preview/", relative))

    def test_picked_records_are_counted_as_they_stand_on_the_page(self) -> None:
        ada, grace, alan = person("Ada"), person("Grace"), person("Alan", active=False)
        made = calculated(name="Board", records=[ada])
        url = reverse("group_preview", args=[made.pk])
        answer = signed_in().post(url, by_hand(added=[grace.pk, alan.pk], dropped=[ada.pk]))
        assert save_label(answer) == "Save: add 1, remove 1"
        assert "2 records, picked by hand." in text_of(answer)

    def test_rooms_above_say_what_it_does_to_theirs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def effect(group: Group | None, preview: Preview) -> Panel:
            return Panel("components/note.html", {"text": f"{preview.joining} letters go out."})

        monkeypatch.setattr(slots.save_preview, "_fillers", [(1, effect)])
        person(billing_state="Ohio")
        assert "1 letters go out." in text_of(signed_in().post("/groups/add/preview/", form()))


class TestPiecesOfTheBuilder:
    def test_another_field_brings_its_operators_and_its_input(self) -> None:
        define("division", FieldType.OPTIONS, options=["Heavy", "Utility"])
        asked = {"row": "r1", "parent": "root", "field.r1": "custom.division", "operator.r1": "is"}
        page = signed_in().get("/groups/conditions/changed/", asked).content.decode()
        assert "includes any of" in page
        assert 'value="Utility"' in page

    def test_a_new_condition_belongs_to_its_set_and_takes_the_focus(self) -> None:
        page = signed_in().get("/groups/conditions/new/", {"parent": "s1"}).content.decode()
        assert ":s1" in page
        assert "autofocus" in page

    def test_an_id_that_is_no_id_is_not_echoed(self) -> None:
        asked = {"row": '"><script>', "parent": '"><script>'}
        assert "<script" not in signed_in().get("/groups/conditions/changed/", asked).content.decode()

    def test_a_set_that_would_be_too_deep_is_refused(self) -> None:
        client, url = signed_in(), "/groups/conditions/new-set/"
        assert client.get(url, {"parent": "s", "depth": "3"}).status_code == 200
        for depth in ("4", "x", ""):
            assert client.get(url, {"parent": "s", "depth": depth}).status_code == 400


class TestCopyingAndDeleting:
    def test_a_copy_is_a_group_of_its_own(self) -> None:
        made = calculated(OHIO)
        answer = signed_in().post(reverse("group_copy", args=[made.pk]), follow=True)
        copied = Group.objects.exclude(pk=made.pk).get()
        assert copied.conditions == made.conditions
        assert "This is “Copy of Ohio”. It syncs nowhere until you turn that on." in text_of(answer)

    def test_a_group_that_cannot_be_read_is_not_copied(self) -> None:
        made = calculated(OHIO)
        Group.objects.filter(pk=made.pk).update(conditions=every(row("custom.gone", "is", "x")))
        answer = signed_in().post(reverse("group_copy", args=[made.pk]), follow=True)
        assert "cannot be copied as it is" in text_of(answer)
        assert Group.objects.count() == 1

    def test_deleting_asks_first_and_names_what_goes_with_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person(billing_state="Ohio")
        made = calculated(OHIO)
        gone = slots.Consequence("Its list is deleted.", {"“Ohio”": "12 addresses"})
        monkeypatch.setattr(slots.delete_consequences, "_fillers", [(1, lambda group: gone)])
        words = text_of(signed_in().get(reverse("group_delete", args=[made.pk])))
        for said in (
            "Delete the group “Ohio”?",
            "Its list is deleted.",
            "“Ohio”: 12 addresses",
            "Delete group of 1",
        ):
            assert said in words
        assert Group.objects.exists()

    def test_a_confirmed_group_is_deleted(self) -> None:
        made = calculated(OHIO)
        answer = signed_in().post(reverse("group_delete", args=[made.pk]), follow=True)
        assert not Group.objects.exists()
        assert "“Ohio” is deleted." in text_of(answer)
