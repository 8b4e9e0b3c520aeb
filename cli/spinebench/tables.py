"""Records as tables. Numbers have one decimal; a dash has its reason below the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import UNSET, UnsetType

from spinebench.shapes.benchmarks import BenchmarkRecord, SplitRecord
from spinebench.shapes.endpoints import EndpointRecord, EndpointTestRecord
from spinebench.shapes.exports import FormatRecord
from spinebench.shapes.models import ModelRecord
from spinebench.shapes.objections import ObjectionRecord
from spinebench.shapes.rankings import BOARDS, BoardScore, RankingEntryRecord, RankingRecord
from spinebench.shapes.readings import JudgedRecord, ReadingList, ReadingRecord
from spinebench.shapes.results import Results, ScoreRecord
from spinebench.shapes.submissions import SubmissionRecord
from spinebench.terminal import Column, Table

NONE = "-"
SHRUNK = "*"
TRACKS = ("text", "image", "report")
WHOLE, *_PARTS = BOARDS
APART = ("reliability",)
"""Boards that are shown where they are asked for."""
PARTS = sorted((one for one in _PARTS if one not in APART), key=lambda one: one not in TRACKS)
TITLES = {"closed": "MCQ total"}
"""The boards whose name is not that of their field."""
HARMS = {"closed": "severe MCQ", "report": "severe reports"}
HARM_NOTE = "severe: cases with a severe error per 100 graded cases; lower is better."
STYLE_NOTE = (
    "report, style controlled: with length and formatting at the field's mean; it has no rank. "
    "Ranks are those by report score."
)
SUMMARY_SLICES = ("all", "closed", "track")


def decimal(value: float | None) -> str:
    """One decimal, or a dash."""
    return NONE if value is None else f"{value:.1f}"


def between(low: float | None, high: float | None) -> str:
    """The interval in brackets, or nothing when it has no ends."""
    return "" if low is None or high is None else f"[{low:.1f}, {high:.1f}]"


def moment(at: datetime | None) -> str:
    """A time of the API to the minute, in UTC."""
    return NONE if at is None else f"{at:%Y-%m-%d %H:%M}"


def formats_table(formats: Sequence[FormatRecord]) -> Table:
    """One format a row."""
    columns = [Column("format"), Column("of a"), Column("what for", spare=1)]
    return Table("Formats", columns, [(one.key, one.about, one.use) for one in formats])


def benchmarks_table(benchmarks: Sequence[BenchmarkRecord]) -> Table:
    """One benchmark a row, with the items of each split."""
    columns = [
        Column("benchmark"),
        Column("name", spare=2),
        Column("version"),
        Column("licence", spare=3),
        Column("items", spare=1),
    ]
    rows = [
        (
            one.slug,
            one.name,
            one.version,
            one.licence,
            ", ".join(f"{split.name} {sum(split.n_items.values())}" for split in one.splits),
        )
        for one in benchmarks
    ]
    return Table("Benchmarks", columns, rows)


def splits_table(benchmark: BenchmarkRecord) -> Table:
    """One split a row, with its items by track."""
    columns = [Column("split"), Column("answers"), *(Column(t, right=True) for t in TRACKS)]

    def say(split: SplitRecord) -> str:
        at = split.answers_public_at
        return split.answers if at is None else f"public from {at:%Y-%m-%d %H:%M} UTC"

    rows = [
        (split.name, say(split), *(str(split.n_items.get(track, 0)) for track in TRACKS))
        for split in benchmark.splits
    ]
    return Table("Items", columns, rows)


def models_table(models: Sequence[ModelRecord]) -> Table:
    """One model card a row."""
    listed = [fact.name for fact in ModelRecord.describe() if fact.is_listed]
    columns = [
        Column("model"),
        Column("name", spare=1),
        Column("team", spare=2),
        Column("organisation", spare=3),
        Column("parameters (B)", right=True, spare=4),
        Column("weights", spare=5),
        *(Column(name.replace("_", " "), spare=6) for name in listed),
        Column("base", spare=7),
    ]
    rows = [
        (
            model.slug,
            model.name,
            model.team,
            model.organisation,
            NONE if model.parameters_billion is None else f"{model.parameters_billion:g}",
            "open" if model.open_weights else "closed",
            *(getattr(model, name) or NONE for name in listed),
            f"{model.base}: {model.variant}" if model.base else model.base_model or NONE,
        )
        for model in models
    ]
    unknown = any(NONE in row for row in rows)
    return Table("Model cards", columns, rows, ["-: not stated on the card."] if unknown else [])


def submissions_table(submissions: Sequence[SubmissionRecord]) -> Table:
    """One submission a row, as the server orders them."""
    columns = [
        Column("id"),
        Column("status"),
        Column("done", right=True, spare=2),
        Column("model"),
        Column("benchmark", spare=3),
        Column("split", spare=1),
        Column("sent (UTC)", spare=4),
        Column("file", spare=5),
    ]
    rows = [
        (
            one.id,
            one.status,
            f"{one.progress.n_done}/{one.progress.n_total}" if one.progress.n_total else NONE,
            one.model,
            one.benchmark,
            one.split,
            moment(one.created_at),
            one.file_name or NONE,
        )
        for one in submissions
    ]
    waits = any(row[2] == NONE for row in rows)
    return Table("Submissions", columns, rows, ["-: not started."] if waits else [])


def results_table(results: Results, slices: Sequence[str] | None = None) -> Table:
    """One score a row; `slices` keeps only those of these slices."""
    scores = [one for one in results.scores if slices is None or one.slice in slices]
    columns = [
        Column("slice"),
        Column("name"),
        Column("metric", spare=1),
        Column("score", right=True),
        Column("95 % interval", right=True),
        Column("n", right=True),
    ]
    n_unscored = sum(one.n_unscored for one in scores)
    if n_unscored:
        columns.append(Column("unscored", right=True))
    rows = [_score_cells(one, with_unscored=n_unscored > 0) for one in scores]
    notes = []
    if any(one.value is None for one in scores):
        notes.append("-: no item of this slice has been scored, or the file leaves the track out.")
    if any(one.is_shrunk for one in scores):
        notes.append(
            f"{SHRUNK}: few items, so an estimate drawn towards the model's other slices; read k/n."
        )
    if n_unscored:
        notes.append("unscored: no usable prediction or rating; never counted as 0.")
    if any(one.slice in {"dimension", "section"} for one in scores):
        notes.append("Dimensions and sections of the rubric run from 1 to 5, the rest to 100.")
    caption = f"{results.model} on {results.benchmark} {results.split}"
    return Table(caption, columns, rows, notes)


def _score_cells(score: ScoreRecord, *, with_unscored: bool) -> list[str]:
    cells = [
        score.slice,
        score.name.replace("_", " ") if score.name != score.slice else "",
        score.metric.replace("_", " "),
        decimal(score.value) + SHRUNK * score.is_shrunk,
        between(score.low, score.high),
        str(score.n) if score.k is None else f"{score.k}/{score.n}",
    ]
    return [*cells, str(score.n_unscored)] if with_unscored else cells


def items_table(found: ReadingList) -> Table:
    """One item a row: what was read of its text, by which rule, and what came of it."""
    columns = [
        Column("item"),
        Column("track", spare=2),
        Column("condition", spare=3),
        Column("read as"),
        Column("rule", spare=1),
    ]
    if found.shows_key:
        columns += [Column("key"), Column("right"), Column("rated")]
    rows = [_item_cells(one, shows_key=found.shows_key) for one in found.readings]
    caption = f"{found.model} on {found.benchmark} {found.version} {found.split}"
    return Table(caption, columns, rows)


def _item_cells(reading: ReadingRecord, *, shows_key: bool) -> list[str]:
    item, read, verdict = reading.item, reading.answer, reading.verdict
    rule = (read.rule or (f"read by {read.reader}" if read.reader else "")) if read else ""
    cells = [
        item.id,
        item.track,
        (item.subcondition or NONE).replace("_", " "),
        (read.letters or read.outcome) if read else NONE,
        rule or NONE,
    ]
    if not shows_key:
        return cells
    return [
        *cells,
        "".join(verdict.key) if verdict else NONE,
        NONE if verdict is None else "yes" if verdict.is_right else "no",
        ", ".join(f"{one.judge} {_span(one)}" for one in reading.judges) or NONE,
    ]


def _span(judged: JudgedRecord) -> str:
    """From the lowest to the highest of a judge's ratings."""
    values = [one.value for one in judged.dimensions if one.value is not None]
    return f"{min(values):.1f} to {max(values):.1f}" if values else "unscored"


