"""How values are written on the pages: numbers, intervals, times, names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup

from leaderboard.accounts.card_fields import STATED_FACTS, write_size
from leaderboard.disclosure import is_protected, shows_items
from leaderboard.exports.documents import OF_BENCHMARKS, OF_MODELS
from leaderboard.models.ranking import Board, ScoreFields
from leaderboard.rankings.breakdowns import SLICES, SliceScore
from leaderboard.rankings.columns import NoRank, find_no_rank
from leaderboard.rankings.profiles import ProfileRow
from leaderboard.rankings.provenance import UNCALIBRATED
from leaderboard.rankings.rows import BoardHarm, RankingRow
from leaderboard.rankings.scores import (
    BoardScore,
)
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.statistics.calibration import Badge
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.statistics.paired import PairedDifference
from leaderboard.scoring.statistics.shrinkage import FEW_ITEMS
from leaderboard.submissions.formats import FORMAT_WORDS
from leaderboard.web.harm_words import say_error, say_graded_by, say_judged_by, say_rate
from leaderboard.web.raw_text import make_visible
from leaderboard.web.reported_words import NOT_TESTED, say_differs
from leaderboard.web.services import services

NONE = Markup('<span class="none" title="{reason}">–<span class="hidden"> {reason}</span></span>')
NO_INTERVAL = "no interval"
BADGE_WORDS = {
    Badge.EXPERT_ANCHORED: "Calibrated with labels for at least 30 of its own reports.",
    Badge.PROBE_ANCHORED: "Calibrated with labels for 10 to 29 of its own reports.",
    Badge.TRANSPORTED: "An estimate from other models' labels, whose interval holds for "
    "models like those; it cannot decide a rank.",
    Badge.HOST_CHOSEN: "An estimate from other models' labels: which of its own reports have "
    "labels was not drawn at random, so they cannot speak for the others; it cannot decide a rank.",
    UNCALIBRATED: "A judge's raw mean, without any expert's rating behind it; it cannot decide a "
    "rank.",
}


def number(value: float | None, digits: int = 1, reason: str = "not scored") -> str:
    """`value` with `digits` decimals, 0 without a sign; None as a dash with its reason."""
    if value is None:
        return NONE.format(reason=reason)
    text = f"{value:.{digits}f}".replace("-", "−")
    return text.removeprefix("−") if not text.strip("−0.") else text


def signed(value: float) -> str:
    """A difference with its sign and one decimal, such as +4.0 or −1.5; 0.0 has none."""
    text = f"{value:+.1f}".replace("-", "−")
    return text[1:] if text[1:] == "0.0" else text


def reach(difference: PairedDifference) -> str:
    """The ends of a difference's interval, such as −3.2 to +5.1, or nothing."""
    if difference.low is None or difference.high is None:
        return ""
    return f"{signed(difference.low)} to {signed(difference.high)}"


def p_value(value: float) -> str:
    """A p-value with three decimals; a smaller one as < 0.001."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def interval(
    score: ScoreFields | BoardScore | SliceScore | BoardHarm | Estimate | None, digits: int = 1
) -> str:
    """The ends of a score's interval, such as 51.2–63.0, or that there is none; "" of no score."""
    if score is None or score.value is None:
        return ""
    if score.low is None or score.high is None:
        return NO_INTERVAL
    return f"{score.low:.{digits}f}–{score.high:.{digits}f}"


def say_harm(harm: BoardHarm | None) -> str:
    """Why a board has no severe errors per 100 cases."""
    if harm is None:
        return "no case of it is graded, or not everybody may see what was counted"
    return "a graded case has no answer, or of none it is known what was said"


def rank(value: RankRange | None) -> str:
    """A rank range such as 1–3, or one rank."""
    if value is None:
        return ""
    return str(value.low) if value.low == value.high else f"{value.low}–{value.high}"


def rank_in_words(value: RankRange, n_ranked: int) -> str:
    """What a rank range among `n_ranked` models says, as one sentence."""
    if n_ranked == 1:
        return "It is the only ranked model."
    n_better, n_worse, n_tied = value.low - 1, n_ranked - value.high, value.high - value.low
    parts = [
        f"{n} {words}"
        for n, words in (
            (n_better, f"{'is' if n_better == 1 else 'are'} significantly better"),
            (n_worse, f"{'is' if n_worse == 1 else 'are'} significantly worse"),
            (n_tied, "cannot be told apart from it"),
        )
        if n
    ]
    if n_ranked == 2:
        return f"The other model {parts[0].removeprefix('1 ')}."
    if n_tied == n_ranked - 1:
        return f"None of the {n_tied} other models can be told apart from it."
    if len(parts) == 1:
        all_others = "Both" if n_ranked == 3 else f"All {n_ranked - 1}"
        return f"{all_others} other models {parts[0].partition(' ')[2]}."
    *most, last = parts
    return f"Of the {n_ranked - 1} other models, {', '.join(most)}{' and ' * bool(most)}{last}."


