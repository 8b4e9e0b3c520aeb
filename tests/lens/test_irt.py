"""Item response theory on a real database: which models count, runs that die, what is shown."""

from contextlib import AbstractContextManager
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.errors import Conflict
from leaderboard.leases import Terms, claim_row, sweep
from leaderboard.lens.irt.lease import IRT_RUNS, LEASE
from leaderboard.lens.irt.read import Irt, read_irt
from leaderboard.lens.irt.request import ask_irt
from leaderboard.lens.irt.run import run_irt
from leaderboard.lens.read import read_lens
from leaderboard.lens.sheets import read_sheets
from leaderboard.lens.table import ITEM_COLUMNS, make_item_table
from leaderboard.models.irt import IrtFigures, IrtFit, IrtRun, IrtState, LeftOut
from leaderboard.models.team import ModelCard, User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.scoring.statistics.item_response import LEAST_MODELS, LIBRARY, find_library_version
from tests.databases import Prepare
from tests.factories import make_team, name_base
from tests.lens.irt_models import add_models, draw_right

pytestmark = pytest.mark.one_database
N_QUESTIONS = 7
HOST = Terms(timedelta(seconds=60), 3)


@pytest.fixture
def right() -> NDArray[np.float64]:
    """A sheet of as few models as may be; nobody has the first question, everybody the second."""
    drawn = draw_right(LEAST_MODELS, N_QUESTIONS)
    drawn[:, 0], drawn[:, 1] = 0, 1
    return drawn


@pytest.fixture
def many(published: Sessions, prepare: Prepare, right: NDArray[np.float64]) -> Sessions:
    """The split of `published` with a scored model for each row of `right`."""

    def make() -> None:
        with published.write() as session:
            user = session.scalars(select(User)).one()
            make_team(session, "team-a", user)
            add_models(session, get_split(get_benchmark(session, "tiny"), "test"), right)

    prepare(("irt",), make)
    return published


def ask(sessions: Sessions) -> int:
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        [nudge] = ask_irt(session, split, "host@example.org").waiting
    assert nudge.job == IRT_RUNS.job
    return int(nudge.key)


def look(sessions: Sessions) -> Irt:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        return read_irt(session, read_sheets(session, split))


def test_a_worker_fits_what_a_host_asked_for_and_says_what_it_rests_on(many: Sessions) -> None:
    key = ask(many)
    assert look(many).is_open
    assert run_irt(many, key)
    irt = look(many)
    assert not irt.is_open
    assert not irt.is_stale
    assert irt.has_figures
    assert irt.fit is not None
    assert (irt.fit.n_models, irt.fit.n_items) == (LEAST_MODELS, N_QUESTIONS - 2)
    assert (irt.fit.library, irt.fit.library_version) == (LIBRARY, find_library_version())
    assert irt.fit.run.n_rounds > 1
    # What all or none have right has no value at all, rather than an infinite one.
    assert sorted(irt.left_out.values()) == [LeftOut.ALL_RIGHT, LeftOut.NONE_RIGHT]
    assert len(irt.figures) == N_QUESTIONS - 2
    assert all(
        np.isfinite([one.difficulty, one.difficulty_error]).all() for one in irt.figures.values()
    )
    # A second worker that is told of it finds nothing to do.
    assert not run_irt(many, key)
    with many.read() as session:
        lens = read_lens(session, get_split(get_benchmark(session, "tiny"), "test"))
        table = make_item_table(lens, irt, None)
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    assert names[-len(ITEM_COLUMNS) :] == [column.name for column in ITEM_COLUMNS]
    missing = {row["item"]: row["irt_missing"] for row in rows}
    assert missing["test-text-000"] == "no model has it right"
    assert missing["test-report-000"] == "not right or wrong"
    [fitted] = [row for row in rows if row["item"] == "test-text-002"]
    own = irt.figures[next(i.item.id for i in lens.items if i.item.key == "test-text-002")]
    assert fitted["irt_difficulty"] == own.difficulty
    assert fitted["irt_library"] == f"{LIBRARY} {find_library_version()}"
    assert fitted["irt_is_stale"] is False


def test_below_the_least_number_of_models_nothing_begins_and_the_reason_is_said(
    many: Sessions,
) -> None:
    with many.write() as session:
        cards = list(session.scalars(select(ModelCard).order_by(ModelCard.id).limit(2)))
        name_base(session, cards[1], cards[0].slug, "tuned")
    # A variant and its base count once.
    assert len(look(many).sheet.models) == LEAST_MODELS - 1
    with pytest.raises(Conflict, match=r"needs at least 50 models, and 49 models count\."):
        ask(many)
    with many.read() as session:
        assert session.scalar(select(func.count()).select_from(IrtRun)) == 0


