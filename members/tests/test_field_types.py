from datetime import date, datetime

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from members.field_types import (
    Checkbox,
    Choice,
    Date,
    LongText,
    Number,
    Option,
    Options,
    Text,
    UnreadableValueError,
    ValueType,
)

DIVISIONS = ("Commercial", "Heavy & Highway", "Utility, Water", "Straße")
STATUS = Choice(pairs=(("current", "Current"), ("non_member", "Non-Member")))
PLAIN_NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.decimals(-99999, 99999, places=4).map(float)
DAYS = st.dates(date(1800, 1, 1), date(2199, 12, 31))
VALUES: list[tuple[ValueType, st.SearchStrategy[object]]] = [
    (Text(), st.text(max_size=255)),
    (LongText(), st.text(max_size=500)),
    (Number(), PLAIN_NUMBERS),
    (Date(), DAYS),
    (Checkbox(), st.booleans()),
    (Option(options=DIVISIONS), st.sampled_from(DIVISIONS)),
    (Options(options=DIVISIONS), st.lists(st.sampled_from(DIVISIONS))),
    (STATUS, st.sampled_from(["current", "Non-Member"])),
]
ids = [type(type_).__name__ for type_, _ in VALUES]


@pytest.mark.parametrize(("type_", "raws"), VALUES, ids=ids)
@given(data=st.data())
def test_parsing_a_parsed_value_changes_nothing(
    type_: ValueType, raws: st.SearchStrategy[object], data: st.DataObject
) -> None:
    value = type_.parse(data.draw(raws))
    assert type_.parse(value) == value


@pytest.mark.parametrize(("type_", "raws"), VALUES, ids=ids)
@given(data=st.data())
def test_what_screens_and_exports_show_reads_back(
    type_: ValueType, raws: st.SearchStrategy[object], data: st.DataObject
) -> None:
    value = type_.parse(data.draw(raws))
    assert type_.parse(type_.text(value)) == value


@pytest.mark.parametrize(("type_", "raws"), VALUES, ids=ids)
@given(data=st.data())
def test_what_is_stored_reads_back(
    type_: ValueType, raws: st.SearchStrategy[object], data: st.DataObject
) -> None:
    value = type_.parse(data.draw(raws))
    if value != type_.blank:
        assert type_.from_json(type_.to_json(value)) == value


@pytest.mark.parametrize(("type_", "raws"), VALUES, ids=ids)
def test_nothing_typed_is_blank(type_: ValueType, raws: st.SearchStrategy[object]) -> None:
    assert type_.parse("") == type_.parse("  ") == type_.parse(None) == type_.blank


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1200", 1200),
        ("1,200.50", 1200.5),
        ("$1,200", 1200),
        ("-0.10", -0.1),
        (" .5 ", 0.5),
        ("+7", 7),
        ("12.0", 12),
        ("−3", -3),
    ],
)
def test_numbers_are_read_as_people_and_spreadsheets_write_them(typed: str, value: float) -> None:
    assert Number().parse(typed) == value


@pytest.mark.parametrize(
    "typed", ["12,00", "1.2.3", "12 000", "twelve", "1e5", "nan", "Infinity", ".", "1" * 16]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableValueError, match=r"number|digits"):
        Number().parse(typed)


@pytest.mark.parametrize(
    ("value", "text"), [(1200, "1200"), (1200.5, "1200.5"), (1e-07, "0.0000001"), (0, "0"), (None, "")]
)
def test_numbers_are_sent_without_noise(value: float | None, text: str) -> None:
    assert Number().wire(value) == text


@pytest.mark.parametrize(
    "typed",
    [
        "2026-01-31",
        "1/31/2026",
        "01/31/26",
        "Jan 31, 2026",
        "January 31, 2026",
        "31-Jan-2026",
        "2026-01-31 00:00:00",
        "2026-01-31T14:05:09Z",
        "1/31/2026 2:05 PM",
    ],
)
def test_dates_are_read_as_people_and_spreadsheets_write_them(typed: str) -> None:
    assert Date().parse(typed) == date(2026, 1, 31)


