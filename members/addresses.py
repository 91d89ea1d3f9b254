"""What can be wrong with an email address. Records keep any text; only who wants to send to it asks here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from members.folding import email_key

__all__ = ["MAX_LENGTH", "AddressProblem", "Blank", "Invalid", "TooLong", "address_problem", "email_key"]

MAX_LENGTH = 50
"""Constant Contact's JSON import takes no more; a contact written by itself may have up to 80."""

LOCAL_CHARACTERS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]")
DOMAIN_CHARACTERS = re.compile(r"[A-Za-z0-9.-]")
PLAIN = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*\.)+[A-Za-z]{2,63}", re.ASCII
)
"""What nearly every address looks like: then nothing is wrong with it, if it is not too long."""

TOP_LEVEL = re.compile(r"[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59}", re.IGNORECASE)


@dataclass(frozen=True)
class AddressProblem:
    """Why nobody can be mailed at an address; `sentence` says it to people."""

    title: ClassVar[str]

    @property
    def sentence(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class Blank(AddressProblem):
    title = "No email"

    @property
    def sentence(self) -> str:
        return "The record has no Professional Contact email."


@dataclass(frozen=True)
class Invalid(AddressProblem):
    """`reason` completes “The address …”."""

    title = "Invalid email"
    reason: str

    @property
    def sentence(self) -> str:
        return f"The address {self.reason}."


@dataclass(frozen=True)
class TooLong(AddressProblem):
    title = "Email too long"
    length: int

    @property
    def sentence(self) -> str:
        return f"The address has {self.length} characters; {MAX_LENGTH} is the most."


def address_problem(email: str) -> AddressProblem | None:
    """What is wrong with the address, trimmed; None when it can be mailed. Invalid comes before too long."""
    address = email.strip()
    if not address:
        return Blank()
    if len(address) <= MAX_LENGTH and PLAIN.fullmatch(address):
        return None
    if reason := _fault(address):
        return Invalid(reason)
    return TooLong(len(address)) if len(address) > MAX_LENGTH else None


def _fault(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at:
        return "has no @"
    if "@" in local:
        return "has more than one @"
    if re.search(r"\s", address):
        return "has a space in it"
    if ".." in address:
        return "has two dots in a row"
    return _local_fault(local) or _domain_fault(domain)


def _local_fault(local: str) -> str:
    if not local:
        return "has nothing before the @"
    if len(local) > 64:
        return "has more than 64 characters before the @"
    if local.startswith(".") or local.endswith("."):
        return "has a dot at the edge of the part before the @"
    return _foreign_character(local, LOCAL_CHARACTERS)


def _domain_fault(domain: str) -> str:
    labels = domain.split(".")
    if not domain:
        return "has nothing after the @"
    if foreign := _foreign_character(domain, DOMAIN_CHARACTERS):
        return foreign
    if len(labels) < 2 or not all(labels):
        return f"has “{domain}” after the @, which is not a complete domain"
    if any(label.startswith("-") or label.endswith("-") or len(label) > 63 for label in labels):
        return f"has “{domain}” after the @, which is not a domain"
    if not TOP_LEVEL.fullmatch(labels[-1]):
        return f"ends in “.{labels[-1]}”, which is not the end of a domain"
    return ""


def _foreign_character(part: str, allowed: re.Pattern[str]) -> str:
    foreign = next((character for character in part if not allowed.fullmatch(character)), "")
    return f"has the character “{foreign}”, which addresses cannot have" if foreign else ""
