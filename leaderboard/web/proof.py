"""Who is signed in proves to be the account's owner again, before what would shut them out."""

from __future__ import annotations

from leaderboard.accounts.users import require_password
from leaderboard.web.services import current_user


def require_proof(password: str) -> None:
    """Raise InvalidRequest unless `password` is that of the user."""
    require_password(current_user(), password)