@pytest.mark.parametrize("typed", ["31/1/2026", "2026-02-30", "soon", "1/1/0026", "20260131000"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableValueError, match=r"date|year"):
        Date().parse(typed)


def test_a_moment_is_its_day() -> None:
    assert Date().parse(datetime(2026, 1, 31, 23, 59)) == date(2026, 1, 31)  # noqa: DTZ001


def test_dates_are_iso_here_and_american_in_constant_contact() -> None:
    day = date(2026, 1, 31)
    assert (Date().text(day), Date().wire(day)) == ("2026-01-31", "01/31/2026")


@pytest.mark.parametrize(
    ("typed", "value"), [("Yes", True), ("TRUE", True), ("x", True), ("no", False), ("0", False)]
)
def test_checkboxes_are_read_from_words(typed: str, value: bool) -> None:
    assert Checkbox().parse(typed) is value


def test_a_checkbox_is_not_maybe() -> None:
    with pytest.raises(UnreadableValueError, match="neither Yes nor No"):
        Checkbox().parse("maybe")


@pytest.mark.parametrize(("value", "sent"), [(True, "Yes"), (False, "No"), (None, "")])
def test_checkboxes_are_sent_as_words(value: bool | None, sent: str) -> None:
    assert Checkbox().wire(value) == sent


def test_an_option_is_found_whatever_its_case() -> None:
    assert Option(options=DIVISIONS).parse(" STRASSE ") == "Straße"


def test_an_unknown_option_names_the_known_ones() -> None:
    with pytest.raises(UnreadableValueError, match="“Rail” is not one of the options: A, B"):
        Option(options=("A", "B")).parse("Rail")


def test_many_options_stand_in_the_order_of_the_definition_each_once() -> None:
    chosen = Options(options=DIVISIONS).parse("utility, water; Commercial;commercial;")
    assert chosen == ("Commercial", "Utility, Water")


def test_many_options_are_stored_so_that_one_can_be_asked_for_and_sent_joined() -> None:
    type_, chosen = Options(options=DIVISIONS), ("Commercial", "Utility, Water")
    assert type_.to_json(chosen) == ";Commercial;Utility, Water;"
    assert type_.wire(chosen) == "Commercial; Utility, Water"


def test_a_choice_is_stored_by_code_and_shown_by_label() -> None:
    assert STATUS.parse("non-member") == STATUS.parse("non_member") == "non_member"
    assert STATUS.wire("non_member") == "Non-Member"


def test_a_line_of_text_has_no_line_breaks_and_no_nul() -> None:
    assert Text().parse(" Suite 4\r\nRear\x00 ") == "Suite 4 Rear"


def test_long_text_keeps_its_lines() -> None:
    assert LongText().parse("one\r\ntwo\n") == "one\ntwo"


def test_text_that_is_too_long_says_how_long() -> None:
    with pytest.raises(UnreadableValueError, match="at most 3 characters; this has 4"):
        Text(max_length=3).parse("four")


class Certificate(forms.Form):
    expires = Date().form_field(label="Expires", required=False)
    divisions = Options(options=DIVISIONS).form_field(required=False)


def test_a_form_reads_through_the_type() -> None:
    form = Certificate({"expires": "1/31/2026", "divisions": ["Utility, Water"]})
    assert form.is_valid()
    assert form.cleaned_data == {"expires": date(2026, 1, 31), "divisions": ("Utility, Water",)}


def test_a_form_gives_back_what_cannot_be_read() -> None:
    form = Certificate({"expires": "soon"})
    assert form.errors["expires"] == ["“soon” is not a date. Write it like 2026-01-31 or 1/31/2026."]
    assert 'value="soon"' in str(form["expires"])


def test_a_form_shows_the_value_it_starts_from_and_sees_no_change_in_it() -> None:
    initial = {"expires": date(2026, 1, 31), "divisions": ("Commercial",)}
    form = Certificate({"expires": "2026-01-31", "divisions": ["Commercial"]}, initial=initial)
    assert 'value="2026-01-31"' in str(Certificate(initial=initial)["expires"])
    assert not form.has_changed()
