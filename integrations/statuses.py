"""Every status of a group's sync and of a person in it: its words, its look, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from django.urls import reverse

from novi_ams.association.looks import Look, StatusLook


@dataclass(frozen=True)
class Remedy:
    """The one thing to do: a label and the address's name; `of_group` when the address takes the group's id."""

    label: str
    url_name: str
    of_group: bool = False


RECONNECT = Remedy("Reconnect", "integrations:settings")
CONNECT = Remedy("Connect to Constant Contact", "integrations:settings")
LOOK_AT_CONNECTION = Remedy("Look at the connection", "integrations:settings")
RESUME_ALL = Remedy("Resume", "integrations:settings")
OPEN_TAB = Remedy("Open the group's sync", "integrations:group", of_group=True)
REVIEW = Remedy("Review them", "integrations:held", of_group=True)
CREATE_AGAIN = Remedy("Create the list again", "integrations:create_again", of_group=True)
TURN_OFF = Remedy("Turn sync off", "integrations:turn_off", of_group=True)
TRY_AGAIN = Remedy("Try again", "integrations:create_again", of_group=True)
EDIT_GROUP = Remedy("Edit the conditions", "group", of_group=True)


class Family(StrEnum):
    """The filter chips of the Groups list."""

    SYNCED = "synced"
    WORKING = "working"
    NEEDS_YOU = "needs_you"
    PAUSED = "paused"
    OFF = "off"

    @property
    def look(self) -> StatusLook:
        return FAMILY_LOOKS[self]


FAMILY_LOOKS = {
    Family.SYNCED: Look.SYNCED.value,
    Family.WORKING: Look.SYNCING.value.saying("Working"),
    Family.NEEDS_YOU: Look.FAILED.value.saying("Needs you"),
    Family.PAUSED: Look.PAUSED.value,
    Family.OFF: Look.OFF.value,
}


RUN_LOOKS: Mapping[str, StatusLook] = {
    "running": Look.SYNCING.value.saying("Running"),
    "done": Look.SYNCED.value.saying("Done"),
    "stopped": Look.HELD.value.saying("Stopped"),
    "failed": Look.FAILED.value,
}
"""By `models.RunState`."""


@dataclass(frozen=True)
class SyncWords:
    """What is said of a group's sync: `title` and `explanation` in the tooltip, `remedy` and `second` in it."""

    look: StatusLook
    family: Family
    title: str
    explanation: str
    remedy: Remedy | None = None
    second: Remedy | None = None


