"""What documents say: a model's public results on all splits of a version, and the version."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.models.benchmark import Benchmark, Split, Track
from leaderboard.models.endpoint import EndpointRun
from leaderboard.models.team import ModelCard
from leaderboard.packages.questions import QuestionFile
from leaderboard.rankings.read import count_items, read_ranking
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import SubmissionScores
from leaderboard.rankings.standing import read_row_scores
from leaderboard.site import NAME

_ON_HUGGING_FACE = re.compile(
    r"https://(?:www\.)?huggingface\.co/"
    r"([A-Za-z0-9][A-Za-z0-9_-]{0,95})/([A-Za-z0-9][A-Za-z0-9._-]{0,94}[A-Za-z0-9])/?"
)
_DATASET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_NO_NAMES = {"con", "prn", "aux", "nul", "data", "unknown"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)
}


Cite = Callable[[RankingTable, RankingRow], str]
"""How to cite a model's standing in a ranking."""


class SplitResult(NamedTuple):
    """How a model stands on a split: its row in the ranking, all its public scores, a citation."""

    table: RankingTable
    row: RankingRow
    scores: SubmissionScores
    citation: str

    @property
    def split(self) -> Split:
        """The split."""
        return self.table.split


@dataclass(frozen=True)
class ModelFacts:
    """A model's public results on a version, by split in the package's order; at least one.

    `asked` are those of its submissions for which this site asked the model's endpoint. `dataset`
    is the benchmark's repository on Hugging Face, where whoever asks named it.
    """

    benchmark: Benchmark
    model: ModelCard
    results: tuple[SplitResult, ...]
    asked: frozenset[str]
    base_url: str
    dataset: str | None = None
    site: str = NAME

    @property
    def page(self) -> str:
        """The address of the model's page."""
        benchmark = self.benchmark
        place = f"benchmark={benchmark.slug}&version={benchmark.version}"
        return f"{self.base_url}/models/{self.model.slug}?{place}"


class CheckedKeys(NamedTuple):
    """A random check of a split's keys (of one track, or of all: "") by clinicians.

    `n_checked` of the `n_items` keys of `version` were checked, `n_wrong` found wrong; of this
    version's keys at most `share` per cent are.
    """

    split: str
    track: str
    version: str
    n_items: int
    n_checked: int
    n_wrong: int
    share: float

    @property
    def sentence(self) -> str:
        """That in a sentence."""
        of = f" of {self.track} questions" if self.track else ""
        return (
            f"{self.split}: {self.n_checked} of {self.n_items} keys{of} of version {self.version} "
            f"were checked at random by clinicians, {self.n_wrong or 'none'} wrong; at most "
            f"{self.share:.1f} % of this version's are (95 %)."
        )


@dataclass(frozen=True)
class BenchmarkFacts:
    """A version, how many items each track of its splits has, its citation, the checks of its keys.

    `cite` cites the models ranked on it, `find_file` tells what the zip of a split is.
    """

    benchmark: Benchmark
    n_items: dict[str, dict[Track, int]]
    citation: str
    cite: Cite
    checked: tuple[CheckedKeys, ...]
    find_file: Callable[[Session, Split], QuestionFile]
    base_url: str
    site: str = NAME

    @property
    def page(self) -> str:
        """The address of the version's page."""
        return f"{self.base_url}/benchmarks/{self.benchmark.slug}?version={self.benchmark.version}"

    def name_package(self, split: Split) -> str:
        """The address of the questions of a split."""
        benchmark = self.benchmark
        place = f"{self.base_url}/benchmarks/{benchmark.slug}/splits/{split.name}/package"
        return f"{place}?version={benchmark.version}"


def gather_model(
    session: Session,
    benchmark: Benchmark,
    slug: str,
    *,
    cite: Cite,
    base_url: str,
    site: str = NAME,
    dataset: str | None = None,
) -> ModelFacts:
    """The facts of the model `slug`. Raises NotFound where it has no public result."""
    for facts in _gather(session, benchmark, cite=cite, base_url=base_url, slug=slug):
        return ModelFacts(
            benchmark, facts.model, facts.results, facts.asked, base_url, dataset, site
        )
    raise NotFound(
        f"There is no public result of a model {slug[:80]!r} on {benchmark.name} "
        f"{benchmark.version}.",
        "See the ranking for those that have one.",
    )


def gather_models(
    session: Session, benchmark: Benchmark, *, cite: Cite, base_url: str
) -> list[ModelFacts]:
    """The facts of every model with a public result, by short name."""
    return list(_gather(session, benchmark, cite=cite, base_url=base_url, slug=None))


def _gather(
    session: Session, benchmark: Benchmark, *, cite: Cite, base_url: str, slug: str | None
) -> Iterator[ModelFacts]:
    tables = [read_ranking(session, split) for split in benchmark.splits]
    results: dict[str, list[SplitResult]] = {}
    for table in tables:
        for row in table.rows:
            # What was moved to a newer version has that version's scores.
            if slug in (None, row.model.slug) and row.submission.split_id == table.split.id:
                scores = read_row_scores(session, table, row)
                found = SplitResult(table, row, scores, cite(table, row))
                results.setdefault(row.model.slug, []).append(found)
    for _, of_model in sorted(results.items()):
        keys = [one.id for result in of_model for one in result.row.submissions]
        asked = session.scalars(
            select(EndpointRun.submission_id).where(EndpointRun.submission_id.in_(keys))
        )
        model = of_model[0].row.model
        yield ModelFacts(benchmark, model, tuple(of_model), frozenset(asked), base_url)


def gather_benchmark(
    session: Session,
    benchmark: Benchmark,
    *,
    citation: str,
    cite: Cite,
    checked: Sequence[CheckedKeys],
    find_file: Callable[[Session, Split], QuestionFile],
    base_url: str,
    site: str = NAME,
) -> BenchmarkFacts:
    """The facts of a version."""
    counts = {split.name: count_items(session, split) for split in benchmark.splits}
    return BenchmarkFacts(
        benchmark, counts, citation, cite, tuple(checked), find_file, base_url, site
    )


def identify(model: ModelCard) -> str:
    """The model as DEVELOPER/MODEL: its repository on Hugging Face where its card links to one."""
    if found := _ON_HUGGING_FACE.fullmatch(model.url or ""):
        return f"{found[1]}/{found[2]}"
    return f"{_name_folder(model.organisation, model.team.slug)}/{_name_folder(model.slug)}"


def _name_folder(text: str, otherwise: str = "model") -> str:
    """`text` as the name of a folder on any machine."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80] or otherwise
    return f"{name}-" + "x" if name in _NO_NAMES else name


def read_dataset(text: str | None) -> str | None:
    """The name of a dataset repository, OWNER/NAME. Raises InvalidRequest."""
    if not text:
        return None
    if not _DATASET.fullmatch(text):
        raise InvalidRequest(
            f"{text[:80]!r} is not the name of a dataset repository.", "Write it as OWNER/NAME."
        ).at("dataset")
    return text
