"""From a member record to the values its contact should carry, and the same from a contact that was read."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import repeat

from integrations.constant_contact.contacts import Changes
from integrations.constant_contact.contacts import Contact as RemoteContact
from integrations.constant_contact.limits import LIMITS
from integrations.models import RemoteFieldState, SyncField
from members.derived import company_of
from members.fields import Catalogue, Field, catalogue
from members.models import Member

CORE = ("first_name", "last_name", "company_name", "job_title")
COMPANY_LAST_NAME = "_"
ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*)?")


@dataclass(frozen=True)
class Values:
    """What one contact carries, as sent: `core` in the order of CORE, `custom` in the order of the mapping."""

    core: tuple[str, ...]
    custom: tuple[str, ...]


@dataclass(frozen=True)
class MappedField:
    source: Field
    remote_id: str
    remote_name: str
    is_date: bool


@dataclass(frozen=True)
class FieldMapping:
    """The chosen fields that exist in Constant Contact, in their order."""

    fields: tuple[MappedField, ...]

    @cached_property
    def signature(self) -> bytes:
        return "\x1e".join(field.remote_id for field in self.fields).encode()

    def values_of(self, member: Member) -> Values:
        """What the member's contact should carry, clipped to Constant Contact's lengths."""
        custom = [field.source.type.wire(field.source.value_of(member)).strip() for field in self.fields]
        return Values(
            tuple(clip(value, LIMITS.text_characters) for value in core_values(member)),
            tuple(clip(value, LIMITS.value_characters) for value in custom),
        )

    def values_of_all(self, members: Sequence[Member]) -> list[Values]:
        """`values_of` of each, worked out field by field: what many share is put into words once."""
        core = [
            tuple([clip(value, LIMITS.text_characters) for value in core_values(member)])
            for member in members
        ]
        columns = [_in_words(field.source, members) for field in self.fields]
        custom = zip(*columns, strict=True) if columns else repeat(())
        return [Values(*both) for both in zip(core, custom, strict=False)]

    def values_seen(self, contact: RemoteContact) -> Values:
        """What a contact that was read carries in the properties we own."""
        core = tuple([getattr(contact, name).strip() for name in CORE])
        shown = contact.custom_fields.get
        custom = tuple(
            [
                as_wire_date(shown(remote_id, "")) if is_date else shown(remote_id, "").strip()
                for remote_id, is_date in self._shown
            ]
        )
        return Values(core, custom)

    @cached_property
    def _shown(self) -> list[tuple[str, bool]]:
        return [(field.remote_id, field.is_date) for field in self.fields]

    def fingerprint(self, values: Values) -> str:
        """32 hex digits over the values and the mapping: equal exactly when Constant Contact need not be written."""
        text = "\x1f".join((*values.core, *values.custom)).encode()
        return blake2b(self.signature + b"\x1d" + text, digest_size=16).hexdigest()

    def import_row(self, email: str, values: Values) -> dict[str, str]:
        """One row of a contacts_json_import; the same keys for every row of a job."""
        row = {"email": email, **dict(zip(CORE, values.core, strict=True))}
        for field, value in zip(self.fields, values.custom, strict=True):
            row[f"cf:{field.remote_name}"] = value
        return row

    def changes(self, email: str, values: Values, *, seen: Values | None = None) -> Changes:
        """What to write to bring a contact to `values`: all of it, or only what differs from `seen`.

        A blank clears. Custom fields are left out when none differs, because a PUT that names one replaces all.
        """
        custom = {field.remote_id: value for field, value in zip(self.fields, values.custom, strict=True)}
        if seen is not None and seen.custom == values.custom:
            custom = {}
        return Changes(email=email, custom_fields=custom, **dict(zip(CORE, values.core, strict=True)))

    def differences(self, wanted: Values, shown: Values) -> list[tuple[str, str, str]]:
        """`(label, wanted, shown)` for every value that is not as it should be."""
        labels = [*(name.replace("_", " ").title() for name in CORE), *(f.source.label for f in self.fields)]
        pairs = zip((*wanted.core, *wanted.custom), (*shown.core, *shown.custom), strict=True)
        return [(label, a, b) for label, (a, b) in zip(labels, pairs, strict=True) if a != b]


def _in_words(source: Field, members: Iterable[Member]) -> list[str]:
    """A field's values as sent."""
    # Typed, for True and 1 are one key otherwise.
    words = lru_cache(maxsize=None, typed=True)(
        lambda value: clip(source.type.wire(value).strip(), LIMITS.value_characters)
    )
    return [words(value) for value in source.values_of(members)]


def current_mapping(fields: Catalogue | None = None) -> FieldMapping:
    """The mapping of the sync fields that are ready; a field whose source was deleted is left out.

    In the order of Constant Contact's ids: staff may put the fields in another order without a contact differing.
    """
    known = fields or catalogue()
    rows = SyncField.objects.filter(position__isnull=False, state=RemoteFieldState.READY).order_by(
        "remote_id"
    )
    return FieldMapping(
        tuple(
            MappedField(source, row.remote_id, row.remote_name, row.is_date)
            for row in rows
            if (source := known.get(row.source_key)) is not None
        )
    )


def core_values(member: Member) -> tuple[str, str, str, str]:
    """First name, last name, company, job title. A company is written as its name and an underscore."""
    if member.is_company:
        return member.name.strip(), COMPANY_LAST_NAME, "", member.job_title.strip()
    company = company_of(member)
    return member.first_name.strip(), member.last_name.strip(), company, member.job_title.strip()


def clip(value: str, length: int) -> str:
    """Cut to `length` characters, never inside a combined character, without trailing space."""
    if len(value) <= length:
        return value
    cut = value[:length]
    while cut and _continues(value[len(cut)]):
        cut = cut[:-1]
    return cut.rstrip()


def _continues(character: str) -> bool:
    """Whether the character belongs to the one before it: combining marks, joiners, variation selectors."""
    return unicodedata.combining(character) > 0 or character in "\u200d\ufe0e\ufe0f"


def as_wire_date(value: str) -> str:
    """A date as we send it (MM/DD/YYYY), whichever way Constant Contact shows it."""
    found = ISO_DATE.fullmatch(value.strip())
    return f"{found[2]}/{found[3]}/{found[1]}" if found else value.strip()
