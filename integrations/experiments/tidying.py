"""Deleting everything an experiment made: by what was noted, and by looking for what an answer was lost of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from integrations.connection_errors import NotUsable
from integrations.constant_contact import activities, contacts, fields, lists
from integrations.constant_contact.errors import ConstantContactError, NotFound
from integrations.experiments.laboratory import JOB_PAUSES, Laboratory
from integrations.experiments.unanswered import NOT_UNDERSTOOD, CannotTell

ROUNDS = 3
PAUSE_SECONDS = 5.0


def tidy(lab: Laboratory) -> list[str]:
    """Delete every contact, list and field of the laboratory; answers with what could not be deleted.

    Lists and fields are looked for by their names, which hold the laboratory's random token, so that one whose making
    got no answer is found as well.
    """
    left: list[str] = []
    # A job that still runs could bring back what is deleted before it.
    _gone(partial(_wait_for_jobs, lab))
    for attempt in range(ROUNDS):
        if attempt:
            lab.sleep(PAUSE_SECONDS)
        left = [*_contacts(lab), *_lists(lab), *_fields(lab)]
        if not left:
            break
    return left


def _wait_for_jobs(lab: Laboratory) -> None:
    for pause in JOB_PAUSES:
        if all(job.finished for job in activities.read_all(lab.client)):
            break
        lab.sleep(pause)


def _contacts(lab: Laboratory) -> Iterator[str]:
    for address, contact_id in sorted(lab.addresses.items()):
        if _gone(partial(_delete_contact, lab, address, contact_id)):
            del lab.addresses[address]
        else:
            yield f"contact {address}"


def _delete_contact(lab: Laboratory, address: str, contact_id: str) -> None:
    if not contact_id:
        found = contacts.find(lab.client, address, include=())
        if found is None or found.deleted_at:
            return
        contact_id = found.contact_id
    contacts.delete(lab.client, contact_id)


def _lists(lab: Laboratory) -> Iterator[str]:
    if not _gone(partial(_delete_lists, lab)):
        yield from (f"list “{name}”" for name in sorted(lab.list_names))


def _delete_lists(lab: Laboratory) -> None:
    names = {name.casefold() for name in lab.list_names}
    mine = [one for one in lists.read_all(lab.client) if one.name.casefold() in names and not one.deleted_at]
    jobs = [lists.delete(lab.client, one.list_id) for one in mine]
    for job in jobs:
        lab.done(job)


def _fields(lab: Laboratory) -> Iterator[str]:
    if not _gone(partial(_delete_fields, lab)):
        yield from (f"custom field “{label}”" for label in sorted(lab.labels))


def _delete_fields(lab: Laboratory) -> None:
    labels = {label.casefold() for label in lab.labels}
    for one in fields.read_all(lab.client):
        if one.label.casefold() in labels:
            fields.delete(lab.client, one.field_id)


def _gone(delete: Callable[[], None]) -> bool:
    """Whether it is deleted, now or already."""
    try:
        delete()
    except NotFound:
        return True
    except (ConstantContactError, NotUsable, CannotTell, *NOT_UNDERSTOOD):
        return False
    return True
