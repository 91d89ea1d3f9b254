"""Offering to delete a contact with its record, and writing the order down; `sync.forgetting` carries it out."""

from __future__ import annotations

from collections.abc import Collection

from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactDeletion,
    ContactState,
    ListMembership,
)
from integrations.tasks import wake
from members.models import Member
from members.slots import Consequence
from novi_ams.audit.actor import current_actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

CHOICE = "contact"
KEPT = "user"
"""The icon."""


def consequences(member: Member) -> list[Consequence]:
    """What becomes of the contact of a record that is deleted: a choice where it may be deleted, else why not."""
    contact = contact_of(member)
    if contact is None:
        return []
    if why := why_kept(contact, member):
        return [Consequence(KEPT, f"Its contact stays in Constant Contact: {why}.")]
    text = (
        f"Delete the contact {contact.email} in Constant Contact too, with its history there. "
        "It is kept if it is on a list there that is not ours."
    )
    return [Consequence("trash-2", text, choice=CHOICE)]


def contact_of(member: Member) -> Contact | None:
    """The contact there of the record's address."""
    if not member.email_key:
        return None
    account_id = ConstantContactConnection.current().account_id
    found = Contact.objects.filter(account_id=account_id, email_key=member.email_key).exclude(contact_id="")
    return found.exclude(state=ContactState.DELETED_THERE).first()


def why_kept(contact: Contact, member: Member) -> str:
    """Why the contact is not ours to delete, or blank."""
    if Member.objects.filter(email_key=member.email_key).exclude(pk=member.pk).exists():
        return "another record has the same address"
    if not contact.we_created:
        return "it was there before us"
    if contact.state == ContactState.UNSUBSCRIBED:
        return "the person opted out there, and that has to be remembered"
    if ListMembership.objects.filter(contact=contact, seen=True, added_by_us=False).exists():
        return "somebody put it on a list there"
    return ""


def order_deletion(member: Member, choices: Collection[str]) -> None:
    """The record is being deleted: note that its contact shall go too, if the person chose that and it may."""
    contact = contact_of(member) if CHOICE in choices else None
    if contact is None or why_kept(contact, member):
        return
    actor = current_actor()
    ContactDeletion.objects.get_or_create(
        contact=contact,
        defaults={
            "member_id": member.pk,
            "member_name": str(member)[:255],
            "ordered_by_id": actor.user_id,
            "ordered_by_name": actor.name,
        },
    )
    record(
        Component.MEMBER,
        item_id=member.pk,
        item_name=str(member),
        action="asked to delete in Constant Contact the contact of",
        actor=actor,
    )
    wake("a contact is to be deleted")
