"""What a record must satisfy to be stored: the one place, for forms, imports and bulk actions alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from members.fields import Catalogue, Field
from members.models import CompanyRole, Kind, Member
from members.tree import in_a_cycle

Problems = dict[str, str]
"""Field key → a sentence for people."""

UNIQUE_COLUMNS = {"import_id": "Import ID", "account_email": "User Account Email"}


class InvalidRecordError(ValueError):
    """A record that cannot be stored; `problems` says why, by field."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        super().__init__(" ".join(dict.fromkeys(problems.values())))


class EditConflictError(Exception):
    """Somebody else saved the record since it was read; nothing was written. `member` is how it is now."""

    def __init__(self, member: Member) -> None:
        self.member = member
        super().__init__(
            f"{member.display_name} was changed by somebody else since you opened it. Nothing was saved; "
            "look at the record as it is now and make your changes again."
        )


def problems_of(member: Member, changed: Collection[str], fields: Catalogue) -> Problems:
    """What is wrong with one record by itself. `changed`: the field keys that this write sets."""
    if member.kind not in Kind.values:
        return {"kind": "Choose whether this is a company or a person."}
    problems = _naming_problem(member)
    for field in _concerned(member, changed, fields):
        if field.writable and (problem := _field_problem(field, member, changed)):
            problems.setdefault(field.key, problem)
    return problems


def _concerned(member: Member, changed: Collection[str], fields: Catalogue) -> Iterable[Field]:
    """The fields that this write can break: a new record owes the required ones, another kind breaks any."""
    if "kind" in changed and member.pk:
        return fields.system + fields.custom
    keys = {*changed, *fields.required_keys} if member._state.adding else changed
    return [field for key in keys if (field := fields.get(key))]


def _naming_problem(member: Member) -> Problems:
    if member.is_company:
        return {} if member.name else {"name": "A company needs a name."}
    if member.first_name or member.last_name or member.email:
        return {}
    return {"first_name": "A person needs a first name, a last name or an email."}


def _field_problem(field: Field, member: Member, changed: Collection[str]) -> str:
    value = field.source.read(member)
    blank = value == field.type.blank
    if not field.suits(member.kind):
        whose = "people" if member.is_company else "companies"
        return "" if blank else f"{field.label} is for {whose} only. Leave it blank."
    if field.required and blank and (field.key in changed or member._state.adding):
        return f"{field.label} is required."
    return ""


def problems_between(members: Sequence[Member], changed: Sequence[Collection[str]]) -> dict[int, Problems]:
    """What is wrong with records among each other and with those stored: {position: problems}.

    Call inside the transaction that will store them. Queries depend on the depth of the trees, not on how
    many records there are.
    """
    found: dict[int, Problems] = defaultdict(dict)
    for column, label in UNIQUE_COLUMNS.items():
        concerned = [place for place, keys in enumerate(changed) if column in keys]
        for place in _taken(members, concerned, column):
            found[place][column] = f"Another record has the {label} “{getattr(members[place], column)}”."
    for place, sentence in _parent_problems(members, changed):
        found[place]["parent"] = sentence
    for place, sentence in _conversion_problems(members, changed):
        found[place]["kind"] = sentence
    return found


def _taken(members: Sequence[Member], concerned: Sequence[int], column: str) -> list[int]:
    """Positions among `concerned` whose value another record holds, in the database or in this very write."""
    values = {
        place: getattr(members[place], column) for place in concerned if getattr(members[place], column)
    }
    if not values:
        return []
    counts = Counter(values.values())
    holders = dict(
        Member.objects.filter(**{f"{column}__in": counts.keys()}).values_list(column, "id").iterator()
    )
    return [
        place
        for place, value in values.items()
        if counts[value] > 1 or (value in holders and holders[value] != members[place].pk)
    ]


def _parent_problems(members: Sequence[Member], changed: Sequence[Collection[str]]) -> list[tuple[int, str]]:
    concerned = [
        place
        for place, keys in enumerate(changed)
        if members[place].parent_id is not None and ("parent" in keys or "kind" in keys)
    ]
    if not concerned:
        return []
    parent_ids = {parent for place in concerned if (parent := members[place].parent_id)}
    kinds: dict[int | None, str] = dict(
        Member.objects.filter(id__in=parent_ids).values_list("id", "kind").iterator()
    )
    kinds |= {member.pk: member.kind for member in members if member.pk in kinds}
    circular = in_a_cycle(
        {
            member.pk: member.parent_id
            for member, keys in zip(members, changed, strict=True)
            if member.pk and "parent" in keys
        }
    )
    problems = ((place, _parent_problem(members[place], kinds, circular)) for place in concerned)
    return [(place, sentence) for place, sentence in problems if sentence]


def _parent_problem(member: Member, kinds: Mapping[int | None, str], circular: Collection[int]) -> str:
    if member.parent_id not in kinds:
        return "The chosen parent does not exist any more. Choose another."
    if member.pk in circular:
        return "The chosen parent stands below this record in the family tree. Choose another one."
    if member.is_company and kinds[member.parent_id] == Kind.PERSON:
        return "A company can only stand under a company. Choose a company as its parent."
    return ""


def _conversion_problems(
    members: Sequence[Member], changed: Sequence[Collection[str]]
) -> list[tuple[int, str]]:
    converted = {
        members[place].pk: place for place, keys in enumerate(changed) if "kind" in keys and members[place].pk
    }
    if not converted:
        return []
    above = Member.objects.filter(parent_id__in=converted, kind=Kind.COMPANY).values_list(
        "parent_id", flat=True
    )
    roles = CompanyRole.objects.filter(company_id__in=converted).values_list("company_id", flat=True)
    held = CompanyRole.objects.filter(person_id__in=converted).values_list("person_id", flat=True)
    return [
        *(
            (converted[pk], "It has sub companies, which cannot stand under a person. Move them first.")
            for pk in set(above)
            if pk and members[converted[pk]].kind == Kind.PERSON
        ),
        *(
            (converted[pk], "It has company roles. Remove them before changing the record type.")
            for pk in {*roles, *held}
        ),
    ]
