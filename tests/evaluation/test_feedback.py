"""What a team hears of a result on hidden answers before a release, on both databases."""

import pytest
from sqlalchemy import delete, select, update

from leaderboard.accounts.invitations import accept_invitation, invite
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.evaluation.feedback import give_feedback
from leaderboard.evaluation.run import evaluate
from leaderboard.items.values import read_items
from leaderboard.models.benchmark import Answers, Item, Split
from leaderboard.models.publication import FeedbackItem, Policy
from leaderboard.models.ranking import Board, Score
from leaderboard.models.submission import Decision, Submission
from leaderboard.models.team import Membership, ModelCard, Team
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.people.departures import leave_team
from leaderboard.rankings.read import read_history, read_ranking
from leaderboard.rankings.rows import RankingRow
from leaderboard.rankings.scores import (
    read_board_scores,
    read_scores,
)
from leaderboard.submissions.feedback import Feedback, find_feedback
from tests.evaluation.scripted import ScriptedJudge
from tests.factories import make_card, make_submission, make_team, make_user
from tests.loaded import Load, Submit

N = 120
"""Questions of a split that has a feedback part: 40 of them."""


def answer(right: set[str], track: str = "text", n: int = N) -> dict[str, str]:
    """A whole track, right (B) on the items named and wrong on the others."""
    keys = [f"test-{track}-{number:03}" for number in range(n)]
    return {key: f"ANSWER: {'B' if key in right else 'C'}" for key in keys}


def read_parts(
    sessions: Sessions, track: str = "text", benchmark: str = "tiny"
) -> tuple[list[str], list[str]]:
    """The ids of a track's items in the feedback part, and of those that decide ranks."""
    with sessions.read() as session:
        feedback = select(FeedbackItem.item_id)
        split = get_split(get_benchmark(session, benchmark), "test")
        items = (
            select(Item.key)
            .where(Item.split_id == split.id, Item.key.startswith(f"test-{track}"))
            .order_by(Item.position)
        )
        return (
            list(session.scalars(items.where(Item.id.in_(feedback)))),
            list(session.scalars(items.where(Item.id.not_in(feedback)))),
        )


def send(sessions: Sessions, key: str) -> Feedback:
    """Score a submission, and what was told of it."""
    evaluate(sessions, key, [ScriptedJudge(lambda item: 3.0)], 5)
    with sessions.read() as session:
        told = find_feedback(session.get_one(Submission, key))
        assert told is not None
        return told


def looks(told: Feedback) -> dict[str, tuple[int, int]]:
    return {one.track.value: (one.value, one.n) for one in told.looks}


def rows(sessions: Sessions) -> list[RankingRow]:
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        return read_ranking(session, split, Board.TEXT).rows


def test_before_a_release_nobody_sees_a_score_and_the_team_sees_how_answers_were_read(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, 0, 0)
    key = submit_texts(answer({"test-text-000"}) | {"test-text-001": "I cannot help with that."})
    send(sessions, key)
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        for viewer in Viewer:
            assert read_scores(session, submission, viewer).scores == []
            assert read_board_scores(session, [submission], viewer) == {}
        assert read_scores(session, submission, Viewer.PUBLIC).outcomes == {}
        (outcomes,) = read_scores(session, submission, Viewer.TEAM).outcomes.values()
        assert outcomes == {"answered": N - 1, "refused": 1}, "of all items, in both parts"
        assert read_history(session, submission.model_card, submission.split) == []
    assert rows(sessions) == []


def test_a_first_look_is_the_score_on_the_feedback_part_rounded_to_two_points(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, 0, 0)
    feedback, deciding = read_parts(sessions)
    assert (len(feedback), len(deciding)) == (40, 80)
    # 27 of 40 are 67.5: told as 68, whatever the items that decide say.
    told = send(sessions, submit_texts(answer({*feedback[:27], *deciding})))
    assert looks(told) == {"text": (68, 40)}
    assert told.better_by is None
    assert told.sentences == ["First look at the text track: about 68 of 100, on 40 items."]