def ranking_table(ranking: RankingRecord) -> Table:
    """One model a row, in the server's order; severe errors where any were counted."""
    found = {board for entry in ranking.entries for board in entry.harm}
    harms = {board: name for board, name in HARMS.items() if board in found}
    is_controlled = any(entry.report_controlled is not UNSET for entry in ranking.entries)
    parts = [*(one for one in APART if one == ranking.board), *PARTS]
    columns = [
        Column("rank"),
        Column("model"),
        Column("organisation", spare=7),
        Column(WHOLE, right=True),
        Column("95 % interval", right=True, spare=1),
        *(Column(TITLES.get(board, board), right=True, spare=_spare(board)) for board in parts),
        *([Column("report, style controlled", right=True)] if is_controlled else []),
        *(Column(name, right=True) for name in harms.values()),
        Column("coverage", right=True, spare=5),
        Column("refused", right=True, spare=8),
        Column("unparsed", right=True, spare=8),
        Column("attempts", right=True, spare=9),
    ]
    rows = [_entry_cells(entry, parts, harms) for entry in ranking.entries]
    notes = ["rank: the ranks that the data allow. MCQ total: text and image together."]
    if any(NONE in row for row in rows):
        notes.append("-: not ranked there, because the predictions do not cover every item.")
    if harms:
        notes.append(HARM_NOTE)
    if is_controlled:
        notes.append(STYLE_NOTE)
    notes += [
        f"{entry.model.name}: its report score is an estimate from models that it is unlike, by "
        f"{' and '.join(entry.report_provenance.unlike)}."
        for entry in ranking.entries
        if entry.report_provenance and entry.report_provenance.unlike
    ]
    when = f", ranked {moment(ranking.ranked_at)} UTC" if ranking.ranked_at else ""
    release = f", release {ranking.release}" if ranking.release else ""
    caption = f"{ranking.benchmark} {ranking.version}, split {ranking.split}{release}{when}"
    return Table(caption, columns, rows, notes)


