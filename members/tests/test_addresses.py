import pytest

from members.addresses import Blank, Invalid, TooLong, address_problem, email_key


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        " Ada.Lovelace+news@mail.example.co.uk ",
        "o'brien@example.org",
        "a@xn--bcher-kva.example",
        "x" * 38 + "@example.org",
    ],
)
def test_a_good_address_has_no_problem(address: str) -> None:
    assert address_problem(address) is None


@pytest.mark.parametrize("address", ["", "   "])
def test_no_address_is_blank(address: str) -> None:
    assert address_problem(address) == Blank()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ada", "has no @"),
        ("ada@b@example.org", "has more than one @"),
        ("ada lovelace@example.org", "has a space in it"),
        ("ada..l@example.org", "has two dots in a row"),
        ("ada@example..org", "has two dots in a row"),
        (".ada@example.org", "has a dot at the edge of the part before the @"),
        ("ada.@example.org", "has a dot at the edge of the part before the @"),
        ("@example.org", "has nothing before the @"),
        ("ada@", "has nothing after the @"),
        ("ada@localhost", "has “localhost” after the @, which is not a complete domain"),
        ("ada@-example.org", "has “-example.org” after the @, which is not a domain"),
        ("ada@example.c0m", "ends in “.c0m”, which is not the end of a domain"),
        ("adä@example.org", "has the character “ä”, which addresses cannot have"),
        ("ada@example.org;bob@example.org", "has more than one @"),
        ("ada,bob@example.org", "has the character “,”, which addresses cannot have"),
    ],
)
def test_a_bad_address_says_what_is_bad(address: str, reason: str) -> None:
    problem = address_problem(address)
    assert problem == Invalid(reason)
    assert problem is not None
    assert problem.sentence == f"The address {reason}."


def test_an_address_of_51_characters_is_too_long() -> None:
    assert address_problem("x" * 39 + "@example.org") == TooLong(51)


def test_a_long_bad_address_is_bad_rather_than_long() -> None:
    assert isinstance(address_problem("x" * 60 + "..y@example.org"), Invalid)


def test_addresses_are_compared_trimmed_and_without_case() -> None:
    assert email_key("  Ada@Example.ORG ") == email_key("ada@example.org")


def test_a_key_fits_its_column_even_where_folding_lengthens() -> None:
    assert len(email_key("ß" * 200 + "@example.org")) == 254
