"""Moments, names and changed values in words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from novi_ams.association import wording

NOW = datetime(2026, 11, 19, 14, 42, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_new_york() -> Iterator[None]:
    with timezone.override("America/New_York"):
        yield


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(minutes=59, seconds=40), "1 hour ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(hours=18), "yesterday, 3:42 PM"),
        (timedelta(days=7), "Nov 12"),
        (timedelta(days=365), "Nov 19, 2025"),
        (-timedelta(minutes=6), "in 6 min"),
        (-timedelta(hours=24), "tomorrow, 9:42 AM"),
    ],
)
def test_a_moment_is_told_from_now(ago: timedelta, words: str) -> None:
    assert wording.relative(NOW - ago, now=NOW) == words


def test_the_day_is_the_associations_not_that_of_utc() -> None:
    late_evening = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)
    assert wording.relative(late_evening, now=NOW).startswith("yesterday")


def test_the_absolute_moment_names_its_zone() -> None:
    assert wording.long_moment(NOW) == "Thursday, November 19, 2026, 9:42 AM EST"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Margaret Olsen", "MO"), ("Dana Marie Whitlock", "DW"), ("margaret@example.org", "M"), ("", "")],
)
def test_initials(name: str, letters: str) -> None:
    assert wording.initials(name) == letters


def test_only_the_changed_items_of_a_list_are_marked() -> None:
    before, after = wording.changed_parts("OSHA 30; Traffic control", "OSHA 30; Traffic control; Silica")
    assert before == [("OSHA 30", False), ("Traffic control", False)]
    assert after == [("OSHA 30", False), ("Traffic control", False), ("Silica", True)]


def test_a_single_value_changed_as_a_whole() -> None:
    assert wording.changed_parts("Director", "President") == ([("Director", True)], [("President", True)])


def test_numbers_start_a_sentence_as_words_up_to_nine() -> None:
    assert [wording.number_word(count) for count in (1, 9, 1204)] == ["One", "Nine", "1,204"]
