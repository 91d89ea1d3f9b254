"""A browser is led to the one name of this machine that connecting comes back to."""

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "http://localhost:8000"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "novi.example.org"]


def location(host: str, path: str = "/login/?next=/members/", **headers: str) -> str:
    answer = Client().get(path, headers={"Sec-Fetch-Mode": "navigate", "Host": host, **headers})
    return str(answer.headers.get("Location", ""))


def test_another_name_of_this_machine_leads_to_the_sites_own() -> None:
    assert location("127.0.0.1:8000") == "http://localhost:8000/login/?next=/members/"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:18000", "novi.example.org"])
def test_other_addresses_are_left_as_they_are(host: str) -> None:
    assert location(host) == ""


def test_a_program_is_let_through() -> None:
    assert Client().get("/login/", headers={"Host": "127.0.0.1:8000"}).status_code == 200