def test_a_model_of_which_nothing_could_be_read_does_not_count(
    many: Sessions, right: NDArray[np.float64]
) -> None:
    before = look(many).sheet
    with many.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        add_models(session, split, 0 * right[:1], reads=False)
    after = look(many).sheet
    assert (before.n_silent, after.n_silent) == (0, 1)
    assert after.hash == before.hash


def test_a_question_that_too_few_models_were_asked_is_left_out(
    many: Sessions, right: NDArray[np.float64]
) -> None:
    with many.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        more = draw_right(1, N_QUESTIONS, 3)
        more[:, -1] = np.nan
        add_models(session, split, more)
    sheet = look(many).sheet
    assert len(sheet.models) == LEAST_MODELS + 1
    assert LeftOut.FEW_MODELS not in sheet.left_out.values()
    with many.write() as session:
        more = draw_right(1, N_QUESTIONS, 4)
        session.execute(
            update(ModelCard).where(ModelCard.slug == "irt-0").values(trained_on_split="yes")
        )
        session.execute(
            update(ModelCard).where(ModelCard.slug == "irt-1").values(trained_on_split="yes")
        )
        add_models(session, get_split(get_benchmark(session, "tiny"), "test"), more)
    sheet = look(many).sheet
    assert len(sheet.models) == LEAST_MODELS
    assert list(sheet.left_out.values()).count(LeftOut.FEW_MODELS) == 1


def test_a_second_start_while_one_runs_is_the_one_that_runs(many: Sessions) -> None:
    first = ask(many)
    with many.write() as session:
        assert claim_row(session, IRT_RUNS, first) is not None
    assert ask(many) == first
    with many.read() as session:
        assert session.scalar(select(func.count()).select_from(IrtRun)) == 1


def test_a_run_whose_worker_was_killed_is_fitted_by_the_next_and_by_nobody_twice(
    many: Sessions,
) -> None:
    key = ask(many)
    with many.write() as session:
        assert claim_row(session, IRT_RUNS, key) is not None
        session.execute(update(IrtRun).values(heartbeat_at=now() - 2 * LEASE))
    with many.write() as session:
        assert [nudge.key for nudge in sweep(session, IRT_RUNS, HOST)] == [key]
    assert run_irt(many, key, most_rounds=2)
    assert ask(many) != key
    with many.read() as session:
        assert session.scalar(select(func.count()).select_from(IrtFit)) == 1


def test_a_worker_that_was_taken_for_dead_keeps_nothing(many: Sessions) -> None:
    key = ask(many)
    taken = Taken(many)
    assert not run_irt(taken, key)
    with many.read() as session:
        assert session.scalar(select(func.count()).select_from(IrtFit)) == 0
        assert session.get_one(IrtRun, key).state is IrtState.WAITING


class Taken(Sessions):
    """Sessions of a worker whose run the reconciler takes away once it has claimed it."""

    def __init__(self, other: Sessions) -> None:
        super().__init__(other.engine)
        self._n_written = 0

    def write(self) -> AbstractContextManager[Session]:  # type: ignore[override]
        self._n_written += 1
        if self._n_written == 2:
            with super().write() as session:
                session.execute(update(IrtRun).values(state=IrtState.WAITING, run_id=None))
        return super().write()


def test_a_fit_that_did_not_converge_shows_no_figure_and_says_so(many: Sessions) -> None:
    assert run_irt(many, ask(many), most_rounds=2)
    irt = look(many)
    assert irt.fit is not None
    assert not irt.has_figures
    assert (irt.figures, irt.left_out) == ({}, {})
    assert irt.say_why_not(1) == "the fit did not converge"
    with many.read() as session:
        assert session.scalar(select(func.count()).select_from(IrtFigures)) == 0


def test_figures_are_out_of_date_once_another_model_counts(
    many: Sessions, right: NDArray[np.float64]
) -> None:
    run_irt(many, ask(many), most_rounds=2)
    assert not look(many).is_stale
    with many.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        add_models(session, split, draw_right(1, N_QUESTIONS, 5))
    assert look(many).is_stale


def test_a_run_whose_models_are_gone_when_it_begins_fails_with_the_reason(many: Sessions) -> None:
    key = ask(many)
    with many.write() as session:
        session.execute(
            update(ModelCard).where(ModelCard.slug == "irt-0").values(trained_on_split="yes")
        )
    assert not run_irt(many, key)
    irt = look(many)
    assert irt.newest is not None
    assert irt.newest.state is IrtState.FAILED
    assert irt.newest.reason.endswith("49 models count.")
