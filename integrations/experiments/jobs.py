"""Questions about how long things take, and until they show."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from integrations.constant_contact import activities, contacts, lists
from integrations.constant_contact.activities import Activity
from integrations.experiments.findings import Finding
from integrations.experiments.laboratory import Laboratory
from integrations.experiments.unanswered import CannotTell

AT_ONCE = 4


def activity_seconds(lab: Laboratory) -> Finding:
    """Time an import of one row by Constant Contact's own clock."""
    job = lab.imported({"email": lab.new_address()})
    begun, ended = _times(job)
    seconds = (ended - begun).total_seconds()
    return Finding(f"An import of one row took {seconds:g} s.", seconds)


def _times(job: Activity) -> tuple[datetime, datetime]:
    begun, ended = job.started_at or job.created_at, job.completed_at
    if begun is None or ended is None:
        raise CannotTell("Jobs do not show when they began and ended.")
    return begun, ended


def serial_activities(lab: Laboratory) -> Finding:
    """Begin four imports at once and look whether they overlap."""
    rows = [{"email": lab.new_address()} for _ in range(AT_ONCE)]
    begun = [activities.import_rows(lab.client, [row], list_ids=[lab.main_list.list_id]) for row in rows]
    done = [lab.done(each) for each in begun]
    if any(each.started_at is None for each in done):
        raise CannotTell("Jobs do not show when they began.")
    times = sorted(_times(each) for each in done)
    if any(after[0] < before[1] for before, after in pairwise(times)):
        return Finding("Jobs that were begun together ran at the same time.", value=False)
    if all(one == other for one, other in times):
        raise CannotTell("The jobs were too short to see whether one waits for the other.")
    return Finding("Jobs that were begun together ran one after the other.", value=True)


def read_lag(lab: Laboratory) -> Finding:
    """Ask for a list's people when an import into it is done."""
    made = lab.new_list()
    address = lab.new_address()
    lab.imported({"email": address}, list_ids=[made.list_id])
    lab.let_show()
    return _lag(lab.seconds_until(lambda: address in _people(lab, made.list_id)), "The list's people showed")


def _people(lab: Laboratory, list_id: str) -> set[str]:
    pages = contacts.pages(lab.client, list_ids=[list_id])
    return {each.email.lower() for page in pages for each in page.contacts}


def search_lag(lab: Laboratory) -> Finding:
    """Search for a contact that was just made."""
    return _lag(lab.search_lag, "A new contact was found", after="it was made")


def list_deletions_are_listed(lab: Laboratory) -> Finding:
    """Look for the deletion of a list among the jobs."""
    job = lab.delete_list(lab.new_list())
    shown = job.activity_id in {each.activity_id for each in activities.read_all(lab.client)}
    return Finding(f"The jobs {'show' if shown else 'do not show'} it.", shown)


def count_lag(lab: Laboratory) -> Finding:
    """Ask for a list's count when an import into it is done."""
    made = lab.new_list()
    lab.imported({"email": lab.new_address()}, list_ids=[made.list_id])
    return _lag(lab.seconds_until(lambda: _count(lab, made.list_id) == 1), "The list's count was right")


def _count(lab: Laboratory, list_id: str) -> int | None:
    found = lists.read(lab.client, list_id)
    return found.membership_count if found else None


def _lag(seconds: float | None, what: str, *, after: str = "the job was done") -> Finding:
    if seconds is None:
        return Finding(f"{what} later than a minute after {after}.")
    if not seconds:
        return Finding(f"{what} at once.", 0.0)
    return Finding(f"{what} {seconds:g} seconds after {after}.", seconds)
