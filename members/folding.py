"""Text made comparable: the one definition of "without regard to case", the same on every database."""

import re
import unicodedata

PHONE_LIKE = re.compile(r"[\d()+.\-/]{3,}")


def fold(text: str) -> str:
    """`text` without case, accents kept: what conditions and sorting compare."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def fold_for_search(text: str) -> str:
    """`text` without case and accents, so that somebody who types “jose” finds “José”."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare.casefold())


def email_key(email: str) -> str:
    """The address trimmed and without case: equal keys mean one contact. Cut to 254 characters."""
    return email.strip().casefold()[:254]


def digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit())


def search_words(text: str) -> list[list[str]]:
    """The words of a search, each with its spellings: a phone number counts with and without signs."""
    # PostgreSQL refuses the character NUL.
    return [_spellings(word) for word in fold_for_search(text.replace("\x00", "")).split()]


def _spellings(word: str) -> list[str]:
    bare = digits(word) if PHONE_LIKE.fullmatch(word) else ""
    return [word, bare] if len(bare) >= 3 and bare != word else [word]
