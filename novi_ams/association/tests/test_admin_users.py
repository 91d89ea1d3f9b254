"""Admin Users: who may sign in, inviting, roles, removing, and that somebody is always left to do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group as Role
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.tests.threads import at_once
from novi_ams.association import admin_users
from novi_ams.association.admin_users import AddressTakenError, LastAdminError, change_role, remove, role_of
from novi_ams.association.models import User
from novi_ams.association.roles import RoleName
from novi_ams.audit.actor import SYSTEM, actor_for
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.tests.mailed import mailed
from novi_ams.tests.people import association_admin, client_of, limited_admin, person, superuser

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
PEOPLE = "/settings/admin-users/"
INVITED = {"email": "Jacob@Example.org", "first_name": "Jacob", "last_name": "Pruitt"}
LIMITED, ADMIN = RoleName.LIMITED_ADMIN.value, RoleName.ASSOCIATION_ADMIN.value


@pytest.fixture
def margaret() -> User:
    return association_admin(email="margaret@example.org", password=PASSWORD)


@pytest.fixture
def client(margaret: User) -> Client:
    return client_of(margaret)


def invite(client: Client, **values: str) -> Any:
    return client.post(reverse("admin_user_invite"), {**INVITED, "role": LIMITED, **values})


def jacob() -> User:
    return User.objects.get(email="jacob@example.org")


def entries() -> list[tuple[str, str, str, str]]:
    found = AuditEntry.objects.filter(component=Component.USER).order_by("id")
    return list(found.values_list("action", "field", "before", "after"))


def does_open(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_the_page_shows_everybody_with_role_and_last_sign_in(client: Client) -> None:
    limited_admin(first_name="Sam", last_name="Whitaker", email="sam@example.org")
    superuser(first_name="Olga", last_name="Operator")
    invite(client)
    rows = [(str(row.user), row.role, row.is_invited) for row in client.get(PEOPLE).context["rows"]]
    assert ("Margaret Olsen", ADMIN, False) in rows
    assert ("Jacob Pruitt", LIMITED, True) in rows
    assert ("Olga Operator", "Operator", True) in rows
    assert "(you)" in client.get(PEOPLE).content.decode()


def test_an_invited_person_chooses_a_password_and_signs_in(client: Client) -> None:
    invite(client)
    (sent,) = mail.outbox
    assert sent.to == ["jacob@example.org"]
    assert "Margaret Olsen lets you into Novi AMS" in str(sent.body)
    link = re.search(r"http\S+?(/password/reset/\S+)", str(sent.body))
    assert link
    theirs = Client()
    form = theirs.get(link[1], follow=True)
    theirs.post(
        form.redirect_chain[-1][0], {"new_password1": "another long one", "new_password2": "another long one"}
    )
    theirs.post("/login/", {"username": "jacob@example.org", "password": "another long one"})
    assert does_open(theirs)
    assert theirs.get(PEOPLE).status_code == 403
    again = Client().get(link[1], follow=True)
    assert "This link no longer works" in again.content.decode()


def test_an_invitation_is_audited_without_its_link(client: Client) -> None:
    invite(client)
    assert entries() == [("invited", "Email", "", "jacob@example.org"), ("invited", "Role", "", LIMITED)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "MARGARET@example.org"}, "Somebody signs in with this address already."),
        ({"email": "nonsense"}, "This is not an email address."),
        ({"email": ""}, "Give the address."),
        ({"role": ""}, "Choose a role."),
        ({"role": "Superuser"}, "Choose one of the two roles."),
    ],
)
def test_a_wrong_invitation_says_what_is_wrong_and_loses_nothing(
    client: Client, values: dict[str, str], words: str
) -> None:
    answer = invite(client, **values)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Pruitt" in answer.content.decode()
    assert User.objects.count() == 1
    assert mail.outbox == []


def test_two_invitations_of_one_address_at_once_make_one_account() -> None:
    person(email="jacob@example.org")
    with pytest.raises(AddressTakenError):
        admin_users.invite(**INVITED, role=RoleName.LIMITED_ADMIN, actor=SYSTEM)
    assert User.objects.count() == 1
    assert (entries(), mail.outbox) == ([], [])


def test_an_invitation_that_cannot_be_mailed_can_be_sent_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise SMTPServerDisconnected("Connection unexpectedly closed")

    with monkeypatch.context() as broken:
        broken.setattr(admin_users, "send_mail", refuse)
        page = client.get(invite(client)["Location"]).content.decode()
    assert "The invitation was not sent" in page
    client.post(reverse("admin_user_invite_again", args=[jacob().pk]))
    assert [sent.to for sent in mail.outbox] == [["jacob@example.org"]]


def test_who_has_a_password_is_not_invited_again(client: Client) -> None:
    sam = limited_admin(password=PASSWORD)
    client.post(reverse("admin_user_invite_again", args=[sam.pk]))
    assert mail.outbox == []


def test_an_invitation_that_ran_out_is_renewed_by_the_person(client: Client) -> None:
    invite(client)
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        link = re.search(r"http\S+?(/password/reset/\S+)", str(mail.outbox[0].body))
        assert link
        assert "no longer works" in Client().get(link[1], follow=True).content.decode()
        Client().post("/password/reset/", {"email": "JACOB@example.org"})
    assert mailed(2)[1].to == ["jacob@example.org"]


def test_a_role_is_changed_and_audited(client: Client) -> None:
    sam = limited_admin()
    client.post(reverse("admin_user_role", args=[sam.pk]), {"role": ADMIN})
    assert role_of(User.objects.get(pk=sam.pk)) == RoleName.ASSOCIATION_ADMIN
    assert entries() == [("changed", "Role", LIMITED, ADMIN)]


def test_the_same_role_again_is_no_change(client: Client) -> None:
    client.post(reverse("admin_user_role", args=[limited_admin().pk]), {"role": LIMITED})
    assert entries() == []


def test_a_removed_person_is_out_at_once_and_stays_in_the_log(client: Client) -> None:
    sam = limited_admin(first_name="Sam", last_name="Whitaker")
    theirs = client_of(sam)
    assert does_open(theirs)
    client.post(reverse("admin_user_remove", args=[sam.pk]))
    assert not does_open(theirs)
    assert not User.objects.filter(pk=sam.pk).exists()
    signed_in = AuditEntry.objects.get(component=Component.SIGN_IN, item_id=str(sam.pk))
    assert (signed_in.actor_name, signed_in.actor_id) == ("Sam Whitaker", sam.pk)
    assert client.get("/reports/audit/").status_code == 200
    assert entries()[-1] == ("removed", "Role", LIMITED, "")


@pytest.mark.parametrize(
    "demote",
    [
        lambda user: change_role(user, RoleName.LIMITED_ADMIN, actor=SYSTEM),
        lambda user: remove(user, actor=SYSTEM),
    ],
    ids=["demoted", "removed"],
)
def test_the_last_association_admin_cannot_be(demote: Callable[[User], object], margaret: User) -> None:
    limited_admin(password=PASSWORD)
    association_admin()  # was invited and never chose a password
    association_admin(password=PASSWORD, is_active=False)
    with pytest.raises(LastAdminError):
        demote(margaret)
    association_admin(password=PASSWORD)
    demote(margaret)


def test_the_page_says_why_the_last_one_stays(client: Client, margaret: User) -> None:
    for name, data in (("admin_user_role", {"role": LIMITED}), ("admin_user_remove", {})):
        answer = client.post(reverse(name, args=[margaret.pk]), data)
        assert answer.status_code == 422
        assert "This is the last Association Admin who can sign in." in answer.content.decode()
    assert role_of(User.objects.get(pk=margaret.pk)) == RoleName.ASSOCIATION_ADMIN


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one() -> None:
    for name in RoleName:  # a test with real transactions may find the migrations' roles gone
        Role.objects.get_or_create(name=name)
    pair = [association_admin(password=PASSWORD) for _ in range(2)]
    victims = list(pair)

    def remove_one() -> bool:
        try:
            remove(victims.pop(), actor=SYSTEM)
        except LastAdminError:
            return False
        return True

    assert sorted(at_once(2, remove_one)) == [False, True]
    assert User.objects.filter(groups__name=ADMIN).count() == 1


def test_signing_out_everywhere_ends_every_session_and_no_others(margaret: User) -> None:
    here, there, sams = client_of(margaret), client_of(margaret), client_of(limited_admin())
    assert here.post(reverse("logout_everywhere"))["Location"] == "/login/"
    assert (does_open(here), does_open(there), does_open(sams)) == (False, False, True)
    assert entries() == [("signed out everywhere", "", "", "")]
    assert does_open(client_of(User.objects.get(pk=margaret.pk)))


def test_an_admin_signs_somebody_else_out(client: Client) -> None:
    sam = limited_admin()
    theirs = client_of(sam)
    client.post(reverse("admin_user_sign_out", args=[sam.pk]))
    assert (does_open(theirs), does_open(client)) == (False, True)


def test_an_operators_account_is_not_touched(client: Client) -> None:
    olga = superuser()
    for name in ("role", "remove", "invite_again", "sign_out"):
        address = reverse(f"admin_user_{name}", args=[olga.pk])
        assert client.post(address, {"role": LIMITED}).status_code == 404, name
    assert User.objects.filter(pk=olga.pk, is_superuser=True).exists()
    assert menu_of(client, olga) == []


def menu_of(client: Client, user: User) -> list[Any]:
    row = next(row for row in client.get(PEOPLE).context["rows"] if row.user == user)
    return list(row.menu)


def addresses(pk: int) -> list[str]:
    of_person = [f"admin_user_{name}" for name in ("role", "remove", "invite_again", "sign_out")]
    return [PEOPLE, reverse("admin_user_invite"), *(reverse(name, args=[pk]) for name in of_person)]


def test_everybody_else_is_refused(margaret: User) -> None:
    for client, expected in ((Client(), 302), (client_of(person()), 403), (client_of(limited_admin()), 403)):
        for address in addresses(margaret.pk):
            answers = {client.get(address).status_code, client.post(address).status_code} - {405}
            assert answers == {expected}, address
    assert User.objects.filter(pk=margaret.pk).exists()


def test_a_form_of_another_site_changes_nothing(margaret: User) -> None:
    client = client_of(margaret, enforce_csrf_checks=True)
    for address in [*addresses(margaret.pk)[1:], reverse("logout_everywhere")]:
        assert client.post(address, {"role": LIMITED}).status_code == 403, address
    assert does_open(client)


def test_the_gear_menu_offers_it_to_those_who_may() -> None:
    assert PEOPLE in client_of(association_admin()).get("/").content.decode()
    assert PEOPLE not in client_of(limited_admin()).get("/").content.decode()


def test_the_page_costs_the_same_for_many_people(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(PEOPLE)
        return len(captured)

    queries()
    few = queries()
    for _ in range(20):
        limited_admin()
    assert queries() == few <= 20


def test_who_acts_is_in_the_log(client: Client, margaret: User) -> None:
    invite(client)
    assert {entry.actor_id for entry in AuditEntry.objects.filter(component=Component.USER)} == {
        actor_for(margaret).user_id
    }
