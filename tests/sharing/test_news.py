"""Which results the feed tells of, and as of when, on both databases."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from leaderboard.db import Sessions, now
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.publication import Publication
from leaderboard.models.submission import EventKind, SubmissionEvent
from leaderboard.sharing.news import read_news
from tests.loaded import Load, Submit


def test_a_result_is_news_when_it_becomes_public_and_what_is_private_takes_no_place(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(5, 0, 0)
    early, late, private = (
        submit_texts(
            {"test-text-000": "ANSWER: B"}, model, f"of-{model}", judges=[ChecklistJudge()]
        )
        for model in ("early", "late", "private")
    )
    released = now() + timedelta(days=1)
    with sessions.write() as session:
        # The one that was scored first was published last.
        session.execute(
            update(Publication)
            .where(Publication.submission_id == early)
            .values(published_at=released)
        )
        session.execute(delete(Publication).where(Publication.submission_id == private))
        session.add_all(
            SubmissionEvent(submission_id=private, at=now(), kind=EventKind.SCORED, message="")
            for _ in range(600)
        )
    with sessions.read() as session:
        entries = [one for one in read_news(session) if one.subject.startswith("submission")]
        assert [one.subject for one in entries] == [f"submission {early}", f"submission {late}"]
        published = select(Publication.published_at).where(Publication.submission_id == late)
        assert [one.at for one in entries] == [released, session.scalar(published)]
