"""Questions about what an import does with the rows it takes."""

from __future__ import annotations

from integrations.constant_contact.activities import Activity
from integrations.experiments.findings import Finding
from integrations.experiments.laboratory import Laboratory
from integrations.experiments.unanswered import CannotTell
from integrations.sandbox.choices import Deleted


def import_clears_blanks(lab: Laboratory) -> Finding:
    """Import blank values over values."""
    field = lab.text_field
    made = lab.new_contact(first_name="Ada", values={field.field_id: "here"})
    lab.imported({"email": made.email, "first_name": "", field.import_key: ""})
    after = lab.reread(made)
    left = (bool(after.first_name), field.field_id in after.custom_fields)
    words = {(True, True): "Both values stayed.", (False, False): "Both values were cleared."}
    mixed = f"First name {_fate(left[0])}, custom field {_fate(left[1])}."
    return Finding(words.get(left, mixed), {(True, True): False, (False, False): True}.get(left))


def _fate(stayed: bool) -> str:
    return "stayed" if stayed else "cleared"


def import_keeps_the_rest(lab: Laboratory) -> Finding:
    """Import a row that names one of two properties."""
    made = lab.new_contact(first_name="Ada", job_title="Chair")
    lab.imported({"email": made.email, "first_name": "Augusta"})
    after = lab.reread(made)
    if after.first_name != "Augusta":
        return Finding(f"The value was not changed: “{after.first_name}”.", value=False)
    if not after.job_title:
        return Finding("What the row did not name was cleared.", value=False)
    return Finding("What the row did not name stayed.", value=True)


def import_of_deleted(lab: Laboratory) -> Finding:
    """Import the address of a deleted contact."""
    gone = lab.new_contact()
    lab.delete(gone)
    job = lab.imported({"email": gone.email, "first_name": "Ada"})
    after = lab.look(gone.email)
    if after and after.deleted_at is None:
        lists = "on the list" if after.list_ids else "but not on the list"
        return Finding(f"It was revived, {lists}.", Deleted.REVIVED if after.list_ids else None)
    if errors_of(job):
        return Finding(f"The row was an error: {said_by(job)}.", Deleted.ROW_ERROR)
    return Finding("The row was passed over without a word.", Deleted.IGNORED)


def import_moves_unchanged(lab: Laboratory) -> Finding:
    """Import the same row twice."""
    row = {"email": lab.new_address(), "first_name": "Ada"}
    lab.imported(row)
    before = lab.seen(row["email"])
    lab.later()
    lab.imported(row)
    after = lab.reread(before)
    if before.updated_at is None or after.updated_at is None:
        raise CannotTell("The contact was shown without updated_at.")
    moved = after.updated_at > before.updated_at
    return Finding(f"updated_at {'moved' if moved else 'stayed'}.", moved)


def last_row_wins(lab: Laboratory) -> Finding:
    """Import two rows for the same address."""
    address = lab.new_address()
    lab.imported({"email": address, "first_name": "First"}, {"email": address, "first_name": "Last"})
    kept = lab.seen(address).first_name
    return Finding(f"The contact has the {kept.lower()} row's value.", value=kept == "Last")


def new_permission(lab: Laboratory) -> Finding:
    """Import somebody new."""
    address = lab.new_address()
    lab.imported({"email": address})
    permission = lab.seen(address).permission
    return Finding(f"The permission is “{permission}”.", value=permission == "implicit")


def errors_of(job: Activity) -> int:
    """How many rows a job counted as errors, of both kinds."""
    return job.counts.error_count + job.counts.correctable_count


def said_by(job: Activity) -> str:
    return "; ".join(job.errors).rstrip(".") or f"{errors_of(job)} counted, no words"
