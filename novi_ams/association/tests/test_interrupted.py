"""What is sent after the session has ended: it goes through the sign-in and can be sent again."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from novi_ams.association.models import User
from novi_ams.tests.people import association_admin

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
NEW = "/members/new/"
TYPED = {"kind": "person", "first_name": "Ada <&> “Åsa”", "notes": "one\r\ntwo", "csrfmiddlewaretoken": "old"}


@pytest.fixture
def margaret() -> User:
    return association_admin(email="margaret@example.org", password=PASSWORD)


def hidden(answer: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode())
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def sign_in(client: Client, carried: dict[str, str], *, password: str = PASSWORD) -> Any:
    return client.post(
        reverse("login"), {**carried, "username": "margaret@example.org", "password": password}
    )


def test_a_form_sent_by_a_stranger_goes_through_the_sign_in_and_is_offered_again(
    client: Client, margaret: User
) -> None:
    asked = client.post(NEW, TYPED)
    assert "nothing was saved yet" in asked.content.decode()
    offered = sign_in(client, hidden(asked))
    assert f'action="{NEW}"' in offered.content.decode()
    assert hidden(offered) == {key: said for key, said in TYPED.items() if key != "csrfmiddlewaretoken"}


def test_a_wrong_password_on_the_way_loses_nothing(client: Client, margaret: User) -> None:
    wrong = sign_in(client, hidden(client.post(NEW, TYPED)), password="wrong")
    assert "first_name" in hidden(sign_in(client, hidden(wrong)))


def test_whoever_signed_in_meanwhile_elsewhere_is_offered_it_too(client: Client, margaret: User) -> None:
    carried = hidden(client.post(NEW, TYPED))
    client.force_login(margaret)
    assert "first_name" in hidden(client.post(reverse("login"), carried))


def test_a_form_is_never_offered_for_another_site(client: Client, margaret: User) -> None:
    carried = hidden(client.post(NEW, TYPED)) | {"next": "https://elsewhere.example/"}
    assert f'action="{reverse("home")}"' in sign_in(client, carried).content.decode()


def test_what_cannot_be_read_is_an_empty_form(client: Client, margaret: User) -> None:
    assert hidden(sign_in(client, {"sent": "{", "next": NEW})) == {}


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"old_password": "secret"}, id="passwords"),
        pytest.param({"name": "x", "file": SimpleUploadedFile("a.csv", b"Email\n")}, id="files"),
        pytest.param({}, id="nothing"),
    ],
)
def test_some_forms_are_not_kept(client: Client, form: dict[str, Any]) -> None:
    answer = client.post(NEW, form)
    assert answer["Location"] == f"{reverse('login')}?next={NEW}"


def test_signing_out_twice_leads_to_the_sign_in_without_a_way_back(client: Client) -> None:
    assert client.post(reverse("logout"))["Location"] == reverse("login")
