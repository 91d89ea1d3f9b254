"""Questions about single contacts: conflicts, what a PUT does, what deleting does."""

from __future__ import annotations

from integrations.constant_contact import contacts
from integrations.constant_contact.contacts import Changes, Contact, post_body
from integrations.constant_contact.errors import ConstantContactError, NotFound
from integrations.experiments.findings import Finding
from integrations.experiments.laboratory import Laboratory, in_words, refused
from integrations.experiments.unanswered import CannotTell
from integrations.sandbox.choices import (
    ConflictMessage,
    Gone,
    Mangling,
    OmittedEmail,
    OmittedPermission,
    Overlong,
)

TOO_LONG = "Longer than fifty characters, which is what the definition allows"
ODD = "  Novi’s   Check  Inc. "


def email_conflict(lab: Laboratory) -> Finding:
    """POST an address that has a contact."""
    known = lab.new_contact()
    error = _posted_again(lab, known.email)
    if error is None:
        return Finding("A second contact was made for the same address.")
    if error.status != 409:
        return Finding(f"Refused, but not as a conflict: {in_words(error)}.")
    return Finding(f"“{error.message}”", _wording(error))


def _posted_again(lab: Laboratory, address: str) -> ConstantContactError | None:
    return refused(lambda: contacts.create(lab.client, Changes(email=address)))


def _wording(error: ConstantContactError) -> ConflictMessage | None:
    if "is not unique" in error.message:
        return ConflictMessage.WITHOUT_ID
    if "already exists for contact" not in error.message:
        return None
    if not error.message.startswith("Validation failed"):
        return ConflictMessage.PLAIN
    return ConflictMessage.FULL_STOP if error.message.endswith(".") else ConflictMessage.PREFIXED


def addresses_ignore_case(lab: Laboratory) -> Finding:
    """POST a known address in capitals."""
    known = lab.new_contact()
    error = _posted_again(lab, known.email.upper())
    if error is None:
        return Finding("The same address in capitals became a contact of its own.", value=False)
    return Finding("The same address in capitals is the same contact.", value=error.status == 409)


def put_without_permission(lab: Laboratory) -> Finding:
    """PUT without permission_to_send to somebody with explicit permission."""
    address = lab.new_address()
    body = post_body(Changes(email=address))
    body["email_address"]["permission_to_send"] = "explicit"
    made = lab.noted(Contact.from_json(lab.client.write("POST", "/contacts", body)))
    if made.permission != "explicit":
        raise CannotTell(f"A contact could not be made with explicit permission: it got “{made.permission}”.")
    lab.put(made, {"first_name": "Ada"})
    after = lab.reread(made).permission
    return Finding(f"“explicit” was “{after}” afterwards.", _permission_value(after))


def _permission_value(after: str) -> OmittedPermission | None:
    return {"explicit": OmittedPermission.KEPT, "implicit": OmittedPermission.IMPLICIT}.get(after)


def put_without_email(lab: Laboratory) -> Finding:
    """PUT without email_address."""
    made = lab.new_contact()
    body = {"update_source": "Account", "first_name": "Ada"}
    error = refused(lambda: contacts.update(lab.client, made.contact_id, body))
    if error:
        return Finding(f"Refused: {in_words(error)}.", OmittedEmail.REFUSED)
    if lab.reread(made).email:
        return Finding("The address stayed as it was.", OmittedEmail.KEPT)
    return Finding("The contact lost its address.", OmittedEmail.CLEARED)


def put_replaces_fields(lab: Laboratory) -> Finding:
    """PUT with one of two custom fields."""
    one, other = lab.text_field, lab.new_field()
    made = lab.new_contact(values={one.field_id: "first", other.field_id: "second"})
    lab.put(made, {"custom_fields": [{"custom_field_id": one.field_id, "value": "third"}]})
    values = lab.reread(made).custom_fields
    if other.field_id in values:
        return Finding("The field that was left out kept its value.", value=False)
    return Finding("The field that was left out lost its value.", value=True)


def put_nulls_the_rest(lab: Laboratory) -> Finding:
    """PUT without a core property."""
    made = lab.new_contact(first_name="Ada", job_title="Chair")
    lab.put(made, {"first_name": "Ada"})
    if lab.reread(made).job_title:
        return Finding("A property that was left out stayed.", value=False)
    return Finding("A property that was left out was emptied.", value=True)


def overlong_values(lab: Laboratory) -> Finding:
    """POST a company name of more than 50 characters."""
    address = lab.new_address()
    error = refused(lambda: contacts.create(lab.client, Changes(email=address, company_name=TOO_LONG)))
    if error:
        return Finding(f"Refused: {in_words(error)}.", Overlong.REFUSED)
    kept = lab.seen(address).company_name
    if kept == TOO_LONG:
        return Finding(f"All {len(TOO_LONG)} characters were kept.")
    return Finding(f"Cut to {len(kept)} characters.", Overlong.TRUNCATED)


def mangling(lab: Laboratory) -> Finding:
    """Write a value with odd blanks, a typographic apostrophe and a full stop."""
    made = lab.new_contact(company_name=ODD)
    shown = lab.reread(made).company_name
    trimmed, reformatted = ODD.strip(), " ".join(ODD.replace("’", "'").split()).rstrip(".")
    values = {ODD: Mangling.OFF, trimmed: Mangling.TRIMS, reformatted: Mangling.REFORMATS}
    return Finding(f"“{ODD}” is given back as “{shown}”.", values.get(shown))


def deleted_contact(lab: Laboratory) -> Finding:
    """GET a deleted contact by its id."""
    gone = _deleted(lab, lab.new_contact())
    try:
        data = lab.client.get(f"/contacts/{gone.contact_id}")
    except NotFound:
        return Finding("404.", Gone.NOT_FOUND)
    dated = "with deleted_at" if data.get("deleted_at") else "without deleted_at"
    return Finding(f"200, {dated}.", Gone.SHOWN)


def _deleted(lab: Laboratory, made: Contact) -> Contact:
    lab.delete(made)
    return made


def deleting_keeps_the_address(lab: Laboratory) -> Finding:
    """POST the address of a deleted contact."""
    gone = _deleted(lab, lab.new_contact())
    error = _posted_again(lab, gone.email)
    if error is None:
        return Finding("A deleted contact's address could be used for a new one.", value=False)
    return Finding(f"Refused: {in_words(error)}.", value=error.status == 409)


def deleting_clears_values(lab: Laboratory) -> Finding:
    """Delete a contact that has a custom field value, and revive it."""
    made = lab.new_contact(values={lab.text_field.field_id: "kept"})
    lab.put(_deleted(lab, made), {})
    if lab.text_field.field_id in lab.reread(made).custom_fields:
        return Finding("A revived contact has its value again.", value=False)
    return Finding("A revived contact has no value any more.", value=True)


def deleting_moves_updated_at(lab: Laboratory) -> Finding:
    """Compare updated_at before and after deleting."""
    made = lab.new_contact()
    lab.later()
    _deleted(lab, made)
    gone = lab.look(made.email)
    if gone is None or gone.updated_at is None or made.updated_at is None:
        raise CannotTell("Deleted contacts are not shown, not even with status=all.")
    moved = gone.updated_at > made.updated_at
    return Finding(f"updated_at {'moved' if moved else 'stayed'}.", moved)


def second_delete(lab: Laboratory) -> Finding:
    """DELETE a deleted contact."""
    gone = _deleted(lab, lab.new_contact())
    try:
        lab.delete(gone)
    except NotFound:
        return Finding("404.", value=True)
    return Finding("Accepted again.", value=True)
