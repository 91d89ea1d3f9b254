"""What people do in Constant Contact: subscribers in their profile, colleagues on its screens."""

from __future__ import annotations

from contextlib import suppress

from integrations.models import Contact, ContactState, SyncedList, SyncField
from integrations.tests.chaos.side import Side, pick
from integrations.tests.chaos.steps import Step
from integrations.tests.chaos.theirs import FRIEND, PRESS, SHOE_SIZE
from integrations.tests.sync import cast
from members.models import Member


class Account(Side):
    """Every public method with a step is a verb of `steps.WEIGHTS`."""

    # What people do in Constant Contact

    def remote_rename_list(self, step: Step) -> None:
        if name := self._remote_list(step.a):
            with suppress(ValueError):
                self.sandbox.people.rename_list(name, f"Renamed {step.b}")

    def remote_delete_list(self, step: Step) -> None:
        if name := self._remote_list(step.a):
            self.sandbox.people.delete_list(name)
            self.theirs.deleted_lists.add(name)

    def remote_delete_field(self, step: Step) -> None:
        ours = {one.remote_id for one in SyncField.objects.exclude(remote_id="")}
        there = [one["label"] for one in self.sandbox.fields() if one["custom_field_id"] in ours]
        if label := pick(there, step.a):
            self.sandbox.people.delete_field(label)

    def refuse_new_fields(self, step: Step) -> None:
        """From now on, and for good."""
        self.theirs.refuse_fields = True

    def unsubscribe(self, step: Step) -> None:
        if email := self._listed(step):
            self._unsubscribe(email)

    def _unsubscribe(self, email: str) -> None:
        lists = [one["list_id"] for one in self.sandbox.lists()]
        self.theirs.opted_out_of[self._id(email)] = {
            one for one in lists if email in self.sandbox.members(one)
        }
        self.sandbox.people.unsubscribe(email)
        self.theirs.opted_out.add(self._id(email))
        self.theirs.in_press.discard(self._id(email))

    def resubscribe(self, step: Step) -> None:
        """By their own act, whether or not anybody here had noticed that they had opted out."""
        there = {one["contact_id"]: one["email"] for one in self.sandbox.contacts() if not one["deleted"]}
        if email := pick([there[one] for one in sorted(self.theirs.opted_out & there.keys())], step.a):
            self.sandbox.people.resubscribe(email)
            contact_id = self._id(email)
            self.theirs.opted_out.discard(contact_id)
            # Of an opt-out that nobody saw is left that they are off the lists: they might have left each.
            if not Contact.objects.filter(contact_id=contact_id, state=ContactState.UNSUBSCRIBED).exists():
                self.theirs.left.update((contact_id, one) for one in self.theirs.opted_out_of[contact_id])

    def leave_list(self, step: Step) -> None:
        if (email := self._listed(step)) and (name := self._remote_list(step.b)):
            self.sandbox.people.leave_list(email, name)
            self.theirs.left.add((self._id(email), name))

    def somebody_leaves(self, synced: SyncedList) -> str:
        """Somebody whom we put on the list, long after that; the address, blank where there is nobody."""
        self.travel.shift(11 * 60)
        ours = synced.memberships.filter(wanted=True, seen=True, added_by_us=True, contact__state="synced")
        email = ours.order_by("pk").values_list("contact__email", flat=True).first() or ""
        if email:
            self.sandbox.people.leave_list(email, synced.list_id)
            self.travel.shift(1)
        return email

    def somebody_moves(self, synced: SyncedList, *, to: str, but_not: str) -> str:
        """Somebody on the list who shares the address with nobody, and of whom a colleague just noted something and
        put them on another list; the contact's id, blank where there is nobody.
        """
        listed = Contact.objects.filter(
            memberships__synced_list=synced, memberships__wanted=True, memberships__seen=True, state="synced"
        )
        for row in listed.exclude(email=but_not).exclude(winner=None).order_by("-pk"):
            holders = list(Member.objects.filter(email_key=row.email_key))
            if len(holders) == 1:
                self._measure(row.email, "44")
                self.sandbox.people.join_list(row.email, PRESS)
                self.theirs.in_press.add(row.contact_id)
                cast.edit(holders[0], email=to, phone="614-555-0142")
                return row.contact_id
        return ""

    def stranger_joins_our_list(self, step: Step) -> None:
        if name := self._remote_list(step.b):
            self.sandbox.people.join_list(FRIEND, name)
            self.theirs.lists_of_friend.add(name)

    def colleague_adds_to_our_list(self, step: Step) -> None:
        name, one = self._remote_list(step.b), self._member(step.a)
        there = self.sandbox.contact(one.email) if one else None
        if name and one and there and not there["deleted_at"] and there["permission"] != "unsubscribed":
            self.sandbox.people.join_list(one.email, name)

    def colleague_edits_contact(self, step: Step) -> None:
        if email := self._listed(step):
            self._measure(email, f"{step.c}")

    def _measure(self, email: str, size: str) -> None:
        self.sandbox.people.edit_contact(email, first_name="Colleague", **{SHOE_SIZE: size})
        self.theirs.shoe_sizes[self._id(email)] = size

    def colleague_deletes_contact(self, step: Step) -> None:
        if email := self._listed(step):
            self._delete_contact(email)

    def _delete_contact(self, email: str) -> None:
        self.sandbox.people.delete_contact(email)
        self.theirs.deleted.add(self._id(email))
        self.theirs.in_press.discard(self._id(email))
