"""The tables of two papers, as a host adds them."""

from pathlib import Path

from sqlalchemy.orm import Session

from leaderboard.hosting.reported import add_source
from leaderboard.models.benchmark import Split
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.reported.lines import ReportedFile
from leaderboard.reported.read_file import NamedFile, read_reported_file
from leaderboard.reported.source import SaidOfSource, read_source

FOLDER = Path(__file__).parents[2] / "content" / "reported"
SPINEMED = SaidOfSource(
    kind="paper",
    title="SpineMed, main results",
    address="10.48550/arXiv.2510.03160",
    measured_on="SpineBench of SpineMed",
    differs=["items", "judge"],
    counts="text=294, image=193, report=87",
)


def read_content(name: str) -> ReportedFile:
    """A table of content/reported."""
    return read_reported_file([NamedFile(None, (FOLDER / f"{name}.csv").read_bytes())], "test")


def add_published(session: Session, said: SaidOfSource = SPINEMED, name: str = "spinemed") -> Split:
    """Add a table beside the tiny benchmark's test split: the split."""
    split = get_split(get_benchmark(session, "tiny"), "test")
    file = read_content(name)
    add_source(session, split, file, read_source(said, file), None)
    return split
