"""Which results on hidden answers a release makes public, on both databases."""

import pytest
from sqlalchemy import delete, select

from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.errors import Conflict, NotFound
from leaderboard.evaluation.accept_by_hand import accept_submission
from leaderboard.evaluation.publish import Standing, read_candidates
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.releases import open_next
from leaderboard.models.audit import AuditEntry
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Board, Metric, Slice
from leaderboard.models.submission import Decider, Submission
from leaderboard.models.team import Membership, User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.comparisons.compare import compare_models
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.releases import find_ranking, read_releases
from leaderboard.rankings.rows import RankingTable
from leaderboard.rankings.scores import (
    read_scores,
)
from leaderboard.submissions.choose import choose
from leaderboard.submissions.runs import RunOf
from tests.evaluation.scripted import ScriptedJudge
from tests.evaluation.test_feedback import N, answer, read_parts
from tests.factories import make_card, make_submission, make_team, make_user
from tests.loaded import MAX_RUNS, Load


def get_test_split(sessions: Sessions) -> int:
    with sessions.read() as session:
        return get_split(get_benchmark(session, "tiny"), "test").id


def send(
    sessions: Sessions,
    texts: dict[str, str],
    model: str = "model",
    person: str = "somebody",
    run_of: str | None = None,
) -> str:
    """A scored submission of a model of somebody's team, made if new."""
    with sessions.write() as session:
        user = session.scalar(select(User).where(User.name == person)) or make_user(session, person)
        card = make_card(session, make_team(session, f"team-of-{person}", user), model)
        of = RunOf(session.get_one(Submission, run_of), "", MAX_RUNS) if run_of else None
        key = make_submission(session, texts, card=card, run_of=of)
    evaluate(sessions, key, [ScriptedJudge({})], 5)
    return key


def release(sessions: Sessions) -> RankingTable:
    """Open the next release, rank as the worker does, and read the ranking."""
    with sessions.write() as session:
        split = session.get_one(Split, get_test_split(sessions))
        for split_id in open_next(session, split, "host", "spring").rank:
            rank_split(session, split_id)
    with sessions.read() as session:
        return read_ranking(session, session.get_one(Split, split.id))


def standings(sessions: Sessions) -> dict[str, Standing]:
    """What the next release does with each new result, by model."""
    with sessions.read() as session:
        split = session.get_one(Split, get_test_split(sessions))
        return {
            one.submission.model_card.slug: one.standing for one in read_candidates(session, split)
        }


def test_scores_and_breakdowns_become_public_when_the_host_opens_a_release_and_not_before(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    feedback, deciding = read_parts(sessions)
    key = send(sessions, answer({*feedback[:20], *deciding[:60]}))
    with sessions.read() as session:
        assert find_ranking(session, get_test_split(sessions)) is None, "no ranking, no release"
    table = release(sessions)
    (row,) = table.rows
    # 60 of the 80 items that decide, whatever the 40 others say.
    assert (row.scores[Board.TEXT].value, row.scores[Board.TEXT].n) == (75, 80)
    assert (row.coverage, table.count_items(Board.TEXT)) == (1, 80)
    assert sum(table.n_items.values()) == N
    with sessions.read() as session:
        shown = read_scores(session, session.get_one(Submission, key), Viewer.PUBLIC)
        parts = shown.of(Metric.ACCURACY, Slice.SUBCONDITION)
        assert sum(one.n for one in parts) == 80
        assert sum(one.n_correct or 0 for one in parts) == 60
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "open release"))
        assert entry.note == (
            "1: spring Policy of releases. Results that became public: 1; models that wait: 0. "
            "Ranks rest on 80 of 120 items."
        )
    later = send(sessions, answer({*feedback, *deciding}))
    with sessions.read() as session:
        split = session.get_one(Split, table.split.id)
        (row,) = read_ranking(session, split).rows
        assert row.submission.id == key, "what is scored later waits for the next release"
        assert not read_scores(session, session.get_one(Submission, later), Viewer.TEAM).scores
    assert release(sessions).rows[0].submission.id == later
    with sessions.read() as session:
        assert [one.release.number for one in read_releases(session, split.id)] == [2, 1]


def test_a_model_stands_by_its_most_tracks_then_by_the_latest_news_then_by_the_latest(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, N, 0)
    text, deciding = read_parts(sessions)
    everything = {f"test-{kind}-{number:03}" for kind in ("text", "image") for number in range(N)}
    first = send(sessions, answer({*text[:20], *deciding}))
    news = send(sessions, answer({*text, *deciding[:70]}))
    send(sessions, answer({*text[:39], *deciding}))
    assert release(sessions).rows[0].submission.id == news
    whole = send(sessions, answer(everything) | answer(everything, "image"))
    send(sessions, answer({*text[:39], *deciding[:50]}))
    assert release(sessions).rows[0].submission.id == whole
    other = [send(sessions, answer({*text[:n], *deciding}), "other") for n in (20, 19)]
    assert first != whole
    assert {row.submission.id for row in release(sessions).rows} == {whole, other[1]}


