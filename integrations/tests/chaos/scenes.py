"""How a history comes to each boundary: it begins with a scene that surely leads there, and the worker dies there.

What follows is left to chance, in a world where somebody died. `BOUNDARIES` names them all: a history that comes to
another one fails, so that a new kind of request or of commit gets a scene of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

from integrations.tests.chaos.steps import Step
from integrations.tests.chaos.trouble import TROUBLES

Scene = tuple[Step, ...]

CYCLE = Step("cycle")
CHECKED = Step("cycle", c=1)
FEW: Scene = (CYCLE,)
MANY: Scene = (Step("add_many"), CYCLE)
# One import alone, of people who are there already: whom a lost one did not put on the list might look refused.
JOIN: Scene = (Step("turn_on", 1), *MANY, Step("join_too", 1), CYCLE)
CLEAR: Scene = (*MANY, Step("edit_many"), CYCLE)
EDIT: Scene = (CYCLE, Step("rename_person"), CYCLE)
LEAVE: Scene = (CYCLE, Step("take_out_of_group"), CYCLE)
TURN_OFF: Scene = (CYCLE, Step("turn_off"), CYCLE)
RENAME: Scene = (CYCLE, Step("remote_rename_list"), CHECKED, Step("rename_list_to_match"), CYCLE)
FORGET: Scene = (CYCLE, Step("delete_with_contact"), CYCLE)
DROP_FIELD: Scene = (CYCLE, Step("drop_field", b=1), CYCLE)
RENEW: Scene = (Step("expire_token"), CYCLE)

LIST, FIELD, PERSON = "/contact_lists", "/contact_custom_fields", "/contacts"
IMPORT, REMOVE = "/activities/contacts_json_import", "/activities/remove_list_memberships"


def _spoiled(scene: Scene, how: str, at: str = "") -> Scene:
    """The scene, its last cycle with trouble at one kind of request."""
    return (*scene[:-1], Step(how, at=at), scene[-1])


LOST_LIST = _spoiled(FEW, "lose_answer", f"POST {LIST}")
LOST_FIELD = _spoiled(FEW, "lose_answer", f"POST {FIELD}")
NO_LIST = (*_spoiled(FEW, "lose_request", f"POST {LIST}"), CYCLE)
NO_FIELD = _spoiled(FEW, "lose_request", f"POST {FIELD}")
LOST_IMPORT = _spoiled(JOIN, "lose_request", f"POST {IMPORT}")
LOST_REMOVAL = _spoiled(LEAVE, "lose_answer", f"POST {REMOVE}")
LOST_NAME = _spoiled(RENAME, "lose_answer", f"PUT {LIST}/")
LOST_DELETION = _spoiled(FORGET, "lose_answer", f"DELETE {PERSON}/")
HIDDEN_JOB = _spoiled(TURN_OFF, "hide_deletions")


def _sent_and_answered(scene: Scene, *requests: str) -> Iterable[tuple[str, Scene]]:
    return ((f"{end} {one}", scene) for one in requests for end in ("sent", "answered"))


def _committed(scene: Scene, *what: str) -> Iterable[tuple[str, Scene]]:
    return ((f"committed {one}", scene) for one in what)


BOUNDARIES: dict[str, Scene] = dict(
    [
        *_sent_and_answered(FEW, f"GET {LIST}", f"POST {LIST}", f"GET {FIELD}", f"POST {FIELD}"),
        *_sent_and_answered(FEW, f"GET {PERSON}", f"POST {PERSON}"),
        *_sent_and_answered(JOIN, f"POST {IMPORT}"),
        *_sent_and_answered(CLEAR, "GET /activities"),
        *_sent_and_answered(EDIT, f"GET {PERSON}/…", f"PUT {PERSON}/…"),
        *_sent_and_answered(LEAVE, f"POST {REMOVE}"),
        *_sent_and_answered(TURN_OFF, f"DELETE {LIST}/…", f"GET {LIST}/…"),
        *_sent_and_answered(RENAME, f"PUT {LIST}/…"),
        *_sent_and_answered(FORGET, f"DELETE {PERSON}/…"),
        *_sent_and_answered(DROP_FIELD, f"DELETE {FIELD}/…"),
        *_sent_and_answered(HIDDEN_JOB, "GET /activities/…"),
        *_sent_and_answered(RENEW, "POST /token"),
        *_committed(
            FEW, "create_list intended", "create_list done", "create_field intended", "create_field done"
        ),
        *_committed(MANY, "import intended"),
        *_committed(CLEAR, "import submitted", "import done"),
        *_committed(LEAVE, "remove intended", "remove submitted", "remove done"),
        *_committed(TURN_OFF, "delete_list intended", "delete_list submitted", "delete_list done"),
        *_committed(RENAME, "rename_list intended", "rename_list done"),
        *_committed(FORGET, "delete_contact intended", "delete_contact done"),
        *_committed(LOST_LIST, "create_list unknown"),
        *_committed(LOST_FIELD, "create_field unknown"),
        *_committed(NO_LIST, "create_list failed"),
        *_committed(NO_FIELD, "create_field failed"),
        *_committed(LOST_IMPORT, "import unknown"),
        *_committed(LOST_REMOVAL, "remove unknown"),
        *_committed(LOST_NAME, "rename_list unknown"),
        *_committed(LOST_DELETION, "delete_contact unknown"),
        *_committed(_spoiled(MANY, "fail_job"), "import failed"),
        *_committed(_spoiled(LEAVE, "fail_job"), "remove failed"),
        *_committed(_spoiled(TURN_OFF, "refuse", f"DELETE {LIST}/"), "delete_list failed"),
        *_committed(_spoiled(RENAME, "refuse", f"PUT {LIST}/"), "rename_list failed"),
        *_committed(_spoiled(FORGET, "refuse", f"DELETE {PERSON}/"), "delete_contact failed"),
        *_committed(
            _spoiled(DROP_FIELD, "refuse", f"DELETE {FIELD}/"), "delete_field intended", "delete_field failed"
        ),
        *_committed(
            FEW, "apipace", "apiusage", "association_lease", "audit_auditentry", "contact", "listevent"
        ),
        *_committed(FEW, "listmembership", "listsize", "observation", "operation", "stalecontact"),
        *_committed(FEW, "syncedlist", "syncfield", "syncrun"),
        *_committed(RENEW, "constantcontactconnection"),
        *_committed(FORGET, "contactdeletion"),
    ]
)


def struck_by(trouble: str, chance: random.Random) -> Scene:
    """A list is made and people imported, and the trouble strikes one of the first requests."""
    troubled = Step("struck_cycle", TROUBLES.index(trouble) * 4 + 1, chance.randrange(1000), 1)
    return Step("turn_on", 1), Step("add_many", 1, 1), troubled


def dying_at(boundary: str) -> Scene:
    """The scene in which the worker comes to the boundary, and dies there for the first time it does in the last
    cycle.
    """
    *before, last = BOUNDARIES[boundary]
    return (*before, replace(last, at=boundary))
