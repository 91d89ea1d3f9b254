"""Whatever Constant Contact does otherwise, the check says so, by the name of the switch and its value."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.experiments.consent import put_leaves_opted_out
from integrations.experiments.findings import Finding
from integrations.experiments.questions import NOT_ASKED, QUESTIONS
from integrations.experiments.readiness import laboratory
from integrations.sandbox import switches
from integrations.sandbox.choices import (
    Clash,
    ConflictMessage,
    DateValues,
    Deleted,
    Gone,
    LastPage,
    Mangling,
    Missing,
    NameCase,
    OAuthErrors,
    OmittedEmail,
    OmittedPermission,
    Overlong,
    Refresh,
    Refusal,
    RowErrors,
    RowProblem,
)
from integrations.sandbox.server import SandboxServer
from integrations.tests.experiments.checking import answer_about, check

OTHERWISE: list[tuple[str, Any]] = [
    ("last_page_links", LastPage.NULL),
    ("missing_authorization", Missing.UNAUTHORIZED),
    ("refresh_tokens", Refresh.LONG_LIVED),
    ("access_token_seconds", 28_800),
    ("refresh_kills_access_tokens", True),
    ("oauth_errors", OAuthErrors.OKTA),
    ("list_names_ignore_case", False),
    ("list_rename_clash", Clash.INVALID),
    ("deleted_list", Gone.SHOWN),
    ("deleted_list_names_reserved", True),
    ("deleted_lists_are_listed", True),
    ("list_deletions_are_listed", False),
    ("field_name_case", NameCase.LOWERED),
    ("renaming_changes_name", True),
    ("deleting_field_removes_values", False),
    ("bad_dates_refused", False),
    ("date_values", DateValues.SLASHES),
    ("date_values", DateValues.ISO),
    ("email_conflict", ConflictMessage.PREFIXED),
    ("email_conflict", ConflictMessage.FULL_STOP),
    ("email_conflict", ConflictMessage.WITHOUT_ID),
    ("put_without_permission", OmittedPermission.IMPLICIT),
    ("put_without_email", OmittedEmail.KEPT),
    ("put_without_email", OmittedEmail.CLEARED),
    ("overlong_values", Overlong.TRUNCATED),
    ("mangling", Mangling.TRIMS),
    ("mangling", Mangling.REFORMATS),
    ("deleted_contact", Gone.NOT_FOUND),
    ("deleting_clears_values", True),
    ("deleting_moves_updated_at", False),
    ("lists_on_unsubscribed", Refusal.IGNORED),
    ("import_clears_blanks", True),
    ("import_of_deleted", Deleted.IGNORED),
    ("import_of_deleted", Deleted.ROW_ERROR),
    ("import_moves_unchanged", False),
    ("import_unknown_field", RowProblem.IGNORED),
    ("import_unknown_field", RowProblem.REFUSED),
    ("import_unknown_list", Refusal.IGNORED),
    ("import_overlong_values", Overlong.TRUNCATED),
    ("import_overlong_values", Overlong.REFUSED),
    ("import_long_emails", RowProblem.IGNORED),
    ("row_errors", RowErrors.COUNTS),
    ("activity_seconds", 30.0),
    ("serial_activities", False),
    ("fifty_first_list", Refusal.IGNORED),
    ("import_fifty_first_list", RowProblem.IGNORED),
]
LAGS = ["read_lag_seconds", "count_lag_seconds", "search_lag_seconds"]


@pytest.mark.parametrize(("name", "value"), OTHERWISE, ids=str)
def test_another_behavior_is_told_by_its_switch(account: SandboxServer, name: str, value: Any) -> None:
    account.set(activity_seconds=4)
    account.set(**{name: value})
    found = check("--only", name, "--many-lists")
    assert answer_about(found, name)["verdict"] == "different"
    assert found["set"] == {name: value}
    assert found["left_behind"] == []


@pytest.mark.parametrize("name", LAGS)
def test_a_delay_is_measured(account: SandboxServer, name: str) -> None:
    account.set(**{name: 8})
    found = check("--only", name)
    assert 8 <= found["set"][name] < 12


def test_a_delay_of_over_a_minute_is_told_without_a_value(account: SandboxServer) -> None:
    account.set(read_lag_seconds=600)
    answer = answer_about(check("--only", "read_lag_seconds"), "read_lag_seconds")
    assert (answer["verdict"], answer["value"]) == ("different", None)


def test_searches_that_lag_deceive_no_other_question(account: SandboxServer) -> None:
    account.set(search_lag_seconds=8)
    found = check(
        "--only", "import_unknown_field", "--only", "read_lag_seconds", "--only", "import_of_deleted"
    )
    assert {each["verdict"] for each in found["answers"]} == {"as assumed"}
    account.set(search_lag_seconds=8, import_unknown_field=RowProblem.IGNORED)
    assert check("--only", "import_unknown_field")["set"] == {"import_unknown_field": "ignored"}


def test_an_account_like_the_sandbox_differs_in_nothing(account: SandboxServer) -> None:
    account.set(activity_seconds=1)
    found = check("--many-lists")
    assert {
        each["question"]: each["finding"] for each in found["answers"] if each["verdict"] != "as assumed"
    } == {}
    assert found["set"] == {}


def test_every_switch_is_asked_about_or_has_a_reason_not_to_be() -> None:
    asked = {each.switch for each in QUESTIONS if each.switch}
    assert asked | NOT_ASKED.keys() == set(switches.names())
    assert asked & NOT_ASKED.keys() == set()


def test_every_question_about_a_switch_is_tried_with_another_value() -> None:
    assert {each.switch for each in QUESTIONS if each.switch} == {*dict(OTHERWISE), *LAGS}


def test_an_opt_out_that_a_put_undoes_is_told(account: SandboxServer) -> None:
    account.set(put_without_permission=OmittedPermission.IMPLICIT)
    lab, _ = laboratory(domain="example.com", may_disturb=False, many_lists=False)
    assert put_leaves_opted_out(lab) == Finding("The permission was “implicit” afterwards.", value=False)
