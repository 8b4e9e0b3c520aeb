"""Passwords: which are refused, and how they are kept."""

from __future__ import annotations

import re
import unicodedata

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from leaderboard.errors import InvalidRequest

MIN_PASSWORD_CHARACTERS = 12
MAX_PASSWORD_CHARACTERS = 200
MIN_SCORE = 3
"""Of zxcvbn's 0 to 4: a password that takes fewer than a hundred million guesses is refused."""
MAX_RATED_CHARACTERS = 72
"""zxcvbn takes quadratic time, so it rates the beginning of a longer password."""
MIN_OTHER_CHARACTERS = 6
"""So many letters or digits must be left of a password without what is known of its user."""
SITE_WORDS = ("spinebench", "leaderboard")

HASHED_BY = RFC_9106_LOW_MEMORY
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$Ck9LlK+Fgz7MzOL2E0nNUA$"
    "9lQzEvOsiKPBnvGqQHlcWq4gZhQqv6VYxW6VqLhhZSA"
)
"""A hash of no password, checked where there is no user, so that both take the same time."""
_hasher, _nobody = PasswordHasher.from_parameters(HASHED_BY), NOBODY


def hash_by(parameters: Parameters) -> None:
    """Hash by other parameters than HASHED_BY from now on: for tests, which cannot wait."""
    global _hasher, _nobody
    _hasher = PasswordHasher.from_parameters(parameters)
    _nobody = _hasher.hash("")


def check_password(password: str, *, email: str, name: str) -> None:
    """Raise InvalidRequest if `password` is too short, too long, common, or one's own data."""
    text = normalise(password)
    if not MIN_PASSWORD_CHARACTERS <= len(text) <= MAX_PASSWORD_CHARACTERS:
        raise InvalidRequest(
            f"The password is too {'long' if text[MAX_PASSWORD_CHARACTERS:] else 'short'}.",
            f"Use {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters; "
            "a few words are easy to remember.",
        )
    words = _list_known_words(email, name)
    if _count_other_characters(text, words) < MIN_OTHER_CHARACTERS:
        raise InvalidRequest(
            "The password is made of your name, your address or this site's name.",
            "Use something that others do not know of you, such as a few unrelated words.",
        )
    # Its lists of words are read when somebody chooses a password.
    from zxcvbn import zxcvbn

    rated = text[:MAX_RATED_CHARACTERS]
    if zxcvbn(rated, user_inputs=words, max_length=MAX_RATED_CHARACTERS)["score"] < MIN_SCORE:
        raise InvalidRequest(
            "The password is a common one, or easy to guess.",
            "Use a few unrelated words, or have a password manager make one.",
        )


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(normalise(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether `password` is the one that `kept` was made of; None takes as long and is none."""
    return _verify(normalise(password), kept) or (
        # Kept before passwords were normalised.
        password != normalise(password) and _verify(password, kept)
    )


def needs_new_hash(password: str, kept: str) -> bool:
    """Whether the right `password` should be hashed anew: the settings or the spelling moved on."""
    return _hasher.check_needs_rehash(kept) or (
        password != normalise(password) and not _verify(normalise(password), kept)
    )


def normalise(password: str) -> str:
    """One spelling for what looks the same, whichever keyboard or system wrote it (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def _verify(password: str, kept: str | None) -> bool:
    try:
        _hasher.verify(kept or _nobody, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept is not None


def _list_known_words(email: str, name: str) -> list[str]:
    """What others know of a person and of the site, the longest first, in small letters."""
    texts = [email, *email.split("@"), *re.split(r"[\W_]+", f"{email} {name}"), name, *SITE_WORDS]
    return sorted({t.casefold() for t in texts if len(t) > 2}, key=lambda t: (-len(t), t))


def _count_other_characters(text: str, words: list[str]) -> int:
    rest = text.casefold()
    for word in words:
        rest = rest.replace(word, " ")
    return sum(character.isalnum() for character in rest)
