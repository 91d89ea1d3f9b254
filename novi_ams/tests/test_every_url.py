"""Every address of the project, asked by everybody: nothing is open that its row in `url_table.py` does not say.

An address without a row fails, so whoever adds one decides who may open it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from integrations.models import Contact, ContactState, MembershipState, SyncedList
from integrations.tests.ledgers import TESTER, connected, contact, group, on_list, put_on, stranger, synced
from integrations.tests.ledgers import person as record
from members import bulk
from members.custom_fields import create_custom_field
from members.fields import catalogue
from members.jobs import BulkAction, Import
from members.models import FieldType, Kind, Member
from members.sections import sections
from members.tests.importing import checked
from novi_ams.association.models import User
from novi_ams.tests.browser import assert_numbers_for_machines
from novi_ams.tests.people import association_admin, client_of, limited_admin, person
from novi_ams.tests.url_table import TABLE, Row, Visitor

pytestmark = pytest.mark.django_db
TOKEN = "a" * 32
OPERATORS = "operator/"
"""Everything under it is Django's admin, but for the components page, which is ours."""
OF_HTMX = {"HX-Request": "true"}
OF_OURS = {"X-CSRFToken": TOKEN}


def walk(
    resolver: URLResolver, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(name, route, names of arguments) of everything below the resolver."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, route, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or route}", route, tuple(entry.pattern.regex.groupindex)


def is_operators(route: str) -> bool:
    return route.startswith(OPERATORS) and route != f"{OPERATORS}look/"


OURS = {name: arguments for name, route, arguments in walk(get_resolver()) if not is_operators(route)}
DJANGOS = [(name, arguments) for name, route, arguments in walk(get_resolver()) if is_operators(route)]


@dataclass(frozen=True)
class World:
    """One of everything that an address may be about."""

    board: SyncedList
    company: Member
    left: Member
    refused: Contact
    import_job: Import
    bulk_action: BulkAction
    somebody: User
    visitors: Mapping[Visitor, User | None]

    def clients(self) -> dict[Visitor, Client]:
        """A client of everybody, which must show the token with every form."""
        return {
            who: client_of(user, enforce_csrf_checks=True) if user else Client(enforce_csrf_checks=True)
            for who, user in self.visitors.items()
        }

    def argument(self, name: str, argument: str) -> object:
        """What stands for `argument` in the address called `name`."""
        named = {
            "section": sections(catalogue())[0].key,
            "key": "chapter",
            "uidb64": "x",
            "token": "y",
            "list_pk": self.board.pk,
            "member_pk": self.left.pk,
        }
        return named[argument] if argument in named else self._pk(name)

    def _pk(self, name: str) -> object:
        named = {
            "integrations:try_again": self.refused.pk,
            "integrations:of_member": self.left.pk,
            "member_roles": self.company.pk,
        }
        by_first_word = {
            "group": self.board.group_id,
            "member": self.left.pk,
            "import": self.import_job.pk,
            "bulk": self.bulk_action.pk,
            "admin": self.somebody.pk,
        }
        if name in named:
            return named[name]
        # The sync's other addresses with a single number are about a group.
        return self.board.group_id if ":" in name else by_first_word[name.split("_")[0]]


@pytest.fixture
def world(settings: Settings) -> World:
    """Connected to a Constant Contact that does not answer."""
    settings.CONSTANT_CONTACT_API_URL = settings.CONSTANT_CONTACT_AUTH_URL = "http://127.0.0.1:9"
    connected(client_id="novi")
    create_custom_field("Chapter", FieldType.TEXT, actor=TESTER)
    ada, bob, cleo = (record(f"{name}@example.org", name) for name in ("ada", "bob", "cleo"))
    board = synced(group("Board", ada, bob, cleo))
    put_on(board, ada)
    on_list(board, contact(bob), bob, seen=False, state=MembershipState.LEFT)
    refused = contact(cleo, ContactState.REFUSED, reason="No.")
    on_list(board, refused, cleo, seen=False)
    stranger(board, "zoe@example.net")
    return World(
        board=board,
        company=record("", kind=Kind.COMPANY, name="Acme", first="", last=""),
        left=bob,
        refused=refused,
        import_job=checked("Email\na@example.org\n"),
        bulk_action=bulk.select(Member.objects.all(), verb="deactivate", query="", actor=TESTER),
        somebody=limited_admin(),
        visitors={
            Visitor.STRANGER: None,
            Visitor.NO_ROLE: person(),
            Visitor.LIMITED: limited_admin(),
            Visitor.ADMIN: association_admin(password="correct horse battery"),
        },
    )


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside did not happen, so that the next visitor finds the same world."""
    block = transaction.atomic()
    # As Django's own TestCase marks its blocks: work that must not be inside a transaction is let in.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def got(address: str, world: World, *, headers: Mapping[str, str]) -> dict[Visitor, int]:
    answers = {}
    for who, client in world.clients().items():
        with undone():
            answer = client.get(address, headers=headers)
            answers[who] = answer.status_code
            if answer.streaming:
                answer.getvalue()  # what is written while it is read belongs to the answer
            elif answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                assert_numbers_for_machines(answer.content.decode())
    return answers


def posted(address: str, world: World, *, headers: Mapping[str, str]) -> dict[Visitor, int]:
    """What an empty form gets."""
    answers = {}
    for who, client in world.clients().items():
        client.cookies["csrftoken"] = TOKEN
        with undone():
            answers[who] = client.post(address, headers=headers).status_code
    return answers


def refusals(answers: Mapping[Visitor, int]) -> dict[Visitor, int]:
    return {who: status for who, status in answers.items() if status in (302, 403, 404, 405)}


def address_of(name: str, world: World) -> str:
    return reverse(name, kwargs={one: world.argument(name, one) for one in OURS[name]})


def line_of(name: str, row: Row) -> str:
    """The row as it stands in the table."""
    codes = [*row.get.values(), *row.post.values()]
    return f"{name:34} " + " ".join("." if code == 405 else str(code) for code in codes)


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    without = sorted(OURS.keys() - TABLE.keys())
    assert not without, f"Add a row to novi_ams/tests/url_table.py for: {', '.join(without)}"
    assert not TABLE.keys() - OURS.keys(), "These rows have no address any more"


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_url_answers_as_its_row_says(name: str, world: World) -> None:
    address = address_of(name, world)
    found = Row(get=got(address, world, headers={}), post=posted(address, world, headers=OF_OURS))
    expected = line_of(name, TABLE[name]) if name in TABLE else "no row"
    assert line_of(name, found) == expected, (
        "If the first is right, it belongs into novi_ams/tests/url_table.py"
    )
    assert refusals(got(address, world, headers=OF_HTMX)) == refusals(found.get), "as a fragment"
    assert set(posted(address, world, headers={}).values()) == {403}, "from another site, without the token"


@pytest.mark.parametrize(("name", "arguments"), DJANGOS)
def test_every_url_of_djangos_admin_is_the_operators_alone(
    name: str, arguments: tuple[str, ...], world: World
) -> None:
    values = {"object_id": "1", "content_type_id": "1", "app_label": "auth"}
    known = not name.startswith(f"admin:{OPERATORS}")
    address = (
        reverse(name, kwargs={one: values[one] for one in arguments}) if known else "/operator/auth/group/1/"
    )
    allowed = {200, 302, 405} if name in {"admin:login", "admin:logout", "admin:jsi18n"} else {302}
    assert set(got(address, world, headers={}).values()) <= allowed