def missing(row: RankingRow, board: Board) -> str:
    """Why a model has no score or rank on `board`."""
    reason = find_no_rank(board, row)
    if reason is NoRank.TRAINED:
        return "it stands apart: its team says that it was trained on the questions"
    if reason is NoRank.NOT_ANCHORED:
        return "it stands apart: its report score is not anchored to labels of its own reports"
    if reason is NoRank.JUDGE:
        return "it stands apart: the judge of its reports decides no rank"
    if board in row.scores:
        return "it was scored by another parser or judge than the others: a proposal waits"
    absent = [t for t in board.take(row.split_tracks) if t.value not in row.tracks]
    if not absent:
        return "not every item was scored"
    return "no predictions for " + " and ".join(track.words for track in absent)


def say_files(row: RankingRow, board: Board = Board.OVERALL) -> str:
    """Which submissions the score of a model on `board` is of, where it stands by several."""
    tracks: dict[str, list[str]] = {}
    for track, part in row.parts.items():
        if board.covers(track):
            runs = row.runs.get(track, ())
            name = f"the mean of {len(runs)} runs" if runs else part.id
            tracks.setdefault(name, []).append(track.value)
    if row.n_files == 1 and row.runs:
        return f"mean of {row.n_runs} runs"
    return ", ".join(f"{' and '.join(of)} from {key}" for key, of in tracks.items())


def moment(value: datetime | None) -> str:
    """A time as an element that says UTC."""
    if value is None:
        return ""
    form = '<time datetime="{iso}">{text} UTC</time>'
    return Markup(form).format(iso=value.isoformat(), text=f"{value:%Y-%m-%d %H:%M}")


def day(value: datetime | None) -> str:
    """A date as an element."""
    if value is None:
        return ""
    form = '<time datetime="{iso}">{text}</time>'
    return Markup(form).format(iso=value.isoformat(), text=f"{value:%Y-%m-%d}")


def count(value: int) -> str:
    """A whole number with thousands apart."""
    return f"{value:,}"


def names(terms: list[dict[str, Any]]) -> Mapping[str, str]:
    """A manifest's terms as names by key."""
    return {term["key"]: term["name"] for term in terms}


def by_name(scores: list[ScoreFields]) -> Mapping[str, ScoreFields]:
    """Scores of one metric and slice by the name of the slice's value."""
    return {score.name: score for score in scores}


def by_key(rows: Sequence[ProfileRow]) -> Mapping[str, ProfileRow]:
    """The rows of a profile by the key of the slice's value."""
    return {row.column.key: row for row in rows}


FILTERS = (
    number,
    signed,
    reach,
    p_value,
    interval,
    rank,
    rank_in_words,
    say_error,
    say_harm,
    missing,
    say_files,
    moment,
    day,
    count,
    names,
    by_name,
    by_key,
)
"""What templates may call as filters, each by its own name."""


def install(app: Flask) -> None:
    """Give the templates of `app` these words, and static addresses that change with the file."""
    for filter_ in FILTERS:
        app.add_template_filter(filter_)
    app.add_template_filter(write_size, "parameters")
    app.add_template_filter(make_visible, "visible")
    app.add_template_test(is_protected, "protected")
    app.add_template_test(shows_items, "shown")
    app.jinja_env.globals.update(
        MODEL_DOCUMENTS=OF_MODELS,
        BENCHMARK_DOCUMENTS=OF_BENCHMARKS,
        SLICES=SLICES,
        STATED_FACTS=STATED_FACTS,
        FEW_ITEMS=FEW_ITEMS,
        FORMAT_WORDS=FORMAT_WORDS,
        BADGE_WORDS=BADGE_WORDS,
        NOT_TESTED=NOT_TESTED,
        say_differs=say_differs,
        say_graded_by=say_graded_by,
        say_judged_by=say_judged_by,
        say_rate=say_rate,
    )
    versions: dict[str, str] = {}

    def asset(name: str) -> str:
        if name not in versions:
            content = (Path(app.static_folder or "") / name).read_bytes()
            versions[name] = hashlib.sha256(content).hexdigest()[:12]
        return url_for("static", filename=name, v=versions[name])

    app.add_template_global(asset)

    @app.template_global()
    def absolute(path: str) -> str:
        """The whole address of a path of this site."""
        return services().base_url + path
