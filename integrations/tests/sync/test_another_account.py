"""Connecting another account starts afresh there, and forgets no opt-out."""

import pytest

from integrations.connection_events import connection_changed
from integrations.models import ConstantContactConnection, Contact, ContactState
from integrations.sandbox.server import SandboxServer
from integrations.tests.sync.cast import choose, cycle, group, person, sync, there

pytestmark = pytest.mark.django_db(transaction=True)

OTHER = "Beacon Trade Council"


def test_everything_is_made_anew_in_the_other_account(sandbox: SandboxServer) -> None:
    choose(("phone", "Phone"))
    sync(group("Board", person("ada@example.org", phone="1"), person("bob@example.org")))
    cycle()
    move_to_other_account(sandbox)
    cycle()
    assert sandbox.members("Board", account=OTHER) == ["ada@example.org", "bob@example.org"]
    assert sandbox.members("Board") == ["ada@example.org", "bob@example.org"]
    assert there(sandbox, "ada@example.org", account=OTHER)["custom"] == {"Phone": "1"}


def test_who_opted_out_in_the_old_account_is_not_mailed_from_the_new(sandbox: SandboxServer) -> None:
    sync(group("Board", person("ada@example.org"), person("bob@example.org")))
    cycle()
    sandbox.people.unsubscribe("ada@example.org")
    cycle(check=True)
    move_to_other_account(sandbox)
    cycle()
    assert sandbox.members("Board", account=OTHER) == ["bob@example.org"]
    assert Contact.objects.get(email_key="ada@example.org").state == ContactState.UNSUBSCRIBED


def move_to_other_account(sandbox: SandboxServer) -> None:
    grant = sandbox.issue_token(account=OTHER)
    connection = ConstantContactConnection.current()
    before, connection.account_id = connection.account_id, "beacon"
    connection.access_token, connection.refresh_token = grant["access_token"], grant["refresh_token"]
    connection.save()
    connection_changed.send(ConstantContactConnection, connection=connection, previous_account_id=before)
