"""What an experiment has at hand: the client, and lists, fields and contacts of its own, each noted before it is made.

Noted first, because an answer may be lost and the thing be there all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from secrets import token_hex

from integrations.constant_contact import activities, contacts, fields, lists
from integrations.constant_contact.activities import Activity
from integrations.constant_contact.budget import Budget
from integrations.constant_contact.client import Client
from integrations.constant_contact.contacts import Changes, Contact
from integrations.constant_contact.errors import Conflict, ConstantContactError, Invalid
from integrations.constant_contact.fields import CustomField, FieldType
from integrations.constant_contact.limits import LIMITS
from integrations.constant_contact.lists import ContactList
from integrations.experiments.refreshing import Refreshed, refresh_now
from integrations.experiments.unanswered import CannotTell

MARK = "Made by manage.py check_constant_contact, which deletes it again."
"""The description of every list made here; nothing without it is ever deleted."""

PREFIX = "novi-check"
JOB_PAUSES = (1, 1, 2, 2, 4, 4, 8, 8, 15, 15, 30, 30, 60, 60, 60)
"""Seconds between looks at a job: five minutes altogether."""

CLOCK_SECONDS = 2.0
"""Constant Contact's times are whole seconds: this much later is surely later."""


@dataclass
class Tally:
    """Counts requests; given to a client as its guard, because that is called before every attempt."""

    requests: int = 0

    def count(self) -> None:
        self.requests += 1


