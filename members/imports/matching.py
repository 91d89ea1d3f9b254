"""Which record a row is about: by its Import ID, or by its email and, where several share one, the name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from members.folding import fold
from members.imports.rows import Values
from members.jobs import Import, ImportRow, MatchBy
from members.models import Member

NOTHING_TO_MATCH = {
    MatchBy.EITHER: "The row has neither an Import ID nor an email, so nobody can tell which record it is about.",
    MatchBy.IMPORT_ID: "The row has no Import ID, so nobody can tell which record it is about.",
    MatchBy.EMAIL: "The row has no email, so nobody can tell which record it is about.",
}


@dataclass(frozen=True)
class Match:
    """A record's id, None for a new record, or a problem. `identity` is equal for rows about one record."""

    member_id: int | None = None
    identity: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Candidate:
    member_id: int
    kind: str
    sort_name: str
    import_id: str


def match(rows: Sequence[Values], job: Import) -> list[Match]:
    """One answer a row; four queries, however many rows. Of rows about one record only the first has it."""
    by = MatchBy(job.match_by)
    by_id = _by_import_id(rows) if by != MatchBy.EMAIL else {}
    by_email = _by_email(rows) if by != MatchBy.IMPORT_ID else {}
    found = [_match(values, by, by_id, by_email) for values in rows]
    return _once(rows, found, job)


def _by_import_id(rows: Sequence[Values]) -> dict[str, int]:
    refs = {values.import_ref for values in rows if values.import_ref}
    known = Member.objects.filter(import_id__in=refs).values_list("import_id", "pk")
    return {str(ref): pk for ref, pk in known.iterator()}


def _by_email(rows: Sequence[Values]) -> Mapping[str, list[Candidate]]:
    keys = {values.email_key for values in rows if values.email_key}
    known = Member.objects.filter(email_key__in=keys).order_by("pk")
    found: dict[str, list[Candidate]] = defaultdict(list)
    columns = ("email_key", "pk", "kind", "sort_name", "import_id")
    for key, pk, kind, sort_name, import_id in known.values_list(*columns).iterator():
        found[key].append(Candidate(pk, kind, sort_name, import_id or ""))
    return found


def _match(
    values: Values, by: MatchBy, by_id: Mapping[str, int], by_email: Mapping[str, list[Candidate]]
) -> Match:
    ref = values.import_ref if by != MatchBy.EMAIL else ""
    key = values.email_key if by != MatchBy.IMPORT_ID else ""
    if not ref and not key:
        return Match(problem=NOTHING_TO_MATCH[by])
    if ref in by_id:
        return _of(by_id[ref])
    candidates = _narrowed(by_email.get(key, []), values, ref)
    if len(candidates) == 1:
        return _of(candidates[0].member_id)
    if candidates and not ref:
        return Match(problem=_several(candidates))
    if ref:
        return Match(identity=f"id:{ref}")
    return Match(identity=f"new:{key}|{values.likely_kind}|{fold(values.display_name)}")


def _of(member_id: int) -> Match:
    return Match(member_id, identity=f"record:{member_id}")


def _narrowed(candidates: Sequence[Candidate], values: Values, ref: str) -> Sequence[Candidate]:
    """A record with another Import ID is another record; where several are left the name decides."""
    left = [one for one in candidates if not (ref and one.import_id)]
    if values.said_kind:
        left = [one for one in left if one.kind == values.said_kind]
    if len(left) < 2:
        return left
    name = fold(values.display_name)
    return [one for one in left if one.sort_name == name] or left


def _several(candidates: Sequence[Candidate]) -> str:
    return (
        f"{len(candidates):,} records have this email, and the name does not tell which of them is meant. Give the "
        "row the Import ID of the right one."
    )


def _once(rows: Sequence[Values], found: Sequence[Match], job: Import) -> list[Match]:
    identities = {one.identity for one in found if one.identity}
    earlier = ImportRow.objects.filter(job=job, identity__in=identities).order_by("-line")
    first: dict[str, int] = dict(earlier.values_list("identity", "line"))
    answers = []
    for values, one in zip(rows, found, strict=True):
        line = first.setdefault(one.identity, values.row.line) if one.identity else values.row.line
        answers.append(one if line == values.row.line else Match(problem=_twice(line)))
    return answers


def _twice(line: int) -> str:
    return f"Line {line:,} is about the same record. Only that one counts."
