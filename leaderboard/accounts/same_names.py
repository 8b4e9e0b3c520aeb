"""Names that look the same as another team's: refused when they are new."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.errors import Conflict
from leaderboard.lookalikes import make_skeleton
from leaderboard.models.team import ModelCard, Team


def refuse_team_name(session: Session, name: str) -> None:
    """Raise Conflict where a team has this name, or one that looks the same.

    By its name people know whose results they see.
    """
    skeleton = make_skeleton(name)
    for other in session.scalars(select(Team.name).order_by(Team.id)):
        if make_skeleton(other) == skeleton:
            raise Conflict(
                f"Another team is called {other}, which looks the same.", "Choose another name."
            )


def refuse_model_name(session: Session, team: Team, name: str) -> None:
    """Raise Conflict where another team has a model whose name only looks like `name`.

    Two teams may send results of the same model under the same name.
    """
    skeleton, text = make_skeleton(name), _fold(name)
    query = select(ModelCard.name).where(ModelCard.team_id != team.id).order_by(ModelCard.id)
    for other in session.scalars(query):
        if name.isascii() and other.isascii():
            continue
        if make_skeleton(other) == skeleton and _fold(other) != text:
            raise Conflict(
                f"The name {name} looks the same as that of another team's model, and is spelt "
                "with other letters.",
                "Spell it with the same letters, or choose another name.",
            ).at("name")


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
