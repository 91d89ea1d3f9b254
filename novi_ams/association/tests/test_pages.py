"""Home, Association Settings, the components page, health: what they do and whom they refuse."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from novi_ams.association.models import Association, User
from novi_ams.association.views import greeting, summary
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.tests.people import association_admin, client_of, limited_admin, person, superuser

pytestmark = pytest.mark.django_db
SETTINGS = {"name": "Ohio Contractors", "time_zone": "America/Chicago", "digest_recipients": "a@example.org"}


@pytest.mark.parametrize("name", ["home", "association_settings", "audit_log", "audit_log_csv", "look"])
def test_a_stranger_is_sent_to_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("name", ["home", "association_settings", "audit_log", "audit_log_csv", "look"])
def test_somebody_without_a_role_is_refused(name: str) -> None:
    answer = client_of(person()).get(reverse(name))
    assert answer.status_code == 403
    assert "You do not have access to this page" in answer.content.decode()


@pytest.mark.parametrize("name", ["association_settings", "look"])
def test_a_limited_admin_is_refused(name: str) -> None:
    assert client_of(limited_admin()).get(reverse(name)).status_code == 403


def test_a_limited_admin_cannot_change_settings_either() -> None:
    answer = client_of(limited_admin()).post(reverse("association_settings"), SETTINGS)
    assert answer.status_code == 403
    assert Association.current().name == "My Association"


@pytest.mark.parametrize("name", ["home", "audit_log", "audit_log_csv", "look", "livez", "readyz"])
def test_pages_that_only_show_take_no_post(name: str) -> None:
    assert client_of(superuser()).post(reverse(name)).status_code == 405


def test_settings_without_the_csrf_token_are_refused() -> None:
    client = client_of(association_admin(), enforce_csrf_checks=True)
    answer = client.post(reverse("association_settings"), SETTINGS)
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


@pytest.mark.parametrize("make", [association_admin, limited_admin])
def test_both_roles_see_home_and_the_audit_log(make: Callable[[], User]) -> None:
    client = client_of(make())
    assert client.get(reverse("home")).status_code == 200
    assert client.get(reverse("audit_log")).status_code == 200


@pytest.mark.parametrize(
    ("hour", "words"), [(9, "morning"), (13, "afternoon"), (20, "evening"), (2, "evening")]
)
def test_the_greeting_follows_the_hour(hour: int, words: str) -> None:
    assert greeting(datetime(2026, 11, 19, hour), name="Margaret") == f"Good {words}, Margaret"  # noqa: DTZ001


def test_the_greeting_without_a_first_name() -> None:
    assert greeting(datetime(2026, 11, 19, 9), name="") == "Good morning"  # noqa: DTZ001


def test_the_summary_counts_in_words() -> None:
    assert [summary(0), summary(4)] == [
        "Nothing needs you.",
        "Four things need you; nothing else does.",
    ]


def test_home_greets_in_the_associations_zone() -> None:
    Association.objects.update_or_create(pk=1, defaults={"time_zone": "Pacific/Honolulu"})
    client = client_of(association_admin())
    with time_machine.travel(datetime(2026, 11, 20, 3, tzinfo=UTC)):
        page = client.get("/").content.decode()
    assert "Good afternoon, Margaret" in page
    assert "Thursday, November 19" in page


def test_settings_are_saved_and_audited() -> None:
    admin = association_admin()
    client_of(admin).post(reverse("association_settings"), SETTINGS)
    saved = Association.current()
    assert (saved.name, saved.time_zone, saved.digest_recipients) == tuple(SETTINGS.values())
    entries = AuditEntry.objects.filter(component=Component.SETTING)
    assert {(one.field, one.before, one.after, one.actor_id) for one in entries} == {
        ("Name", "My Association", "Ohio Contractors", admin.pk),
        ("Time zone", "America/New_York", "America/Chicago", admin.pk),
        ("Daily Digest Email Recipient(s)", "", "a@example.org", admin.pk),
    }


def test_saving_without_a_change_is_not_audited() -> None:
    client = client_of(association_admin())
    client.post(reverse("association_settings"), SETTINGS)
    client.post(reverse("association_settings"), SETTINGS)
    assert AuditEntry.objects.filter(component=Component.SETTING).count() == 3


def test_recipients_are_kept_one_a_line_without_doubles() -> None:
    recipients = "a@example.org, b@example.org\na@example.org"
    client_of(association_admin()).post(
        reverse("association_settings"), {**SETTINGS, "digest_recipients": recipients}
    )
    assert Association.current().digest_recipients == "a@example.org\nb@example.org"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Give the association a name."),
        ("time_zone", "Mars/Olympus", "Choose one of the time zones in the list."),
        ("digest_recipients", "nonsense", "“nonsense” is not an email address."),
    ],
)
def test_wrong_settings_say_what_is_wrong_and_change_nothing(field: str, value: Any, words: str) -> None:
    answer = client_of(association_admin()).post(reverse("association_settings"), {**SETTINGS, field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Association.current().name == "My Association"


def test_the_components_page_shows_every_component() -> None:
    page = client_of(superuser()).get(reverse("look")).content.decode()
    for words in ("Reconnect needed", "Non-Member", "13/40/2027 is not a date", "982 of 1,614"):
        assert words in page


def test_a_dialog_is_a_fragment_for_htmx_and_a_page_otherwise() -> None:
    client = client_of(superuser())
    page = client.get(reverse("look"), {"dialog": 1}).content.decode()
    fragment = client.get(reverse("look"), {"dialog": 1}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in page
    assert fragment.startswith("<dialog")


def test_health_answers_strangers(client: Client) -> None:
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_ready_is_no_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", broken)
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200


def test_an_address_that_is_not_there_says_so() -> None:
    answer = client_of(association_admin()).get("/nowhere/")
    assert answer.status_code == 404
    assert "nothing at this address" in answer.content.decode()


def test_an_error_of_ours_answers_with_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: object) -> None:
        raise RuntimeError

    client = client_of(association_admin())
    client.raise_request_exception = False
    monkeypatch.setattr("novi_ams.association.views.slots.attention.collect", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_no_page_has_inline_script_or_style() -> None:
    client = client_of(superuser())
    for path in ("/", "/settings/association/", "/reports/audit/", "/operator/look/", "/nowhere/"):
        page = client.get(path).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
