"""Whether the connected account may be used for experiments."""

from __future__ import annotations

import re
from time import sleep

from integrations import connection
from integrations.connection_errors import NotUsable
from integrations.constant_contact import account
from integrations.constant_contact.account import NEEDED_PRIVILEGES, Account
from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.client import Client
from integrations.constant_contact.errors import ConstantContactError
from integrations.experiments.laboratory import LONGEST_DOMAIN, Laboratory, Tally
from integrations.models import ConstantContactConnection, SyncedList
from integrations.usage import UsageBudget

PURPOSE = Purpose.BACKFILL
"""What is kept for those who wait stays kept."""

REQUESTS = 400
REQUESTS_FOR_MANY_LISTS = 200
"""What a check takes at most, tidying included: 250 and 120 where jobs take a second, more where they are looked at
longer."""

_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


class NotReady(Exception):
    """Nothing was sent that changes anything; the sentence says what to do."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def laboratory(*, domain: str, may_disturb: bool, many_lists: bool) -> tuple[Laboratory, Account]:
    """A laboratory on the connected account, and whose that is; costs two requests.

    `may_disturb`: lists of ours may be on the account. Raises NotReady.
    """
    _check_domain(domain)
    try:
        lab = _connected(domain)
        if not may_disturb:
            _refuse_with_lists()
        _check_budget(REQUESTS + (REQUESTS_FOR_MANY_LISTS if many_lists else 0))
        return lab, _account(lab.client)
    except (NotUsable, ConstantContactError) as error:
        raise NotReady(error.sentence) from error


def _check_domain(domain: str) -> None:
    if not _DOMAIN.fullmatch(domain):
        raise NotReady(f"“{domain}” is no domain. Give one as in --domain example.com.")
    if len(domain) > LONGEST_DOMAIN:
        raise NotReady(
            f"“{domain}” is too long: an import takes addresses of 50 characters, which leaves {LONGEST_DOMAIN} for "
            "the domain."
        )


def _connected(domain: str) -> Laboratory:
    tally = Tally()
    client = connection.client(PURPOSE, guard=tally.count)
    return Laboratory(client, _budget(), tally, domain, sleep)


def _budget() -> UsageBudget:
    return UsageBudget(ConstantContactConnection.current().client_id)


def _refuse_with_lists() -> None:
    stored = ConstantContactConnection.current()
    lists = SyncedList.objects.filter(account_id=stored.account_id).exclude(list_id="")
    if count := lists.count():
        have = f"{count} list{'' if count == 1 else 's'} of this installation's"
        raise NotReady(
            f"{stored.account_name} has {have}, so it is no trial account. The check makes and deletes contacts, lists "
            "and fields of its own there. If you mean it, add --yes."
        )


def _check_budget(needed: int) -> None:
    left = _budget().left_today(PURPOSE)
    if left is not None and left < needed:
        raise NotReady(
            f"The check takes up to {needed} requests, and {left} are left today. They are new at 00:00 UTC."
        )


def _account(client: Client) -> Account:
    found = account.read(client)
    if missing := NEEDED_PRIVILEGES - account.privileges(client):
        raise NotReady(
            f"The person who connected lacks these rights in Constant Contact: {', '.join(sorted(missing))}. "
            "Connect again as the account's owner or a manager."
        )
    return found
