"""The command as an operator runs it, its findings read back."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any, cast

import requests
from django.core.management import call_command
from django.core.management.base import CommandError

from integrations.experiments.laboratory import PREFIX
from integrations.sandbox.server import SandboxServer


def check(*arguments: str) -> dict[str, Any]:
    """What `--json` prints, also where the command then says that it failed."""
    out = StringIO()
    try:
        call_command("check_constant_contact", "--json", *arguments, stdout=out, stderr=StringIO())
    except CommandError:
        if not out.getvalue():
            raise
    return cast(dict[str, Any], json.loads(out.getvalue()))


def shown(*arguments: str) -> str:
    """What it prints for people."""
    out = StringIO()
    call_command("check_constant_contact", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def answer_about(found: dict[str, Any], switch: str) -> dict[str, Any]:
    (answer,) = [each for each in found["answers"] if each["switch"] == switch]
    return cast(dict[str, Any], answer)


def left_in(account: SandboxServer) -> list[str]:
    """Whatever of an experiment's own the account still has."""
    lists = [one["name"] for one in account.lists() if one["name"].lower().startswith("novi check")]
    fields = [one["label"] for one in account.fields() if one["label"].lower().startswith("novi check")]
    return [*lists, *fields, *living_contacts(account)]


def living_contacts(account: SandboxServer) -> list[str]:
    """Addresses of an experiment whose contact is not deleted."""
    token = account.issue_token()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{account.api_url}/contacts?limit=500", headers=headers, timeout=5).json()
    emails = [each["email_address"]["address"] for each in answer["contacts"] if "email_address" in each]
    return [email for email in emails if email.startswith(PREFIX)]
