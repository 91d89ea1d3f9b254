"""Secrets in the database: encrypted with the first of FIELD_ENCRYPTION_KEYS, readable with any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models.lookups import Exact
from django.db.models.query_utils import DeferredAttribute

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


class DecryptionError(Exception):
    """A stored secret cannot be read with any of the keys in FIELD_ENCRYPTION_KEYS."""

    def __init__(self) -> None:
        super().__init__(
            "A stored secret cannot be read with the keys in FIELD_ENCRYPTION_KEYS. "
            "Add the key it was written with to the end of that list, or connect Constant Contact again."
        )


@dataclass(frozen=True, repr=False)
class Ciphertext:
    """What the database holds: no string, so that it can never be sent as if it were the secret."""

    token: str

    def __repr__(self) -> str:
        return "<encrypted>"

    def reveal(self) -> str:
        """The secret. Raises DecryptionError when no key fits."""
        try:
            return _keys().decrypt(self.token.encode()).decode()
        except InvalidToken:
            raise DecryptionError from None

    def rotated(self) -> Ciphertext:
        """The same secret under the first key. Raises DecryptionError when no key fits."""
        try:
            return Ciphertext(_keys().rotate(self.token.encode()).decode())
        except InvalidToken:
            raise DecryptionError from None


def encrypt(secret: str) -> Ciphertext:
    return Ciphertext(_keys().encrypt(secret.encode()).decode())


def decrypt(token: str) -> str:
    """The secret behind a token made by `encrypt(…).token`. Raises DecryptionError when no key fits."""
    return Ciphertext(token).reveal()


def _keys() -> MultiFernet:
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS))


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS must hold at least one key of 32 bytes in url-safe base64."
        ) from None


class EncryptedAttribute(DeferredAttribute):
    """Decrypts when the attribute is read, so that a row stays readable when its key is lost."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        return value.reveal() if isinstance(value, Ciphertext) else value

    def __set__(self, instance: models.Model, value: str | Ciphertext) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(TextField):
    """Text that is encrypted in the database; blank stays blank.

    Reading the attribute raises DecryptionError when no key fits. `values()` gives `Ciphertext`, a dump gives
    nothing, and the only lookups are `isnull` and equality with a `Ciphertext`.
    """

    descriptor_class = EncryptedAttribute

    def from_db_value(self, value: str | None, *_: Any) -> str | Ciphertext | None:
        return Ciphertext(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Ciphertext):
            return value.token
        text = super().get_prep_value(value)
        return encrypt(text).token if text else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return model_instance.__dict__.get(self.attname, "")

    def value_to_string(self, obj: models.Model) -> str:
        return ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return SameCiphertext
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched.")


class SameCiphertext(Exact):
    """Equality with a `Ciphertext` as it was read: the same secret encrypts differently each time."""

    def get_prep_lookup(self) -> Any:
        if not isinstance(self.rhs, Ciphertext):
            raise FieldError("An encrypted field is compared with a Ciphertext only.")
        return self.rhs.token


def reencrypt_all() -> int:
    """Put every stored secret under the first key and answer how many; safe while the product runs.

    Raises DecryptionError when one cannot be read; those before it are already rotated.
    """
    return sum(_reencrypt(field) for field in _encrypted_fields())


def _encrypted_fields() -> Iterator[EncryptedTextField]:
    for model in apps.get_models():
        yield from (field for field in model._meta.local_fields if isinstance(field, EncryptedTextField))


def _reencrypt(field: EncryptedTextField) -> int:
    rows = field.model._default_manager.all()
    rotated = 0
    for pk, old in list(rows.values_list("pk", field.attname)):
        if isinstance(old, Ciphertext):
            # Only where it is still the same: a token refreshed meanwhile is under the first key already.
            rotated += rows.filter(pk=pk, **{field.attname: old}).update(**{field.attname: old.rotated()})
    return rotated
