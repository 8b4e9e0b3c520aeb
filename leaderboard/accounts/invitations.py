"""Invitations to a team: signed links that expire, with nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from leaderboard.errors import InvalidRequest

DAYS = 7


class Invitation(NamedTuple):
    """Who may join: whoever holds the link to `team_id`, as long as the inviter owns the team."""

    team_id: int
    inviter_id: int


class Invitations:
    """Signs and reads invitations with the site's secret keys (the first signs)."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._signer = URLSafeTimedSerializer(list(reversed(secret_keys)), salt="invitation")

    def sign(self, invitation: Invitation) -> str:
        """The text of a link that is good for DAYS days."""
        return self._signer.dumps(list(invitation))

    def read(self, text: str) -> Invitation:
        """The invitation in `text`. Raises InvalidRequest if it expired or is not ours."""
        try:
            team_id, inviter_id = self._signer.loads(text, max_age=DAYS * 24 * 60 * 60)
        except SignatureExpired:
            raise InvalidRequest(
                f"The invitation is older than {DAYS} days.", "Ask for a new link."
            ) from None
        except (BadSignature, ValueError, TypeError):
            raise InvalidRequest(
                "The invitation link is damaged.", "Copy the whole link, or ask for a new one."
            ) from None
        return Invitation(int(team_id), int(inviter_id))
