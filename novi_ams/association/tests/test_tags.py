"""Template tags and components as templates use them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from lucide import IconDoesNotExist

from novi_ams.association.looks import Look
from novi_ams.association.slots import Panel


def render(source: str, **context: Any) -> str:
    request = RequestFactory().get("/?q=dana&page=2")
    return Template("{% load novi %}" + source).render(RequestContext(request, context)).strip()


def test_every_status_has_an_icon_that_exists() -> None:
    for look in Look:
        assert "<svg" in render("{% icon look.icon %}", look=look.value), look


def test_an_icon_nobody_drew_is_an_error() -> None:
    with pytest.raises(IconDoesNotExist):
        render('{% icon "no-such-icon" %}')


def test_icons_are_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in render('{% icon "house" %}')
    assert 'aria-hidden="true"' in render('{% icon "filled-check" %}')


@time_machine.travel(datetime(2026, 11, 19, 14, 42, tzinfo=UTC))
def test_when_is_relative_with_the_absolute_time_on_hover() -> None:
    words = render("{% when moment %}", moment=datetime(2026, 11, 19, 14, 38, tzinfo=UTC))
    assert words == (
        '<time datetime="2026-11-19T14:38:00+00:00" title="Thursday, November 19, 2026, 2:38 PM UTC">4 min ago</time>'
    )


def test_when_of_no_moment_is_a_dash() -> None:
    assert render("{% when nothing %}", nothing=None) == "–"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('{% number 1204 "/x/" %}', '<a href="/x/">1,204</a>'),
        ('{% number 0 "/x/" %}', "0"),
        ("{% number nothing %}", "–"),
        ('{% counted 1 "person" "people" %}', "1 person"),
        ('{% counted 1204 "person" "people" %}', "1,204 people"),
        ('{% counted 2 "field" %}', "2 fields"),
    ],
)
def test_numbers(source: str, words: str) -> None:
    assert render(source, nothing=None) == words


def test_a_page_link_keeps_the_filters() -> None:
    assert render("{% page_link 3 %}") == "?q=dana&amp;page=3"


def test_a_diff_escapes_what_people_typed() -> None:
    shown = render("{% diff before after %}", before="<b>", after="")
    assert "&lt;b&gt;" in shown
    assert "blank" in shown


def test_a_panel_gets_its_own_context() -> None:
    piece = Panel("components/note.html", {"text": "Nothing is lost."})
    assert "Nothing is lost." in render("{% panel piece %}", piece=piece)


def test_a_progress_bar_takes_plain_numbers_though_people_read_separators() -> None:
    source = '{% include "components/progress.html" with label="Full sync" done=1204 total=1614 only %}'
    shown = render(source)
    assert "1,204 of 1,614" in shown
    assert 'max="1614" value="1204"' in shown


def test_a_button_with_an_address_is_a_link() -> None:
    shown = Template('{% include "components/button.html" with label="Edit" href="/x/" only %}').render(
        Context()
    )
    assert shown.startswith('<a class="btn" href="/x/"')


def test_a_badge_says_its_status_in_words_too() -> None:
    source = '{% include "components/badge.html" with status=status only %}'
    assert "Do Not Send" in render(source, status=Look.DO_NOT_SEND.value)


def test_other_words_keep_the_look() -> None:
    said = Look.SYNCED.value.saying("1,204 emails synced")
    assert (said.tone, said.icon, said.label) == ("good", "filled-check", "1,204 emails synced")
