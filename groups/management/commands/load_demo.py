"""Fill an empty installation with an invented association, to look around and to try things out."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from groups.days import local_today
from groups.demo.loading import Size, is_loaded, load_demo
from groups.models import Group
from members.models import Member
from novi_ams.association.models import User
from novi_ams.association.roles import RoleName, assign
from novi_ams.audit.actor import SYSTEM, acting_as

DEVELOPMENT_PASSWORD = "novi-demo"  # noqa: S105 - printed in the README, used with DEBUG only
LIMITED_LOGIN = "limited@example.org"


class Command(BaseCommand):
    help = (
        "Load an invented trade association: records, custom fields, groups and two logins. "
        "Does nothing when there are records already. Constant Contact is not connected."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--members", type=int, default=Size.members, metavar="N", help="how many records")
        parser.add_argument("--groups", type=int, default=Size.groups, metavar="G", help="how many groups")
        parser.add_argument(
            "--seed", type=int, default=Size.seed, metavar="S", help="another seed, other records"
        )
        parser.add_argument("--login", default="admin@example.org", help="email of the Association Admin")
        parser.add_argument("--password", default="", help="for both logins; made up when not given")

    def handle(self, *args: Any, **options: Any) -> None:
        if is_loaded():
            self.stdout.write("An association is already loaded. Nothing was changed.")
            return
        size = Size(options["members"], options["groups"], options["seed"])
        bar = tqdm(total=size.members, unit=" records", disable=options["verbosity"] == 0)
        with acting_as(SYSTEM), bar:
            load_demo(size, today=local_today(), progress=bar.update)
        self.stdout.write(f"Loaded {Member.objects.count():,} records and {Group.objects.count():,} groups.")
        self.make_logins(options["login"], options["password"])

    def make_logins(self, login: str, password: str) -> None:
        chosen = password or (DEVELOPMENT_PASSWORD if settings.DEBUG else secrets.token_urlsafe(12))
        for email, role, name in (
            (login, RoleName.ASSOCIATION_ADMIN, ("Robin", "Castellano")),
            (LIMITED_LOGIN, RoleName.LIMITED_ADMIN, ("Sam", "Whitaker")),
        ):
            if User.objects.filter(email__iexact=email).exists():
                self.stdout.write(f"{email} can sign in already; the password stays as it is.")
                continue
            assign(User.objects.create_user(email, chosen, first_name=name[0], last_name=name[1]), role)
            self.stdout.write(
                f"Sign in at {settings.SITE_URL} as {email} with the password {chosen} ({role})."
            )