class SyncStatus(Enum):
    """How the sync of a group stands; `integrations.group_status` decides which."""

    OFF = SyncWords(
        Look.OFF.value,
        Family.OFF,
        "This group does not sync.",
        "Turn on Sync to Constant Contact and a list is kept equal to the group.",
    )
    DELETING = SyncWords(
        Look.OFF.value.saying("Off, list being deleted"),
        Family.OFF,
        "The sync is off.",
        "Its list is being deleted in Constant Contact. Turn the sync on again before that and it stays.",
    )
    WAITING = SyncWords(
        Look.NOT_CONNECTED.value.saying("Waiting for connection"),
        Family.NEEDS_YOU,
        "Constant Contact is not connected.",
        "Changes wait and go out as soon as somebody connects.",
        CONNECT,
    )
    ELSEWHERE = SyncWords(
        Look.NOT_CONNECTED.value.saying("Waiting for connection"),
        Family.NEEDS_YOU,
        "This is not the site that was connected.",
        "Nothing is sent from here. If this site has moved, confirm it under Association Settings.",
        LOOK_AT_CONNECTION,
    )
    RECONNECT_NEEDED = SyncWords(
        Look.RECONNECT_NEEDED.value,
        Family.NEEDS_YOU,
        "Constant Contact no longer accepts our permission.",
        "The list stays as it is. Changes wait and go out as soon as somebody reconnects.",
        RECONNECT,
    )
    CALCULATING = SyncWords(
        Look.CALCULATING.value,
        Family.WORKING,
        "The group is being calculated.",
        "The list follows when it is done.",
    )
    NOT_CALCULATED = SyncWords(
        Look.FAILED.value,
        Family.NEEDS_YOU,
        "The group cannot be calculated.",
        "Its list is left as it is.",
        EDIT_GROUP,
    )
    MAKING_LIST = SyncWords(
        Look.SYNCING.value.saying("Making the list"),
        Family.WORKING,
        "The list is being made in Constant Contact.",
        "The group's people follow.",
    )
    SYNCING = SyncWords(
        Look.SYNCING.value,
        Family.WORKING,
        "Changes are on their way to Constant Contact.",
        "You can leave this page.",
    )
    TOMORROW = SyncWords(
        Look.PENDING.value.saying("Waits for midnight UTC"),
        Family.WORKING,
        "Today's requests to Constant Contact are used up.",
        "It goes on by itself after midnight UTC. Nothing is lost.",
    )
    SYNCED = SyncWords(
        Look.SYNCED.value,
        Family.SYNCED,
        "The list is equal to the group.",
        "Opt-outs are never overridden.",
    )
    PAUSED = SyncWords(
        Look.PAUSED.value,
        Family.PAUSED,
        "The sync of this group is paused.",
        "Nothing is sent, the list stays, changes wait.",
        OPEN_TAB,
    )
    ALL_PAUSED = SyncWords(
        Look.PAUSED.value,
        Family.PAUSED,
        "All syncs are paused.",
        "Nothing is sent, the lists stay, changes wait.",
        RESUME_ALL,
    )
    HELD = SyncWords(
        Look.HELD.value,
        Family.NEEDS_YOU,
        "Changes wait for approval.",
        "They came from a background change and would alter much of the list.",
        REVIEW,
    )
    FAILED = SyncWords(
        Look.FAILED.value.saying("List not made"),
        Family.NEEDS_YOU,
        "The list could not be made.",
        "Nobody of this group is mailed through it.",
        TRY_AGAIN,
        TURN_OFF,
    )
    GONE = SyncWords(
        Look.LIST_DELETED.value,
        Family.NEEDS_YOU,
        "The list was deleted in Constant Contact.",
        "Nobody of this group gets email from it.",
        CREATE_AGAIN,
        TURN_OFF,
    )

    @property
    def is_busy(self) -> bool:
        """Whether a page that shows it should look again by itself."""
        return self in (SyncStatus.CALCULATING, SyncStatus.MAKING_LIST, SyncStatus.SYNCING)

    @property
    def waits(self) -> bool:
        """Whether nothing is sent until a person or midnight allows it."""
        return self in (
            SyncStatus.WAITING,
            SyncStatus.ELSEWHERE,
            SyncStatus.RECONNECT_NEEDED,
            SyncStatus.TOMORROW,
            SyncStatus.PAUSED,
            SyncStatus.ALL_PAUSED,
        )


class Fill(StrEnum):
    """How a bucket's segment of the accounting bar is drawn; a class in integrations.css."""

    GOOD = "good"
    BUSY = "busy"
    WAIT = "wait"
    PLAIN = "plain"
    HATCHED = "hatched"
    OUTLINED = "outlined"
    BAD = "bad"


@dataclass(frozen=True)
class BucketWords:
    """`label` in the ledger, `look` on a person, `explanation` and `cure` on the Help page."""

    code: str
    label: str
    look: StatusLook
    fill: Fill
    explanation: str
    cure: str
    aside: str = ""


NOT_APPLICABLE = Look.NOT_APPLICABLE.value