def _spare(board: str) -> int:
    """Tracks stay longer than boards of several."""
    return 2 + TRACKS.index(board) if board in TRACKS else 6


def _say_runs(entry: RankingEntryRecord) -> str:
    n = max((len(runs) for runs in entry.runs.values()), default=1)
    return f" ({n} runs)" if n > 1 else ""


def _entry_cells(
    entry: RankingEntryRecord, parts: Iterable[str], harms: Iterable[str]
) -> list[str]:
    whole: BoardScore | None = getattr(entry, WHOLE)
    return [
        _rank(entry.rank_low, entry.rank_high),
        entry.model.name + _say_runs(entry),
        entry.model.organisation,
        _value(whole),
        between(whole.low, whole.high) if whole else "",
        *(_value(getattr(entry, board)) for board in parts),
        *_controlled_cells(entry),
        *(_severe(entry, board) for board in harms),
        f"{100 * entry.coverage:.0f} %",
        str(entry.n_refused),
        str(entry.n_unparsed),
        str(entry.n_attempts),
    ]


def _rank(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return NONE
    return str(low) if low == high else f"{low}-{high}"


def _controlled_cells(entry: RankingEntryRecord) -> list[str]:
    """One where style is controlled for, else none."""
    found = entry.report_controlled
    if isinstance(found, UnsetType):
        return []
    return [f"{found.value:.1f} {between(found.low, found.high)}".strip() if found else NONE]


def _severe(entry: RankingEntryRecord, board: str) -> str:
    harm = entry.harm.get(board)
    return decimal(None if harm is None else harm.value)


def _value(score: BoardScore | None) -> str:
    return decimal(None if score is None else score.value)


def objections_table(objections: Sequence[ObjectionRecord]) -> Table:
    """One objection a row, newest first."""
    columns = [
        Column("number"),
        Column("item"),
        Column("benchmark", spare=2),
        Column("about", spare=1),
        Column("sent (UTC)", spare=3),
        Column("state"),
    ]
    rows = [
        (one.id, one.item, f"{one.benchmark} {one.version}", one.kind, moment(one.at), one.state)
        for one in objections
    ]
    return Table("Objections", columns, rows)


def endpoints_table(endpoints: Sequence[EndpointRecord]) -> Table:
    """One endpoint a row."""
    columns = [
        Column("endpoint"),
        Column("name"),
        Column("model", spare=1),
        Column("address", spare=2),
        Column("key", spare=3),
        Column("images", spare=5),
        Column("test", spare=4),
        Column("team", spare=6),
    ]
    rows = [
        (
            one.id,
            one.name,
            one.model,
            one.base_url,
            "kept" if one.has_key else "none",
            "yes" if one.settings.accepts_images else "no",
            _describe_test(one.test),
            one.team,
        )
        for one in endpoints
    ]
    return Table("Model endpoints", columns, rows)


def _describe_test(test: EndpointTestRecord | None) -> str:
    if test is None:
        return "never"
    if test.state != "ended":
        return "lost" if test.state == "lost" else "under way"
    return "good" if test.is_good else "with problems"


def tried_table(test: EndpointTestRecord) -> Table:
    """One item of a test a row."""
    columns = [
        Column("item"),
        Column("track", spare=1),
        Column("read as"),
        Column("right"),
        Column("seconds", right=True, spare=2),
        Column("problem"),
    ]
    rows = [
        (
            one.item,
            one.track,
            one.letters or one.outcome or NONE,
            NONE if one.problem else "yes" if one.is_right else "no",
            decimal(one.seconds),
            one.problem or one.note or NONE,
        )
        for one in test.items
    ]
    return Table("Practice items", columns, rows)
