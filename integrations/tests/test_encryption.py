"""Secrets at rest: what the database, a dump and a wrong key show."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from integrations.encryption import Ciphertext, DecryptionError, decrypt, encrypt, reencrypt_all
from integrations.models import ConstantContactConnection

SECRET = "ey-very-secret"
OLD_KEY, NEW_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def old_key(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD_KEY]


def store(secret: str = SECRET) -> ConstantContactConnection:
    return ConstantContactConnection.objects.create(pk=1, access_token=secret)


def stored_text() -> str:
    """The column as anybody with the database file sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token FROM integrations_constantcontactconnection WHERE id = 1")
        return str(cursor.fetchone()[0])


def test_the_database_holds_no_secret_and_gives_it_back() -> None:
    store()
    assert SECRET not in stored_text()
    assert ConstantContactConnection.objects.get().access_token == SECRET


def test_the_same_secret_looks_different_each_time() -> None:
    assert encrypt(SECRET) != encrypt(SECRET)


def test_blank_stays_blank() -> None:
    store("")
    assert stored_text() == ""
    assert ConstantContactConnection.objects.get().access_token == ""


def test_an_update_encrypts_too() -> None:
    store()
    ConstantContactConnection.objects.update(access_token="newer")
    assert "newer" not in stored_text()
    assert ConstantContactConnection.objects.get().access_token == "newer"


def test_saving_what_was_read_changes_nothing() -> None:
    store()
    before = stored_text()
    ConstantContactConnection.objects.get().save()
    assert stored_text() == before


def test_a_field_left_out_of_the_query_is_fetched_when_it_is_asked_for() -> None:
    store()
    assert ConstantContactConnection.objects.defer("access_token").get().access_token == SECRET


def test_a_wrong_key_is_an_error_that_says_what_to_do(settings: Settings) -> None:
    store()
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    row = ConstantContactConnection.objects.get()
    with pytest.raises(DecryptionError, match="Add the key it was written with"):
        _ = row.access_token


def test_a_wrong_key_leaves_the_rest_of_the_row_readable_and_writable(settings: Settings) -> None:
    store()
    before = stored_text()
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    row = ConstantContactConnection.objects.get()
    row.account_name = "Acme"
    row.save()
    assert (row.state, stored_text()) == ("not_connected", before)


def test_text_that_was_never_encrypted_is_not_given_out_as_a_secret() -> None:
    store()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE integrations_constantcontactconnection SET access_token = 'plain'")
    with pytest.raises(DecryptionError):
        _ = ConstantContactConnection.objects.get().access_token


def test_an_older_key_still_reads(settings: Settings) -> None:
    store()
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, OLD_KEY]
    assert ConstantContactConnection.objects.get().access_token == SECRET


def test_rotating_puts_everything_under_the_first_key(settings: Settings) -> None:
    store()
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, OLD_KEY]
    out = StringIO()
    call_command("rotate_field_keys", stdout=out)
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    assert ConstantContactConnection.objects.get().access_token == SECRET
    assert out.getvalue() == "1 stored secrets are now under the first key.\n"


def test_rotating_skips_a_secret_that_was_replaced_meanwhile(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store()
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, OLD_KEY]
    rotated = Ciphertext.rotated

    def rotated_late(self: Ciphertext) -> Ciphertext:
        ConstantContactConnection.objects.update(access_token="refreshed")
        return rotated(self)

    monkeypatch.setattr(Ciphertext, "rotated", rotated_late)
    assert reencrypt_all() == 0
    assert ConstantContactConnection.objects.get().access_token == "refreshed"


def test_rotating_without_the_old_key_stops_and_says_so(settings: Settings) -> None:
    store()
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    with pytest.raises(CommandError, match="FIELD_ENCRYPTION_KEYS"):
        call_command("rotate_field_keys")


@pytest.mark.parametrize("keys", [[], ["not a key"]])
def test_a_setting_that_holds_no_key_is_refused(settings: Settings, keys: list[str]) -> None:
    settings.FIELD_ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        encrypt(SECRET)


def test_nothing_that_is_printed_shows_the_secret_or_its_ciphertext() -> None:
    store()
    row = ConstantContactConnection.objects.get()
    shown = f"{row!r} {vars(row)} {list(ConstantContactConnection.objects.values())}"
    assert SECRET not in shown
    assert stored_text() not in shown


def test_values_are_no_strings_that_could_be_sent() -> None:
    store()
    (value,) = ConstantContactConnection.objects.values_list("access_token", flat=True)
    assert not isinstance(value, str)


def test_a_dump_leaves_secrets_out() -> None:
    store()
    dump = serializers.serialize("json", ConstantContactConnection.objects.all())
    assert SECRET not in dump
    assert stored_text() not in dump


@pytest.mark.parametrize("lookup", [{"access_token": SECRET}, {"access_token__contains": "ey"}])
def test_secrets_cannot_be_searched(lookup: dict[str, Any]) -> None:
    with pytest.raises(FieldError):
        ConstantContactConnection.objects.filter(**lookup).exists()


def test_text_is_encrypted_for_other_places_too() -> None:
    assert decrypt(encrypt(SECRET).token) == SECRET
