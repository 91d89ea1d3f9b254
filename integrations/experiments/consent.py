"""Questions about people who opted out, asked with contacts of our own that we opt out ourselves."""

from __future__ import annotations

from integrations.constant_contact import contacts
from integrations.constant_contact.contacts import Contact, Permission
from integrations.experiments.findings import Finding
from integrations.experiments.laboratory import Laboratory, in_words, refused
from integrations.experiments.unanswered import CannotTell
from integrations.sandbox.choices import Refusal


def _opted_out(lab: Laboratory) -> Contact:
    """A contact that was on the list and is unsubscribed by the account, which is what we may truly say."""
    made = lab.new_contact(list_ids=[lab.main_list.list_id])
    address = {"address": made.email, "permission_to_send": Permission.UNSUBSCRIBED.value}
    lab.put(made, {"email_address": address})
    after = lab.reread(made)
    if not after.unsubscribed:
        raise CannotTell(f"A contact could not be opted out: its permission is “{after.permission}”.")
    return after


def opting_out_leaves_lists(lab: Laboratory) -> Finding:
    """Opt a contact out that is on a list."""
    out = _opted_out(lab)
    if out.list_ids:
        return Finding("It stayed on its list.", value=False)
    return Finding("It left its list.", value=True)


def optout_after_finds(lab: Laboratory) -> Finding:
    """Ask for those who opted out since, including somebody who just did."""
    out = _opted_out(lab)
    if out.opt_out_at is None:
        return Finding("An opt-out has no date, so that it cannot be asked for.", value=False)
    lab.let_show()
    since = out.opt_out_at.replace(hour=0, minute=0, second=0)
    pages = contacts.pages(lab.client, status=[contacts.Status.ALL], optout_after=since)
    found = any(each.contact_id == out.contact_id for page in pages for each in page.contacts)
    return Finding("It was found." if found else "It was not found.", value=found)


def lists_on_unsubscribed(lab: Laboratory) -> Finding:
    """PUT an unsubscribed contact onto a list."""
    out = _opted_out(lab)
    error = refused(lambda: lab.put(out, {"list_memberships": [lab.main_list.list_id]}))
    if error:
        return Finding(f"Refused: {in_words(error)}.", Refusal.REFUSED)
    after = lab.reread(out)
    if not after.list_ids:
        return Finding("Accepted, but not put on the list.", Refusal.IGNORED)
    return Finding(f"Put on the list, permission “{after.permission}”.")


def put_leaves_opted_out(lab: Laboratory) -> Finding:
    """PUT without permission_to_send to somebody unsubscribed."""
    out = _opted_out(lab)
    error = refused(lambda: lab.put(out, {"first_name": "Ada"}))
    if error:
        return Finding(f"Refused: {in_words(error)}.", value=True)
    after = lab.reread(out)
    return Finding(f"The permission was “{after.permission}” afterwards.", value=after.unsubscribed)


def import_leaves_opted_out(lab: Laboratory) -> Finding:
    """Import an unsubscribed contact into a list."""
    out = _opted_out(lab)
    job = lab.imported({"email": out.email, "first_name": "Ada"})
    after = lab.reread(out)
    counted = f"counted {job.counts.cannot_add_to_list_count} that could not be added"
    if not after.unsubscribed or after.list_ids:
        return Finding(f"It was put on the list, permission “{after.permission}”, {counted}.", value=False)
    return Finding(f"It stayed off the list and unsubscribed; the job {counted}.", value=True)
