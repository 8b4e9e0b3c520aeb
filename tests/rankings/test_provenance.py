"""Which transported report scores are of models unlike those that calibrate them."""

from leaderboard.models.rating import RaterKind
from leaderboard.rankings.provenance import UNCALIBRATED, ReportProvenance, compare_traits
from leaderboard.scoring.statistics.calibration import Badge
from leaderboard.scoring.statistics.likeness import Trait


def make(badge: str, n_labels: int, raw: float | None, judge: str = "a") -> ReportProvenance:
    kind = RaterKind.EXPERT if raw is not None else None
    return ReportProvenance(judge, badge, n_labels, kind, raw, 200.0, 1.0)


def test_a_transported_model_is_held_against_those_with_labels_by_the_same_judge() -> None:
    reports = {
        **{str(n): make(Badge.EXPERT_ANCHORED, 30, 60.0 + n) for n in range(4)},
        "few": make(Badge.TRANSPORTED, 4, 62.0),
        "like": make(Badge.TRANSPORTED, 0, 63.0),
        "far": make(Badge.TRANSPORTED, 0, 95.0),
        "other judge": make(Badge.TRANSPORTED, 0, 95.0, "b"),
        "raw": make(UNCALIBRATED, 0, None),
    }
    found = compare_traits(reports)
    assert {key: one.unlike for key, one in found.items()} == {
        **dict.fromkeys(("0", "1", "2", "3", "few", "other judge", "raw")),
        "like": (),
        "far": (Trait.SCORE,),
    }
