"""contacts_json_import: rows of values for new and existing contacts, all put on the same lists."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.activities import Kind, Result, does
from integrations.sandbox.bulk import MOST_LISTS, begun, ids
from integrations.sandbox.choices import Overlong, Refusal, RowErrors, RowProblem
from integrations.sandbox.contact_input import NAME_LENGTH, VALUE_LENGTH, read_object
from integrations.sandbox.contacts import active_lists
from integrations.sandbox.errors import invalid
from integrations.sandbox.fields import fields_of
from integrations.sandbox.import_drafts import Drafts
from integrations.sandbox.import_rows import RowReader, RowRefused
from integrations.sandbox.store import Store

# What is beyond is dropped without a word.
MOST_BYTES = 4 * 1024 * 1024
MOST_ROWS = 40_000

_ROWS_BEGIN = re.compile(r'"import_data"\s*:\s*\[')
_BETWEEN_ROWS = re.compile(r"[\s,]*")

# Line 1 of the file an import stands for is its header.
FIRST_LINE = 2


def post_import(store: Store, caller: Caller, request: Request) -> Response:
    body = read_object(request)
    rows = body.get("import_data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid("import_data must be an array of contacts")
    list_ids = ids(body, "list_ids", MOST_LISTS)
    rows = rows[: min(MOST_ROWS, _rows_within_limit(request.get_data()))]
    _refuse_unknown(store, caller.account, list_ids, rows)
    status = {
        "items_total_count": len(rows) + 1,
        "person_count": 0,
        "error_count": 0,
        "correctable_count": 0,
        "cannot_add_to_list_count": 0,
    }
    return begun(store, caller, Kind.IMPORT, {"rows": rows, "list_ids": list_ids}, status)


def _rows_within_limit(body: bytes) -> int:
    """How many rows lie entirely within the first 4 MB.

    Read as Latin-1, a character is a byte, so the decoder's positions are byte positions.
    """
    if len(body) <= MOST_BYTES:
        return MOST_ROWS
    text = body[:MOST_BYTES].decode("latin-1")
    begin = _ROWS_BEGIN.search(text)
    decoder, found = json.JSONDecoder(), 0
    position = begin.end() if begin else len(text)
    while found < MOST_ROWS:
        between = _BETWEEN_ROWS.match(text, position)
        try:
            _, position = decoder.raw_decode(text, between.end() if between else position)
        except ValueError:
            break
        found += 1
    return found


def _refuse_unknown(store: Store, account: int, list_ids: list[str], rows: list[dict[str, Any]]) -> None:
    switches = store.switches
    if switches.import_unknown_list is Refusal.REFUSED:
        known_lists = active_lists(store, account)
        if any(each not in known_lists for each in list_ids):
            raise invalid("list_ids holds a list_id that does not exist")
    if switches.import_unknown_field is RowProblem.REFUSED:
        known = {f"cf:{field['name']}" for field in fields_of(store, account)}
        if any(key.startswith("cf:") and key not in known for row in rows for key in row):
            raise invalid("import_data holds a custom field that does not exist")
    if switches.import_overlong_values is Overlong.REFUSED and any(map(_has_overlong_value, rows)):
        raise invalid("import_data holds a value that is too long")


def _has_overlong_value(row: dict[str, Any]) -> bool:
    longest = {
        "first_name": NAME_LENGTH,
        "last_name": NAME_LENGTH,
        "job_title": NAME_LENGTH,
        "company_name": NAME_LENGTH,
    }
    return any(
        isinstance(value, str) and len(value) > longest.get(key, VALUE_LENGTH) for key, value in row.items()
    )


@does(Kind.IMPORT)
def import_contacts(
    store: Store, account: int, body: dict[str, Any], share: float, activity_id: str
) -> Result:
    """Do an import; rows that fail are counted, and named by line where the switch says so."""
    rows = body["rows"][: math.ceil(len(body["rows"]) * share)]
    known = active_lists(store, account)
    drafts = Drafts(store, account, lists=[known[each] for each in body["list_ids"] if each in known])
    reader = RowReader(store, account)
    drafts.load(row.get("email") for row in rows)
    result, status = Result(), {"error_count": 0, "correctable_count": 0, "cannot_add_to_list_count": 0}
    for line, row in enumerate(rows, start=FIRST_LINE):
        try:
            values = reader.read(row)
            if not drafts.apply(values):
                status["cannot_add_to_list_count"] += 1
        except RowRefused as refused:
            status["correctable_count" if refused.correctable else "error_count"] += 1
            if store.switches.row_errors is RowErrors.LINES:
                result.errors.append(f"Line {line}: {refused}")
    drafts.save()
    result.status = {"items_total_count": len(rows) + 1, "person_count": len(rows), **status}
    return result
