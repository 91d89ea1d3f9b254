"""Questions about rows of an import that something is wrong with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

from integrations.constant_contact.activities import Activity
from integrations.constant_contact.errors import ConstantContactError, Invalid
from integrations.constant_contact.limits import LIMITS
from integrations.experiments.findings import Finding
from integrations.experiments.imports import errors_of, said_by
from integrations.experiments.laboratory import Laboratory, in_words
from integrations.experiments.people import TOO_LONG
from integrations.sandbox.choices import Overlong, Refusal, RowErrors, RowProblem

LONG_ADDRESS = 60
_LINE = re.compile(r"\bline\s+\d+", re.IGNORECASE)


def _tried(
    lab: Laboratory, *rows: Mapping[str, str], list_ids: Sequence[str] = ()
) -> Activity | ConstantContactError:
    """The job, done, or how it was refused as a whole."""
    try:
        return lab.imported(*rows, list_ids=list_ids)
    except Invalid as error:
        return error


def import_unknown_field(lab: Laboratory) -> Finding:
    """Import a value for a field that does not exist."""
    address = lab.new_address()
    job = _tried(lab, {"email": address, f"cf:Novi_Check_{lab.token}_no_such_field": "x"})
    if isinstance(job, ConstantContactError):
        return Finding(f"The whole job was refused: {in_words(job)}.", RowProblem.REFUSED)
    if lab.look(address):
        return Finding("The contact was made without it.", RowProblem.IGNORED)
    return Finding(f"The row was not imported: {said_by(job)}.", RowProblem.ROW_ERROR)


def import_unknown_list(lab: Laboratory) -> Finding:
    """Import into a list that does not exist."""
    address = lab.new_address()
    job = _tried(lab, {"email": address}, list_ids=[str(uuid4())])
    if isinstance(job, ConstantContactError):
        return Finding(f"The whole job was refused: {in_words(job)}.", Refusal.REFUSED)
    made = "was made, on no list" if lab.look(address) else "was not made"
    return Finding(f"The job was taken; the contact {made}.", Refusal.IGNORED)


def import_overlong_values(lab: Laboratory) -> Finding:
    """Import a company name of more than 50 characters."""
    address = lab.new_address()
    job = _tried(lab, {"email": address, "company_name": TOO_LONG})
    if isinstance(job, ConstantContactError):
        return Finding(f"The whole job was refused: {in_words(job)}.", Overlong.REFUSED)
    made = lab.look(address)
    if made is None:
        return Finding(f"The row was not imported: {said_by(job)}.", Overlong.ROW_ERROR)
    if made.company_name == TOO_LONG:
        return Finding(f"All {len(TOO_LONG)} characters were kept.")
    return Finding(f"Cut to {len(made.company_name)} characters.", Overlong.TRUNCATED)


def import_long_emails(lab: Laboratory) -> Finding:
    """Import an address of 60 characters, which a contact may have and an import's definition does not allow."""
    address = lab.new_address(characters=LONG_ADDRESS)
    job = _tried(lab, {"email": address})
    if isinstance(job, ConstantContactError):
        return Finding(f"The whole job was refused: {in_words(job)}.")
    if lab.look(address):
        return Finding(f"An address of {len(address)} characters was taken.", RowProblem.IGNORED)
    return Finding(f"The row was not imported: {said_by(job)}.", RowProblem.ROW_ERROR)


def row_errors(lab: Laboratory) -> Finding:
    """Import a row whose address is none, beside a good one."""
    job = _tried(lab, {"email": lab.new_address()}, {"email": "this is no address"})
    if isinstance(job, ConstantContactError):
        return Finding(f"The whole job was refused: {in_words(job)}.")
    if any(_LINE.search(each) for each in job.errors):
        return Finding(f"“{job.errors[0]}”", RowErrors.LINES)
    return Finding(f"{errors_of(job)} counted, and nothing says which row.", RowErrors.COUNTS)


def good_rows_survive(lab: Laboratory) -> Finding:
    """Import a good row beside one whose address is none."""
    address = lab.new_address()
    job = _tried(lab, {"email": address}, {"email": "this is no address"})
    if isinstance(job, ConstantContactError):
        return Finding(f"The whole job was refused: {in_words(job)}.", value=False)
    made = lab.look(address) is not None
    return Finding(f"The good row was {'' if made else 'not '}imported.", value=made)


def fifty_first_list(lab: Laboratory) -> Finding:
    """PUT a contact on 51 lists."""
    made = lab.new_contact()
    ids = [each.list_id for each in lab.many_lists]
    error = lab.refused_put(made, {"list_memberships": ids})
    if error:
        return Finding(f"Refused: {in_words(error)}.", Refusal.REFUSED)
    count = len(lab.reread(made).list_ids)
    return Finding(
        f"Accepted; the contact is on {count} lists.", Refusal.IGNORED if count == len(ids) - 1 else None
    )


def import_fifty_first_list(lab: Laboratory) -> Finding:
    """Import a contact that is on 50 lists into another."""
    *fifty, last = (each.list_id for each in lab.many_lists)
    made = lab.new_contact(list_ids=fifty)
    job = _tried(lab, {"email": made.email}, list_ids=[last])
    if isinstance(job, ConstantContactError):
        return Finding(f"The whole job was refused: {in_words(job)}.")
    if last in lab.reread(made).list_ids:
        return Finding(f"The contact is on {LIMITS.contact_lists + 1} lists now.")
    if errors_of(job):
        return Finding(f"The row was an error: {said_by(job)}.", RowProblem.ROW_ERROR)
    return Finding("It was left out without a word.", RowProblem.IGNORED)