def test_guesses_are_not_published_and_their_number_is_counted(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    feedback, deciding = read_parts(sessions)
    # Guesses at 80 items of four letters get 20, with a standard deviation of 3.87. One model needs
    # 3.09 of them: 32. Two of the same people need 3.29: 33.
    send(sessions, answer({*deciding[:31], *feedback}), "guess")
    assert standings(sessions) == {"guess": Standing.AT_CHANCE}
    with sessions.write() as session, pytest.raises(Conflict, match="would become public"):
        open_next(session, session.get_one(Split, get_test_split(sessions)), "host", "spring")
    send(sessions, answer({*deciding[:32]}), "better", "else")
    assert standings(sessions)["better"] is Standing.PUBLISHED
    send(sessions, answer({*deciding[:20]}), "more", "else")
    assert standings(sessions)["better"] is Standing.AT_CHANCE
    send(sessions, answer({*deciding[:33], *feedback}), "better", "else")
    assert standings(sessions) == {
        "guess": Standing.AT_CHANCE,
        "better": Standing.PUBLISHED,
        "more": Standing.AT_CHANCE,
    }


def test_one_result_of_the_same_people_becomes_public_at_a_time(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    _, deciding = read_parts(sessions)
    for number in range(3):
        send(sessions, answer({*deciding[: 60 + number]}), f"model-{number}")
    send(sessions, answer({*deciding[:70]}), "theirs", "others")
    assert standings(sessions) == {
        "model-0": Standing.PUBLISHED,
        "model-1": Standing.OVER_CAP,
        "model-2": Standing.OVER_CAP,
        "theirs": Standing.PUBLISHED,
    }
    assert {row.model.slug for row in release(sessions).rows} == {"model-0", "theirs"}
    assert {row.model.slug for row in release(sessions).rows} == {"model-0", "model-1", "theirs"}


def test_the_host_may_have_any_result_published_which_the_audit_trail_keeps(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    key = send(sessions, answer(set()), "ablation")
    with sessions.write() as session:
        accept_submission(session, key, "host", "an ablation")
        submission = session.get_one(Submission, key)
        assert submission.acceptance is not None
        assert submission.acceptance.decided_by is Decider.HOST
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.actor, entry.subject, entry.note) == (
            "host",
            f"submission {key}",
            "an ablation",
        )
        with pytest.raises(Conflict, match="already accepted"):
            accept_submission(session, key, "host", "")
        with pytest.raises(NotFound):
            accept_submission(session, "nothing", "host", "")
    assert [row.model.slug for row in release(sessions).rows] == ["ablation"]
    with sessions.write() as session, pytest.raises(Conflict, match="already accepted"):
        accept_submission(session, key, "host", "")


def test_tracks_weigh_as_in_the_whole_split_though_fewer_of_their_items_decide(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(150, 75, 0)
    parts = {track: read_parts(sessions, track)[1] for track in ("text", "image")}
    n_text, n_image = len(parts["text"]), len(parts["image"])
    assert n_text + n_image == 150
    right = {*parts["text"][:40], *parts["image"][:40]}
    texts = answer(right, "text", 150) | answer(right, "image", 75)
    send(sessions, texts)
    other = {*parts["text"][:70], *parts["image"][:30]}
    send(
        sessions,
        answer(other, "text", 150) | answer(other, "image", 75),
        "other",
        "others",
    )
    table = release(sessions)
    closed = {row.model.slug: row.scores[Board.CLOSED].value for row in table.rows}
    # SpineBench's rule by hand: 150 of 225 questions are text, 75 are image.
    expected = {
        "model": (150 * 40 / n_text + 75 * 40 / n_image) / 2.25,
        "other": (150 * 70 / n_text + 75 * 30 / n_image) / 2.25,
    }
    assert closed == pytest.approx(expected)
    with sessions.read() as session:
        split = session.get_one(Split, table.split.id)
        found = compare_models(session, split, ["model", "other"])
        pair = next(one for one in found.boards if one.board == Board.CLOSED).pairs[0]
        assert found.slices == (), "an interval by slice would tell what both have right"
    assert pair.difference.value == pytest.approx(expected["model"] - expected["other"])


def test_what_was_chosen_or_accepted_stands_until_it_is_public_and_no_longer(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    feedback, deciding = read_parts(sessions)
    older = send(sessions, answer({*feedback[:5], *deciding[:50]}))
    newer = send(sessions, answer({*feedback[:20], *deciding[:60]}))
    assert release(sessions).rows[0].submission.id == newer
    with sessions.write() as session:
        choose(session, session.get_one(Submission, older))
    assert release(sessions).rows[0].submission.id == older, "the one published last stands"
    best = send(sessions, answer({*feedback, *deciding}))
    assert release(sessions).rows[0].submission.id == best, "an old choice holds nothing up"
    worse = send(sessions, answer({*feedback[:20], *deciding[:40]}))
    with sessions.write() as session:
        accept_submission(session, worse, "host", "")
    assert release(sessions).rows[0].submission.id == worse, "what a host accepts is published"


def test_nothing_is_published_of_a_team_that_nobody_is_in(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    _, deciding = read_parts(sessions)
    send(sessions, answer({*deciding}))
    with sessions.write() as session:
        session.execute(delete(Membership))
    assert standings(sessions) == {}


def test_guesses_at_one_track_are_not_published_beside_answers_to_another(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, N, 0)
    parts = {track: read_parts(sessions, track)[1] for track in ("text", "image")}
    guesses = parts["image"][: len(parts["image"]) // 4]
    send(sessions, answer({*parts["text"]}) | answer({*guesses}, "image"))
    assert standings(sessions) == {"model": Standing.AT_CHANCE}


def test_a_release_publishes_what_the_host_has_seen_and_nothing_else(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    _, deciding = read_parts(sessions)
    seen = [send(sessions, answer({*deciding}))]
    send(sessions, answer({*deciding[:70]}), "late", "others")
    split_id = get_test_split(sessions)
    with sessions.write() as session, pytest.raises(Conflict, match="changed since you looked"):
        open_next(session, session.get_one(Split, split_id), "host", "spring", seen)
    assert len(release(sessions).rows) == 2
    with sessions.write() as session, pytest.raises(Conflict, match="would become public"):
        open_next(session, session.get_one(Split, split_id), "host", "twice")