@dataclass
class Laboratory:
    """`sleep` takes seconds. Addresses are `novi-check-<token>-<n>@<domain>`."""

    client: Client
    budget: Budget
    tally: Tally
    domain: str
    sleep: Callable[[float], None]
    token: str = field(default_factory=lambda: token_hex(3))
    addresses: dict[str, str] = field(default_factory=dict)
    """Every address used here → the id of its contact, blank while that is not known."""

    list_names: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)

    def new_address(self, *, characters: int = 0) -> str:
        """An address nobody had before, noted; filled up to so many characters where more are asked for."""
        local = f"{PREFIX}-{self.token}-{len(self.addresses) + 1}"
        padding = max(0, characters - len(local) - len(self.domain) - 2)
        address = f"{local}-{'x' * padding}@{self.domain}" if padding else f"{local}@{self.domain}"
        self.addresses[address] = ""
        return address

    def new_name(self) -> str:
        """A name for a list or a label for a field, noted as both."""
        name = f"Novi Check {self.token} {len(self.list_names) + 1}"
        self.list_names.add(name)
        self.labels.add(name)
        return name

    @cached_property
    def main_list(self) -> ContactList:
        """The list that most experiments use."""
        return self.new_list()

    def new_list(self, name: str = "") -> ContactList:
        name = name or self.new_name()
        self.list_names.add(name)
        return lists.create(self.client, name=name, description=MARK)

    def new_field(self, type: FieldType = FieldType.STRING) -> CustomField:
        return fields.create(self.client, label=self.new_name(), type=type)

    @cached_property
    def many_lists(self) -> list[ContactList]:
        """One list more than a contact may be on."""
        return [self.new_list() for _ in range(LIMITS.contact_lists + 1)]

    @cached_property
    def refreshed(self) -> Refreshed:
        """One refresh for every question about it."""
        return refresh_now()

    @cached_property
    def text_field(self) -> CustomField:
        """A text field that stays as it is."""
        return self.new_field()

    @cached_property
    def date_field(self) -> CustomField:
        """A date field that stays as it is."""
        return self.new_field(FieldType.DATE)

    def new_contact(
        self, *, values: Mapping[str, str] | None = None, list_ids: Collection[str] = (), **core: str
    ) -> Contact:
        """A contact with implicit permission; `values` are custom fields by id."""
        changes = Changes(email=self.new_address(), custom_fields=values or {}, **core)
        return self.noted(contacts.create(self.client, changes, list_ids=list_ids))

    def noted(self, contact: Contact) -> Contact:
        if contact.email:
            self.addresses[contact.email.lower()] = contact.contact_id
        return contact

    @cached_property
    def search_lag(self) -> float | None:
        """Seconds until a search shows who was just changed; None when that is more than a minute."""
        made = self.new_contact()
        return self.seconds_until(lambda: contacts.find(self.client, made.email) is not None)

    def let_show(self) -> None:
        """Wait until a search shows what was just done. Raises CannotTell where that takes too long."""
        if self.search_lag is None:
            raise CannotTell(
                "Searches show changes later than a minute, which is too late for this question."
            )
        if self.search_lag:
            self.sleep(self.search_lag + CLOCK_SECONDS)

    def look(self, address: str) -> Contact | None:
        """The contact with this address now, deleted ones included."""
        self.let_show()
        found = contacts.find(self.client, address)
        return self.noted(found) if found else None

    def seen(self, address: str) -> Contact:
        """As `look`. Raises CannotTell when no contact is shown."""
        found = self.look(address)
        if found is None:
            raise CannotTell(f"No contact was shown for {address}.")
        return found

    def reread(self, contact: Contact) -> Contact:
        """The contact by its id. Raises CannotTell when it is not shown."""
        found = contacts.read(self.client, contact.contact_id)
        if found is None:
            raise CannotTell("The contact was not shown any more.")
        return found

    def put(self, contact: Contact, body: Mapping[str, object]) -> Contact:
        """Write exactly this; the address goes along unless the body says otherwise."""
        whole = {"update_source": "Account", "email_address": {"address": contact.email}, **body}
        return contacts.update(self.client, contact.contact_id, whole)

    def put_value(self, contact: Contact, field: CustomField, value: str) -> Contact:
        return self.put(contact, {"custom_fields": [{"custom_field_id": field.field_id, "value": value}]})

    def take_off(self, contact: Contact) -> None:
        """Take a contact off the laboratory's list and wait until that is done."""
        job = activities.remove_list_memberships(
            self.client, contact_ids=[contact.contact_id], list_ids=[self.main_list.list_id]
        )
        self.done(job)

    def refused_put(self, contact: Contact, body: Mapping[str, object]) -> ConstantContactError | None:
        return refused(lambda: self.put(contact, body))

    def delete(self, contact: Contact) -> None:
        contacts.delete(self.client, contact.contact_id)

    def later(self) -> None:
        """Let Constant Contact's clock move on."""
        self.sleep(CLOCK_SECONDS)

    def imported(self, *rows: Mapping[str, str], list_ids: Collection[str] = ()) -> Activity:
        """Import the rows into the lists (else the laboratory's) and wait until the job is done."""
        wanted = sorted(list_ids) or [self.main_list.list_id]
        return self.done(activities.import_rows(self.client, rows, list_ids=wanted))

    def done(self, activity: Activity) -> Activity:
        """Wait for a job. Raises CannotTell when it does not complete within five minutes."""
        for pause in (0, *JOB_PAUSES):
            if pause:
                self.sleep(pause)
            activity = activities.read(self.client, activity.activity_id)
            if activity.finished:
                break
        if activity.state is not activities.ActivityState.COMPLETED:
            raise CannotTell(f"A job did not complete: it was “{activity.state}” at the end.")
        return activity

    def delete_list(self, made: ContactList) -> Activity:
        """Delete a list and wait until that is done."""
        return self.done(lists.delete(self.client, made.list_id))

    def seconds_until(self, is_so: Callable[[], bool]) -> float | None:
        """How long it takes until something shows, None when that is more than a minute."""
        waited = 0.0
        for pause in (0, 1, 1, 1, 2, 5, 10, 20, 20):
            if pause:
                self.sleep(pause)
            waited += pause
            if is_so():
                return waited
        return None


def refused(call: Callable[[], object]) -> ConstantContactError | None:
    """How Constant Contact refused what was asked, None when it did not. Anything but a refusal is raised."""
    try:
        call()
    except (Invalid, Conflict) as error:
        return error
    return None


def in_words(error: ConstantContactError) -> str:
    """`400 contacts.api.validation.error: the words`."""
    said = error.message.rstrip(".") or "nothing"
    return f"{error.status} {error.error_key}: {said}"


LONGEST_DOMAIN = LIMITS.import_email_characters - len(f"{PREFIX}-abcdef-100@")
