"""What the rooms above are told about member records."""

from django.dispatch import Signal

members_changed = Signal()
"""Sent by every verb inside its transaction: once by a verb for one record, once a chunk by a bulk verb.

`member_ids: list[int]`: records created, changed or about to be deleted (their children are not repeated; a
company whose roles changed comes with the people who gained or lost one);
`former_email_keys: list[str]`: addresses that these records held before and do not hold any more;
`deleted: bool`: the records go with this transaction;
`background: bool`: an import or a bulk action, whose effect on each group nobody has seen.

It is sent after the rows were written, but *before* rows are deleted: a receiver still finds the children
and the groups of a record that goes.
"""

custom_field_changed = Signal()
"""Sent inside the transaction when a custom field was created, renamed, retyped, reordered or deleted.

`key: str`: its key in the catalogue (`custom.division`); `deleted: bool`; `actor: Actor`;
`renamed_options: dict[str, str]`: old → new text of options, for what stores an option's text elsewhere.
The records whose values changed with it are announced by `members_changed`, in chunks.
"""

background_work_ended = Signal()
"""Sent inside the transaction that ends an import or a bulk action, finished, cancelled or failed: what waited
because of it (`members.imports.is_running`) may go on.
"""
