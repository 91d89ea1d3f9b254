"""The verbs for the list of member types."""

from django.db.models import Max

from members.chunks import chunked
from members.folding import fold
from members.models import Member, MemberType
from members.storing import CHUNK, announce, one_writer
from members.validation import InvalidRecordError
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record


def create_member_type(name: str, *, actor: Actor) -> MemberType:
    """Add a member type, last in the list. Raises InvalidRecordError."""
    with one_writer():
        last = MemberType.objects.aggregate(last=Max("position"))["last"]
        member_type = MemberType(name=_checked(name), position=0 if last is None else last + 1)
        member_type.save()
        record(
            Component.MEMBER_TYPE,
            item_id=member_type.pk,
            item_name=member_type.name,
            action="Created",
            actor=actor,
        )
    return member_type


def rename_member_type(member_type: MemberType, name: str, *, actor: Actor) -> MemberType:
    """Rename a member type; its records are announced, for what shows its name. Raises InvalidRecordError."""
    with one_writer():
        stored = MemberType.objects.get(pk=member_type.pk)
        before, stored.name = stored.name, _checked(name, but=stored)
        if before == stored.name:
            return stored
        stored.save()
        record(
            Component.MEMBER_TYPE,
            item_id=stored.pk,
            item_name=stored.name,
            action="Edited",
            changes={"Name": (before, stored.name)},
            actor=actor,
        )
        ids = Member.objects.filter(member_type=stored).order_by("pk").values_list("pk", flat=True)
        for chunk in chunked(ids.iterator(), CHUNK):
            announce(chunk, background=True)
    return stored


def delete_member_type(member_type: MemberType, *, actor: Actor) -> None:
    """Delete a member type that no record has. Raises InvalidRecordError with how many have it."""
    with one_writer():
        count = Member.objects.filter(member_type=member_type).count()
        if count:
            raise InvalidRecordError(
                {"": f"{count:,} records have this member type. Give them another first."}
            )
        record(
            Component.MEMBER_TYPE,
            item_id=member_type.pk,
            item_name=member_type.name,
            action="Deleted",
            actor=actor,
        )
        MemberType.objects.filter(pk=member_type.pk).delete()


def _checked(name: str, *, but: MemberType | None = None) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise InvalidRecordError({"name": "Give the member type a name."})
    if len(tidy) > 100:
        raise InvalidRecordError({"name": f"Use at most 100 characters; this has {len(tidy)}."})
    if tidy.isdigit():
        # Elsewhere a member type is given by its name or by its number.
        raise InvalidRecordError({"name": "A name needs more than digits."})
    for other in MemberType.objects.all():
        if fold(other.name) == fold(tidy) and other != but:
            raise InvalidRecordError({"name": f"There is already a member type called “{other.name}”."})
    return tidy
