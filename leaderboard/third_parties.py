"""Whether a benchmark's items may go to servers of third parties, as its host says."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.models.terms import ThirdPartyChoice


class ThirdParties(NamedTuple):
    """Which servers outside the host's network may be sent items: judges' (and the second
    reader's), endpoints of teams."""

    judges: bool = True
    endpoints: bool = True


def read_third_parties(session: Session, slug: str) -> ThirdParties:
    """What the host of the benchmark `slug` says, in all its versions; both where nothing is."""
    row = session.get(ThirdPartyChoice, slug, populate_existing=True)
    return ThirdParties() if row is None else ThirdParties(row.judges, row.endpoints)


def choose_third_parties(session: Session, slug: str, choice: ThirdParties) -> None:
    """Say it from now on, in place of what was said before."""
    row = session.get(ThirdPartyChoice, slug) or ThirdPartyChoice(benchmark=slug)
    row.judges, row.endpoints, row.chosen_at = choice.judges, choice.endpoints, now()
    session.add(row)
    session.flush()


def tighten_third_parties(session: Session, slug: str, stated: ThirdParties) -> None:
    """Forbid what a package forbids; what is forbidden already stays so."""
    before = read_third_parties(session, slug)
    after = ThirdParties(before.judges and stated.judges, before.endpoints and stated.endpoints)
    if after != before:
        choose_third_parties(session, slug, after)