class Bucket(Enum):
    """Where a person of a synced group is counted, in the order of precedence: the first that applies."""

    DO_NOT_SEND = BucketWords(
        "do_not_send",
        "Do Not Send Marketing Emails",
        Look.DO_NOT_SEND.value,
        Fill.BAD,
        "Do Not Send Marketing Emails is set on the record, or on a person who shares its address.",
        "Clear it on the person's Settings tab when they ask for email again.",
    )
    NO_EMAIL = BucketWords(
        "no_email",
        "No email",
        NOT_APPLICABLE,
        Fill.OUTLINED,
        "The record has no Professional Contact email.",
        "Add one on the record's Details tab.",
    )
    INVALID = BucketWords(
        "invalid_email",
        "Invalid email",
        NOT_APPLICABLE,
        Fill.PLAIN,
        "The Professional Contact email is not an address that can be mailed.",
        "Correct it on the record's Details tab.",
    )
    TOO_LONG = BucketWords(
        "too_long",
        "Email too long",
        NOT_APPLICABLE,
        Fill.OUTLINED,
        "The address is longer than Constant Contact takes.",
        "Use a shorter address.",
    )
    SAME_ADDRESS = BucketWords(
        "same_address",
        "Same address as another record",
        NOT_APPLICABLE,
        Fill.HATCHED,
        "One address is one contact. Another record of the group stands for it and gives it its values.",
        "Nothing to do: the address is mailed once. Give the record an address of its own to mail it apart.",
    )
    UNSUBSCRIBED = BucketWords(
        "unsubscribed",
        "Unsubscribed in Constant Contact",
        Look.UNSUBSCRIBED.value,
        Fill.PLAIN,
        "The person opted out in Constant Contact. The sync never overrides that.",
        "Only the person can opt in again, through a form of Constant Contact's. The sync then takes it up by itself.",
    )
    DELETED_THERE = BucketWords(
        "deleted_there",
        "Deleted in Constant Contact",
        NOT_APPLICABLE.saying("Deleted there"),
        Fill.OUTLINED,
        "Somebody deleted the contact in Constant Contact after we had synced it.",
        "Choose Add back to make the contact again.",
    )
    LEFT = BucketWords(
        "left_the_list",
        "Left the list",
        Look.LEFT_THE_LIST.value,
        Fill.HATCHED,
        "The contact was taken off this list in Constant Contact.",
        "Choose Add back to put it on the list again.",
    )
    REFUSED = BucketWords(
        "refused",
        "Refused by Constant Contact",
        Look.REFUSED.value,
        Fill.BAD,
        "Constant Contact did not take the contact; the reason stands beside the name.",
        "Remove the cause, then choose Try again. It is tried again by itself, too, later and later.",
    )
    HELD = BucketWords(
        "held",
        "Held",
        Look.HELD.value,
        Fill.WAIT,
        "A background change would alter much of the list, so it waits for a person.",
        "Review the changes on the group's Integrations tab, and approve them or leave the list as it is.",
    )
    PENDING = BucketWords(
        "pending",
        "Pending",
        Look.PENDING.value,
        Fill.BUSY,
        "Not seen on the list yet.",
        "Nothing to do: it goes out by itself.",
        aside="not seen there yet",
    )
    SYNCED = BucketWords(
        "synced",
        "Synced",
        Look.SYNCED.value,
        Fill.GOOD,
        "Seen on the list in Constant Contact.",
        "Nothing to do.",
    )

    @property
    def code(self) -> str:
        return self.value.code

    @property
    def label(self) -> str:
        return self.value.label

    @property
    def look(self) -> StatusLook:
        return self.value.look

    @classmethod
    def of(cls, code: str) -> Bucket:
        """The bucket of a code; raises ValueError for an unknown one."""
        found = BY_CODE.get(code)
        if found is None:
            raise ValueError(f"no bucket {code!r}")
        return found


BY_CODE = {bucket.code: bucket for bucket in Bucket}

LEDGER = (
    Bucket.SYNCED,
    Bucket.PENDING,
    Bucket.HELD,
    Bucket.UNSUBSCRIBED,
    Bucket.SAME_ADDRESS,
    Bucket.NO_EMAIL,
    Bucket.INVALID,
    Bucket.TOO_LONG,
    Bucket.LEFT,
    Bucket.DELETED_THERE,
    Bucket.DO_NOT_SEND,
    Bucket.REFUSED,
)
"""The order in which people read them: what is well, what is on its way, who is never mailed, what is wrong."""

UNMAILED = tuple(one for one in LEDGER if one not in (Bucket.SYNCED, Bucket.PENDING, Bucket.HELD))
"""Who is not mailed, with a reason: not on the list and not on the way to it."""

NOT_MAILED = "not_mailed"
"""The code of all of them together."""

AWAITS_VALUES = "awaits_values"
"""The code of those among the synced whose values are still on their way."""


@dataclass(frozen=True)
class AddressWords:
    code: str
    label: str
    explanation: str


class AddressBucket(Enum):
    """Where an address on a list is counted: the second ledger."""

    SYNCED = AddressWords("synced", "Synced", "They stand for people of the group.")
    AWAITING_REMOVAL = AddressWords(
        "awaiting_removal",
        "Awaiting removal",
        "We put them on the list and nobody of the group stands for them now.",
    )
    REMOVAL_HELD = AddressWords(
        "removal_held", "Removal held", "A background change would take off much of the list."
    )
    ONLY_THERE = AddressWords(
        "only_there",
        "Only in Constant Contact",
        "They were put on the list there, not by this group, and are left alone.",
    )

    @property
    def code(self) -> str:
        return self.value.code

    @property
    def label(self) -> str:
        return self.value.label


def synced_look(count: int) -> StatusLook:
    """“1,204 emails synced”."""
    return Look.SYNCED.value.saying(f"{count:,} email{'' if count == 1 else 's'} synced")


def held_look(count: int) -> StatusLook:
    """“61 changes wait for approval”."""
    words = "1 change waits" if count == 1 else f"{count:,} changes wait"
    return Look.HELD.value.saying(f"{words} for approval")


def with_explanation(look: StatusLook, explanation: str) -> StatusLook:
    return replace(look, explanation=explanation)


def address_of(remedy: Remedy | None, group_id: int) -> str:
    """Where a remedy is, or blank for none."""
    if remedy is None:
        return ""
    return reverse(remedy.url_name, args=[group_id] if remedy.of_group else [])
