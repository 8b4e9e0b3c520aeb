"""Make one answer of all the claims of a text, or say why there is none."""

import re
from collections.abc import Sequence
from functools import lru_cache

from leaderboard.scoring.answers.claims import Claim, Strength
from leaderboard.scoring.answers.page import Page
from leaderboard.scoring.answers.words import CORRECTED, NOT_THE_ANSWER, WITHDRAWN


def settle(page: Page, claims: Sequence[Claim]) -> Claim | None:
    """Return the claim that stands at the end of the text, unsure where claims contradict.

    In order of the text: a later claim replaces one of other letters when it is firmer, when words
    of correction stand between them, or when it narrows an unsure one; a weaker later claim, and
    an equal one without correction, leave the answer unsure.
    Verdicts on several options ("A is true. C is true.") count only where nothing firmer speaks:
    together they are the answer of an item with several answers, a contradiction elsewhere, unless
    a conclusion is drawn from them ("A, B and C are true, so D").
    """
    claims = _with_merged_statements(page, claims)
    current: Claim | None = None
    for claim in claims:
        current = claim if current is None else _after(page, current, claim)
    last = max((claim.end for claim in claims), default=0)
    if current and not current.unsure and is_withdrawn(page, current, last):
        return current._replace(unsure=True)
    return current


def _with_merged_statements(page: Page, claims: Sequence[Claim]) -> list[Claim]:
    statements = [claim for claim in claims if claim.on_statement]
    if len(statements) < 2:
        return list(claims)
    letters = frozenset[str]().union(*(claim.letters for claim in statements))
    firmer = any(claim.strength >= Strength.ANSWER for claim in claims)
    if len(letters) < 2 or all(claim.letters == letters for claim in statements):
        return list(claims)
    if _corrected_between(page, statements[-2], statements[-1]):
        return list(claims)
    rest = [claim for claim in claims if not claim.on_statement]
    if firmer:
        return rest
    last = statements[-1]
    unsure = not page.multiple or any(claim.unsure for claim in statements)
    return sorted([*rest, last._replace(letters=letters, unsure=unsure)], key=lambda c: c.end)


def _after(page: Page, current: Claim, claim: Claim) -> Claim:
    """Return the claim that stands once `claim` has followed `current`."""
    same = claim.letters == current.letters
    if same and not current.unsure:
        return (
            claim
            if not claim.unsure and claim.strength >= current.strength
            else current._replace(end=max(current.end, claim.end), unsure=claim.unsure)
        )
    if claim.start < current.end and claim.end <= current.end:
        return current
    if current.unsure and not claim.unsure and claim.letters < current.letters:
        return claim._replace(strength=max(claim.strength, current.strength))
    if current.on_statement and len(current.letters) > 1 and claim.strength >= current.strength:
        return claim
    if claim.strength > current.strength or _corrected_between(page, current, claim):
        return claim._replace(strength=max(claim.strength, current.strength))
    return current._replace(end=claim.end, unsure=True)


def _corrected_between(page: Page, earlier: Claim, later: Claim) -> bool:
    return CORRECTED.search(page.low, earlier.end, later.end) is not None


def is_withdrawn(page: Page, current: Claim, last: int) -> bool:
    """Whether the text goes on to take the answer back without giving another; `last` is where
    its last claim ends."""
    if WITHDRAWN.search(page.low, last):
        return True
    if len(current.letters) != 1:
        return False
    (letter,) = current.letters
    found = _denial(letter.lower()).search(page.low, current.end)
    if found is None:
        return False
    return (
        "wrong" not in found[0] or CORRECTED.search(page.low, current.end, found.end()) is not None
    )


@lru_cache(maxsize=64)
def _denial(letter: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{letter}|it)[)\]]?\s(?:{NOT_THE_ANSWER})(?![\w'])")
