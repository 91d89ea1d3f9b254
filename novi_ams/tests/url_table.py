"""What every address answers, to whom: the table of `test_every_url.py`.

A row: the address's name, then four answers to GET and four to an empty POST. They are those of a stranger, of
somebody signed in without a role, of a Limited Admin and of an Association Admin. Look at each number before you
write it down: a refusal is 302 (to the sign-in) for a stranger and 403 for everybody else. A dot stands for 405.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Visitor(StrEnum):
    STRANGER = "a stranger"
    NO_ROLE = "somebody without a role"
    LIMITED = "a Limited Admin"
    ADMIN = "an Association Admin"


@dataclass(frozen=True)
class Row:
    get: dict[Visitor, int]
    post: dict[Visitor, int]


def parse(text: str) -> dict[str, Row]:
    return dict(_row(line) for line in text.splitlines() if line.strip())


def _row(line: str) -> tuple[str, Row]:
    name, *answers = line.split()
    codes = [405 if answer == "." else int(answer) for answer in answers]
    if len(codes) != 8:
        raise ValueError(f"Eight answers are needed: {line}")
    return name, Row(
        get=dict(zip(Visitor, codes[:4], strict=True)), post=dict(zip(Visitor, codes[4:], strict=True))
    )


TABLE = parse(
    """
home                               302 403 200 200 302 . . .
association_settings               302 403 403 200 302 403 403 422
send_me_digest                     302 . . . 302 403 403 302
admin_users                        302 403 403 200 302 . . .
admin_user_invite                  302 403 403 200 302 403 403 422
admin_user_role                    302 403 403 200 302 403 403 422
admin_user_remove                  302 403 403 200 302 403 403 302
admin_user_invite_again            302 . . . 302 403 403 302
admin_user_sign_out                302 . . . 302 403 403 302
login                              200 302 302 302 200 302 302 302
logout                             . . . . 302 302 302 302
logout_everywhere                  302 . . . 302 302 302 302
password_change                    302 200 200 200 302 200 200 200
password_change_done               302 200 200 200 302 . . .
password_reset                     200 200 200 200 200 200 200 200
password_reset_done                200 200 200 200 . . . .
password_reset_confirm             200 200 200 200 200 200 200 200
password_reset_complete            200 200 200 200 . . . .
livez                              200 200 200 200 . . . .
readyz                             200 200 200 200 . . . .
look                               302 403 403 403 302 . . .
audit_log                          302 403 200 200 302 . . .
audit_log_csv                      302 403 200 200 302 . . .
members                            302 403 200 200 302 . . .
member_new                         302 403 200 200 302 403 422 422
member_parents                     302 403 200 200 302 . . .
member_export                      302 403 200 200 302 403 422 422
import_new                         302 403 200 200 302 403 422 422
import                             302 403 200 200 302 . . .
import_columns                     302 403 200 200 302 403 422 422
import_start                       302 . . . 302 403 302 302
import_cancel                      302 . . . 302 403 302 302
import_errors                      302 403 200 200 302 . . .
bulk_select                        302 . . . 302 403 404 404
bulk_action                        302 403 200 200 302 403 302 302
bulk_cancel                        302 . . . 302 403 302 302
member                             302 403 200 200 302 . . .
member_membership                  302 403 200 200 302 . . .
member_family                      302 403 200 200 302 . . .
member_settings                    302 403 200 200 302 . . .
member_audit                       302 403 200 200 302 . . .
member_edit                        302 403 200 200 302 403 422 422
member_edit_section                302 403 200 200 302 403 409 409
member_move                        302 403 200 200 302 403 409 409
member_change_kind                 302 403 200 200 302 403 422 422
member_roles                       302 403 200 200 302 403 302 302
member_merge                       302 403 403 200 302 403 403 200
member_deactivate                  302 403 200 200 302 403 302 302
member_reactivate                  302 . . . 302 403 302 302
member_delete                      302 403 403 200 302 403 403 422
custom_fields                      302 403 200 200 302 . . .
custom_field_new                   302 403 403 200 302 403 403 422
custom_field_place                 302 403 302 302 302 . . .
custom_field                       302 403 403 200 302 403 403 422
custom_field_move                  302 . . . 302 403 403 302
custom_field_delete                302 403 403 200 302 403 403 422
groups                             302 403 200 200 302 . . .
group_add                          302 403 200 200 302 403 422 422
group_preview_new                  302 . . . 302 403 200 200
group_records_new                  302 . . . 302 403 200 200
group_condition_new                302 403 200 200 302 . . .
group_condition_set_new            302 403 400 400 302 . . .
group_condition_changed            302 403 200 200 302 . . .
group                              302 403 200 200 302 403 422 422
group_head                         302 403 200 200 302 . . .
group_preview                      302 . . . 302 403 200 200
group_records                      302 . . . 302 403 200 200
group_members                      302 403 200 200 302 . . .
group_why                          302 403 200 200 302 . . .
group_audit                        302 403 200 200 302 . . .
group_copy                         302 . . . 302 403 302 302
group_delete                       302 403 403 200 302 403 403 302
member_groups                      302 403 200 200 302 . . .
help                               302 403 200 200 302 . . .
integrations:settings              302 403 200 200 302 . . .
integrations:connection            302 403 200 200 302 . . .
integrations:progress              302 403 200 200 302 . . .
integrations:foot                  302 403 200 200 302 . . .
integrations:connect               302 . . . 302 403 403 302
integrations:test                  302 . . . 302 403 403 302
integrations:disconnect            302 403 403 200 302 403 403 302
integrations:other_account         302 . . . 302 403 403 302
integrations:this_site             302 . . . 302 403 403 302
integrations:pause_everything      302 . . . 302 403 403 302
integrations:edit_fields           302 . . . 302 403 403 200
integrations:group                 302 403 200 200 302 . . .
integrations:group_panel           302 403 200 200 302 . . .
integrations:status_line           302 403 200 200 302 . . .
integrations:save                  302 . . . 302 403 403 302
integrations:turn_off              302 403 403 200 302 403 403 422
integrations:pause                 302 . . . 302 403 302 302
integrations:resume                302 . . . 302 403 302 302
integrations:check                 302 . . . 302 403 302 302
integrations:create_again          302 403 200 200 302 403 302 302
integrations:preview               302 403 200 200 302 . . .
integrations:held                  302 403 200 200 302 403 302 302
integrations:leavers               302 . . . 302 403 302 302
integrations:addresses             302 403 200 200 302 . . .
integrations:of_member             302 403 200 200 302 . . .
integrations:rename                302 . . . 302 403 302 302
integrations:remove_strangers      302 403 200 200 302 403 422 422
integrations:report                302 403 200 200 302 . . .
integrations:report_csv            302 403 200 200 302 . . .
integrations:try_refused_again     302 . . . 302 403 302 302
integrations:try_again             302 . . . 302 403 302 302
integrations:add_back              302 403 200 200 302 403 302 302
integrations:unlisted              302 403 200 200 302 . . .
integrations:unlisted_csv          302 403 200 200 302 . . .
integrations:activity              302 403 200 200 302 . . .
integrations:running               302 403 200 200 302 . . .
integrations:callback              302 403 403 302 302 . . .
"""
)
