"""Compute every figure that an archive allows, by the product's own scoring and no database."""

from leaderboard.bundles.verifying.archives import verify_file
from leaderboard.bundles.verifying.figures import Figure, Figures, Verdict

__all__ = ["Figure", "Figures", "Verdict", "verify_file"]
