"""Signing in and out: generic errors, lock-out, what is remembered and what is audited."""

import re
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from novi_ams.association.models import User
from novi_ams.association.signing_in import REMEMBERED_SECONDS
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.tests.mailed import mailed
from novi_ams.tests.people import association_admin, client_of, person

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
LOGIN = "/login/"


@pytest.fixture
def margaret() -> User:
    return association_admin(email="margaret@example.org", password=PASSWORD)


def attempt(client: Client, **values: str) -> Any:
    return client.post(LOGIN, {"username": "margaret@example.org", "password": PASSWORD, **values})


def test_the_right_password_leads_home_and_is_audited(client: Client, margaret: User) -> None:
    assert attempt(client)["Location"] == reverse("home")
    entry = AuditEntry.objects.get(component=Component.SIGN_IN)
    assert (entry.actor_id, entry.action) == (margaret.pk, "signed in")


def test_the_email_is_taken_whatever_its_case(client: Client, margaret: User) -> None:
    assert attempt(client, username="MARGARET@example.org").status_code == 302


def test_a_wrong_password_and_an_unknown_email_are_answered_alike(client: Client, margaret: User) -> None:
    known = attempt(client, password="wrong").content.decode()
    unknown = attempt(client, username="nobody@example.org", password="wrong").content.decode()
    words = "Email and password do not go together. Try again, or reset the password."
    assert words in known
    assert words in unknown


def test_somebody_switched_off_is_told_no_more(client: Client) -> None:
    person(email="margaret@example.org", password=PASSWORD, is_active=False)
    assert "do not go together" in attempt(client).content.decode()


def test_after_eight_wrong_passwords_the_door_is_closed_for_a_while(client: Client, margaret: User) -> None:
    for _ in range(8):
        answer = attempt(client, password="wrong")
    assert answer.status_code == 429
    assert "Try again in 15 min" in answer.content.decode()
    assert attempt(client).status_code == 429


def test_other_spellings_of_the_address_give_no_further_attempts(client: Client, margaret: User) -> None:
    for spelling in (
        "margaret@example.org",
        "Margaret@example.org",
        "MARGARET@EXAMPLE.ORG",
        " margaret@example.org",
    ):
        attempt(client, username=spelling, password="wrong")
        answer = attempt(client, username=spelling, password="wrong")
    assert answer.status_code == 429


def test_a_lock_out_closes_the_door_for_one_address_only(client: Client, margaret: User) -> None:
    for _ in range(8):
        attempt(client, username="jacob@example.org", password="wrong")
    assert attempt(client).status_code == 302


def test_nobody_is_led_to_another_site(client: Client, margaret: User) -> None:
    assert attempt(client, next="https://evil.example/")["Location"] == reverse("home")


def test_a_session_ends_with_the_browser_unless_it_is_to_be_kept(client: Client, margaret: User) -> None:
    attempt(client)
    assert client.session.get_expire_at_browser_close()
    attempt(client, remember="on")
    client.post("/logout/")
    attempt(client, remember="on")
    assert client.session.get_expiry_age() == REMEMBERED_SECONDS


def test_the_sign_in_page_shows_no_figures_of_the_association(client: Client) -> None:
    page = client.get(LOGIN).content.decode()
    assert "side-bar" not in page


def test_signing_out_takes_a_post_and_is_audited(margaret: User) -> None:
    client = client_of(margaret)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == LOGIN
    assert AuditEntry.objects.filter(action="signed out", actor=margaret).count() == 1


def test_signing_out_from_another_site_is_refused(margaret: User) -> None:
    assert client_of(margaret, enforce_csrf_checks=True).post("/logout/").status_code == 403


def test_the_password_can_be_changed(client: Client, margaret: User) -> None:
    attempt(client)
    answer = client.post(
        "/password/",
        {"old_password": PASSWORD, "new_password1": "another long one", "new_password2": "another long one"},
    )
    assert answer.status_code == 302
    margaret.refresh_from_db()
    assert margaret.check_password("another long one")


def test_a_forgotten_password_is_reset_by_mail(client: Client, margaret: User) -> None:
    client.post("/password/reset/", {"email": "margaret@example.org"})
    [sent] = mailed(1)
    link = re.search(r"http://testserver(/\S+)", str(sent.body))
    assert link
    form = client.get(link[1], follow=True)
    client.post(
        form.redirect_chain[-1][0],
        {"new_password1": "another long one", "new_password2": "another long one"},
    )
    margaret.refresh_from_db()
    assert margaret.check_password("another long one")


def test_resetting_tells_nobody_who_has_an_account(client: Client, margaret: User) -> None:
    known = client.post("/password/reset/", {"email": "margaret@example.org"})
    unknown = client.post("/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_nor_does_it_take_longer_for_who_has_one(
    client: Client, margaret: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go = Event()
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda self: may_go.wait(10))
    answer = client.post("/password/reset/", {"email": "margaret@example.org"})
    assert answer.status_code == 302, "while the mail server still takes its time"
    may_go.set()


def sign_ins() -> list[tuple[str, str]]:
    """(who, what), oldest first."""
    entries = AuditEntry.objects.filter(component=Component.SIGN_IN).order_by("id")
    return list(entries.values_list("actor_name", "action"))


def everything_recorded() -> str:
    return str(list(AuditEntry.objects.values_list("actor_name", "item_name", "action", "before", "after")))


def test_a_failed_sign_in_is_audited_without_the_password(client: Client, margaret: User) -> None:
    attempt(client, password="a secret guess")
    assert sign_ins() == [("margaret@example.org", "failed to sign in")]
    assert AuditEntry.objects.get().item_id == str(margaret.pk)
    assert "a secret guess" not in everything_recorded()


def test_a_password_in_the_wrong_field_is_not_kept(client: Client) -> None:
    attempt(client, username="my secret words", password="x")
    assert sign_ins() == [("Somebody", "failed to sign in")]
    assert "secret" not in everything_recorded()


def test_an_unknown_address_is_audited_as_it_was_typed(client: Client) -> None:
    attempt(client, username="Nobody@example.org", password="x")
    assert sign_ins() == [("nobody@example.org", "failed to sign in")]


def test_a_lock_out_is_one_line_however_often_somebody_knocks(client: Client, margaret: User) -> None:
    for _ in range(12):
        attempt(client, password="wrong")
    assert [action for _, action in sign_ins()] == ["failed to sign in"] * 7 + [
        "was locked out for a while after too many failures"
    ]


def test_changed_passwords_are_audited(margaret: User) -> None:
    client_of(margaret).post(
        "/password/",
        {"old_password": PASSWORD, "new_password1": "another long one", "new_password2": "another long one"},
    )
    assert sign_ins()[-1] == ("Margaret Olsen", "changed the password")
    assert "another long one" not in everything_recorded()


def test_a_session_is_over_after_twelve_hours(margaret: User) -> None:
    with time_machine.travel(datetime(2026, 11, 19, 8, tzinfo=UTC)):
        client = Client()
        attempt(client)
        assert client.get("/").status_code == 200
    with time_machine.travel(datetime(2026, 11, 19, 20, 1, tzinfo=UTC)):
        assert client.get("/").status_code == 302
