"""Pages of many models over HTTP: their size, and how often they ask the database."""

import gzip
from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.evaluation.rank import rank_split
from leaderboard.models.benchmark import Track
from leaderboard.models.calibration import ScoredReports
from leaderboard.models.ranking import ItemValues, Metric, OutcomeCount, Score, Slice
from leaderboard.models.rating import Rater, RaterKind
from leaderboard.models.submission import Status, Step, Submission
from leaderboard.models.team import ModelCard, Team, User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.scoring.checklist import RULES_VERSION
from tests.factories import name_base
from tests.site import Site

N_MODELS = 200
MAX_PAGE_BYTES = 150_000
PAGES = (
    "/?",
    "/models/submission-0?",
    "/models/submission-0/figures/standing.json?",
    "/breakdowns?",
    "/compare?models=submission-0,submission-1&",
    "/compare?",
    "/releases?",
    "/ablations/submission-0?",
    "/embed/ranking?",
    "/exports/ranking.csv?",
    "/exports/breakdowns.csv?",
    "/exports/ablations/submission-0.csv?",
    "/api/v1/rankings/tiny/dev?",
    "/api/v1/breakdowns/tiny/dev?",
    "/api/v1/ablations/tiny/dev?base=submission-0&",
    "/api/v1/robustness/tiny/dev?",
)

pytestmark = [pytest.mark.one_database, pytest.mark.long]


def test_no_page_asks_the_database_more_often_for_more_models(site: Site) -> None:
    add_models(site, range(3))
    few = count_statements(site)
    add_models(site, range(3, 30))
    assert count_statements(site) == few


def count_statements(site: Site) -> dict[str, int]:
    """How many statements each of PAGES takes."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    found = {}
    for page in PAGES:
        seen.clear()
        assert site.get(f"{page}split=dev").status_code == 200, page
        found[page] = len(seen)
        assert found[page] > 0, page
    event.remove(Engine, "before_cursor_execute", note)
    return found


def test_the_page_of_200_models_is_small(site: Site) -> None:
    add_models(site, range(N_MODELS))
    answer = site.get("/?split=dev", {"Accept-Encoding": "gzip"})
    assert answer.text.count('<tr class="more') >= N_MODELS
    assert "Submission-199" in answer.text
    assert int(answer.headers["Content-Length"]) < MAX_PAGE_BYTES
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(gzip.compress(answer.content)) < MAX_PAGE_BYTES


def add_models(site: Site, numbers: Sequence[int]) -> None:
    """Models of these numbers with scores on `dev`, as rows, ranked; all made from the first."""
    generator = np.random.default_rng(5)
    with site.sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "dev")
        team = session.scalars(select(Team)).one()
        user = session.scalars(select(User)).one()
        judge = session.scalar(select(Rater))
        judge = judge or Rater(kind=RaterKind.JUDGE, name="checklist", version=RULES_VERSION)
        session.add(judge)
        session.flush()
        for number in numbers:
            key = f"{number:012}"
            card = ModelCard(
                team_id=team.id,
                slug=f"submission-{number}",
                name=f"Submission-{number} of a model with a long name, {number % 90}B",
                organisation=f"Organisation {generator.integers(10**9)}",
                parameters_billion=float(number + 1),
                open_weights=number % 2 == 0,
                created_at=now(),
                changed_at=now(),
            )
            session.add(card)
            session.flush()
            session.add(
                Submission(
                    id=key,
                    model_card_id=card.id,
                    split_id=split.id,
                    user_id=user.id,
                    file_name="f",
                    file_hash=key,
                    n_predictions=5,
                    tracks=[track.value for track in DEFAULT_TRACKS],
                    created_at=now(),
                    status=Status.SCORED,
                    step=Step.DONE,
                    n_total=5,
                    heartbeat_at=now(),
                )
            )
            session.flush()
            add_scores(session, key, judge.id, generator)
            if number:
                name_base(session, card, "submission-0", f"variant {number}")
        session.flush()
        rank_split(session, split.id)


def add_scores(session: Session, key: str, rater_id: int, generator: np.random.Generator) -> None:
    """Scores of every board, counts and values of a submission's five items."""
    values = generator.integers(0, 2, 5).astype("<f4") * 100
    places = (
        (Metric.OVERALL, Slice.ALL, "overall", 5),
        (Metric.ACCURACY, Slice.CLOSED, "closed", 4),
        (Metric.ACCURACY, Slice.TRACK, "text", 3),
        (Metric.ACCURACY, Slice.TRACK, "image", 1),
        (Metric.REPORT, Slice.TRACK, "report", 1),
    )
    for metric, slice_, name, n in places:
        low, value, high = sorted(100 * generator.random(3))
        session.add(
            Score(
                submission_id=key,
                metric=metric,
                slice=slice_,
                name=name,
                value=value,
                low=low,
                high=high,
                n=n,
                n_unscored=0,
                is_shrunk=False,
            )
        )
    for outcome in ("answered", "unparsed", "refused", "ambiguous"):
        n = int(generator.integers(1, 400))
        session.add(OutcomeCount(submission_id=key, track=Track.TEXT, outcome=outcome, n=n))
    session.add(ItemValues(submission_id=key, content=values.tobytes()))
    session.add(ScoredReports(submission_id=key, rater_id=rater_id, n_reports=1, n_words=9.0))