def send_of(sessions: Sessions, person: str, texts: dict[str, str]) -> tuple[str, Feedback]:
    """Send the first result of somebody new, in a team of their own."""
    with sessions.write() as session:
        team = make_team(session, f"team-of-{person}", make_user(session, person))
        key = make_submission(session, texts, card=make_card(session, team, f"model-of-{person}"))
    return key, send(sessions, key)


def test_what_decides_ranks_changes_nothing_of_what_is_told_and_the_other_way_round(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    feedback, deciding = read_parts(sessions)
    sheets = [{*feedback[:20]}, {*feedback[:20], *deciding}, {*feedback, *deciding}]
    told, values = [], []
    for number, right in enumerate(sheets):
        key, heard = send_of(sessions, f"person-{number}", answer(right))
        told.append(looks(heard))
        with sessions.read() as session:
            score = select(Score.value, Score.n).where(
                Score.submission_id == key, Score.slice == "track"
            )
            values.append(tuple(session.execute(score).one()))
    assert told == [{"text": (50, 40)}, {"text": (50, 40)}, {"text": (100, 40)}]
    assert values == [(0, 80), (100, 80), (100, 80)]


def test_after_that_only_a_clear_step_is_told_and_rounded(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, 0, 0)
    feedback, _ = read_parts(sessions)
    send(sessions, submit_texts(answer({*feedback[:20]})))
    # One more of 40 is 2.5 points with an error of 2.5: no step. Five are 12.5, told as 12.
    same = send(sessions, submit_texts(answer({*feedback[:21]})))
    assert (same.looks, same.better_by) == ((), 0)
    assert same.sentences == ["No clear change from your best result before."]
    better = send(sessions, submit_texts(answer({*feedback[:25]})))
    assert better.better_by == 12
    # The best is now 25 of 40, not what came before it.
    assert send(sessions, submit_texts(answer({*feedback[:24]}))).better_by == 0


def test_another_card_or_team_of_the_same_people_has_no_second_first_look(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, 0, 0)
    feedback, _ = read_parts(sessions)
    send(sessions, submit_texts(answer({*feedback[:20]})))
    assert send(sessions, submit_texts(answer({*feedback[:19]}), "model-b")).looks == ()
    other_team = submit_texts(answer({*feedback[:18]}), "model-c", "others")
    assert send(sessions, other_team).looks == (), "the same person owns both teams"
    with sessions.write() as session:
        stranger = make_user(session, "stranger")
        make_team(session, "strangers", stranger)
    theirs = submit_texts(answer({*feedback[:18]}), "model-d", "strangers")
    assert send(sessions, theirs).looks == (), "one person of the first team sent it"


def test_people_who_share_nobody_have_a_first_look_each_until_somebody_is_in_both_teams(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    feedback, _ = read_parts(sessions)
    for person, n, value in (("one", 20, 50), ("two", 10, 24)):
        _, told = send_of(sessions, person, answer({*feedback[:n]}))
        assert looks(told) == {"text": (value, 40)}
    with sessions.write() as session:
        both = make_user(session, "both")
        make_team(session, "team-of-one", both)
        third = make_team(session, "third", both)
        card = make_card(session, third, "third-model")
        key = make_submission(session, answer({*feedback[:5]}), card=card)
    assert send(sessions, key).looks == (), "a member is in a team that had its first look"
    with sessions.write() as session:
        # They send something for the first team, leave it, and their own team sends again.
        card = session.scalars(select(ModelCard).where(ModelCard.slug == "model-of-one")).one()
        sent = make_submission(session, answer({*feedback[:6]}), card=card)
        session.get_one(Submission, sent).user_id = both.id
        left = select(Team.id).where(Team.slug == "team-of-one")
        session.execute(
            delete(Membership).where(Membership.user_id == both.id, Membership.team_id.in_(left))
        )
        card = session.scalars(select(ModelCard).where(ModelCard.slug == "third-model")).one()
        key = make_submission(session, answer({*feedback[:7]}), card=card)
    assert send(sessions, key).looks == (), "leaving gives no first look"


def test_joining_a_team_and_leaving_it_gives_no_first_look_though_nothing_was_sent(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    feedback, _ = read_parts(sessions)
    send_of(sessions, "one", answer({*feedback[:20]}))
    with sessions.write() as session:
        team = session.scalars(select(Team).where(Team.slug == "team-of-one")).one()
        guest = make_user(session, "guest")
        link = invite(session, team, team.memberships[0].user, "")
        accept_invitation(session, guest, link.text)
        leave_team(session, team, guest)
        own = make_team(session, "team-of-guest", guest)
        card = make_card(session, own, "guest-model")
        key = make_submission(session, answer({*feedback[:5]}), card=card)
    assert send(sessions, key).looks == (), "they read the feedback of the team that they left"


def test_a_track_that_is_new_is_a_first_look_beside_the_step_of_the_others(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, N, 0)
    text, _ = read_parts(sessions)
    image, _ = read_parts(sessions, "image")
    send(sessions, submit_texts(answer({*text[:20]})))
    both = submit_texts(answer({*text[:30]}) | answer({*image[:10]}, "image"))
    told = send(sessions, both)
    assert looks(told) == {"image": (round(10 / len(image) * 50) * 2, len(image))}
    assert told.better_by == round((30 - 20) / len(text) * 50) * 2


def test_what_was_told_stays_when_scores_are_computed_again(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, 0, 0)
    key = submit_texts(answer({"test-text-000"}))
    told = send(sessions, key)
    with sessions.write() as session:
        before = session.get_one(Submission, key).acceptance
        assert before is not None
        at = before.decided_at
        items = read_items(session, session.get_one(Submission, key).split_id)
        found = give_feedback(session, key, items)
        assert found is not None
        assert (found.decision, found.decided_at) == (Decision.ACCEPTED, at)
    with sessions.read() as session:
        again = find_feedback(session.get_one(Submission, key))
        assert again is not None
        assert looks(again) == looks(told)


def test_a_split_too_small_for_a_feedback_part_tells_nothing_before_a_release(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(20, 0, 0)
    assert read_parts(sessions)[0] == []
    told = send(sessions, submit_texts(answer({"test-text-000"}, n=20)))
    assert (told.looks, told.better_by) == ((), None)
    key = submit_texts(answer(set(), n=20))
    told = send(sessions, key)
    assert (told.looks, told.better_by) == ((), None)
    assert told.sentences == ["Nothing is told of this result before the next release."]
    with sessions.read() as session:
        last = session.get_one(Submission, key).events[-1]
        assert last.message == f"Scored. {told.sentences[0]}"


def test_nothing_is_told_of_reports_before_a_release(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, 0, 6)
    told = [
        send(sessions, submit_texts({f"test-report-{n:03}": text for n in range(6)}))
        for text in ("", "There is excellent alignment.")
    ]
    assert [(one.looks, one.better_by) for one in told] == [((), None)] * 2


@pytest.mark.parametrize("answers", list(Answers))
def test_where_answers_are_public_or_known_every_result_is_shown_at_once(
    sessions: Sessions, load: Load, submit_texts: Submit, answers: Answers
) -> None:
    load(20, 0, 0)
    with sessions.write() as session:
        session.execute(update(Split).values(answers=answers))
    for n_right in (15, 3):
        right = {f"test-text-{number:03}" for number in range(n_right)}
        key = submit_texts(answer(right, n=20))
        evaluate(sessions, key, [ScriptedJudge({})], 5)
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        assert submission.acceptance is None
        assert find_feedback(submission) is None
        assert read_scores(session, submission, Viewer.PUBLIC).scores
        policy = submission.publication.policy if submission.publication else None
        assert policy is (Policy.DEMONSTRATION if answers is Answers.HIDDEN else None)
    assert rows(sessions)[0].scores[Board.TEXT].value == 15
