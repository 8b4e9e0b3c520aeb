"""The ranking as a table: who is separable on which board, and where a report score comes from."""

from leaderboard.exports.rankings import make_ranking_table
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.ranking import Board
from leaderboard.models.rating import RaterKind
from leaderboard.models.release import Release
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.provenance import ReportProvenance
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.scoring.rank_range import RankRange

REPORT = ReportProvenance(
    judge="checklist-7",
    badge="probe-anchored",
    n_labels=12,
    label_kind=RaterKind.EXPERT,
    raw_value=71.5,
    n_words=80.0,
    density=None,
)


def test_a_row_says_on_which_boards_the_leader_is_better_and_what_is_behind_its_report_score() -> (
    None
):
    split = Split(
        name="test", benchmark=Benchmark(manifest={}, slug="b", version="1.0.0", content_hash="0")
    )
    row = RankingRow(
        model=ModelCard(slug="m", name="M", organisation="O", open_weights=True),
        submission=Submission(id="s", file_hash="1"),
        scores={},
        ranks={Board.TEXT: RankRange(2, 3), Board.IMAGE: RankRange(1, 3)},
        separable=frozenset({Board.TEXT}),
        coverage=1.0,
        outcomes={},
        n_attempts=1,
        report=REPORT,
    )
    table = make_ranking_table(
        RankingTable(
            split,
            Board.TEXT,
            release=Release(number=4),
            is_current=False,
            serial=1,
            ranked_at=None,
            n_items=dict.fromkeys(DEFAULT_TRACKS, 3),
            n_deciding=dict.fromkeys(DEFAULT_TRACKS, 3),
            rows=[row],
        )
    )
    names = [column.name for column in table.columns]
    found = dict(zip(names, table.rows[0], strict=True))
    assert len(set(names)) == len(names)
    assert found["release"] == 4
    assert [found[f"{board}_separable"] for board in ("text", "image", "report")] == [
        True,
        False,
        None,
    ]
    assert {name: found[name] for name in names if name.startswith("report_")} == {
        "report_score": None,
        "report_low": None,
        "report_high": None,
        "report_n_items": None,
        "report_separable": None,
        "report_judge": "checklist-7",
        "report_badge": "probe-anchored",
        "report_n_labels": 12,
        "report_label_kind": "expert",
        "report_raw_mean": 71.5,
        "report_unlike": None,
    }
