"""Import benchmarks that exist in other layouts: each source is one file here."""

from leaderboard.packages.importing.draft import Facts
from leaderboard.packages.importing.question import Asked
from leaderboard.packages.importing.rows import ENDINGS
from leaderboard.packages.importing.sources import SOURCES, import_source

__all__ = ["ENDINGS", "SOURCES", "Asked", "Facts", "import_source"]
