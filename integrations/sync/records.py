"""Reading member records by the thousand for their values: the columns that are needed, one record a parent."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from integrations.sync.mapping import FieldMapping
from integrations.sync.rows import among, read_rows
from members.models import Member, MemberQuerySet

CORE = ("id", "kind", "parent", "name", "first_name", "last_name", "suffix", "job_title")
"""What the core values of a contact are made of."""

DECIDING = ("email", "email_key", "status", "do_not_send", "created_at")
"""What decides about an address."""

NEVER_MAPPED = ("search_text", "folded")
"""Columns made for searching; parsing the second takes as long as the rest of a record."""


def read_mapped(
    members: MemberQuerySet, mapping: FieldMapping, *, also: Collection[str] = ()
) -> list[Member]:
    """The members with their parents, for `mapping.values_of`, and their columns `also`; 2 queries.

    Their other columns are read when they are asked for.
    """
    columns = _attributes(mapping)
    found = read_rows(members, columns.union(also))
    parents = Member.objects.filter(pk__in=among({one.parent_id for one in found if one.parent_id}))
    by_id: dict[int | None, Member | None] = {one.id: one for one in read_rows(parents, columns)}
    for one in found:
        one._state.fields_cache["parent"] = by_id.get(one.parent_id)
    return found


def _attributes(mapping: FieldMapping) -> set[str]:
    """What is read; nearly all where a field is computed from who knows which."""
    mapped = [field.source.source.column for field in mapping.fields]
    every = (one.name for one in Member._meta.concrete_fields if one.name not in NEVER_MAPPED)
    names: Iterable[str] = (*CORE, *mapped) if all(mapped) else every
    return {getattr(Member._meta.get_field(name), "attname", name) for name in names}
