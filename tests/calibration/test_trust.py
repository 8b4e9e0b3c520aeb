"""What everybody sees of judges rests on public results alone, on both databases."""

from sqlalchemy import delete

from leaderboard.calibration.trust import read_judges
from leaderboard.db import Sessions
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.publication import Publication
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.loaded import Load, Submit


def test_a_result_that_nobody_may_see_yet_raises_no_count_of_a_judge(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 3)
    texts = {f"test-report-{number:03}": "Excellent alignment." for number in range(3)}

    def count() -> list[tuple[int, int]]:
        with sessions.read() as session:
            split = get_split(get_benchmark(session, "tiny"), "test")
            return [(one.n_scored, one.n_rated) for one in read_judges(session, split)]

    submit_texts(texts, "open", "of-open", judges=[ChecklistJudge()])
    before = count()
    assert before == [(1, 3)]
    private = submit_texts(texts, "private", "of-private", judges=[ChecklistJudge()])
    assert count() == [(2, 6)]
    with sessions.write() as session:
        session.execute(delete(Publication).where(Publication.submission_id == private))
    assert count() == before
