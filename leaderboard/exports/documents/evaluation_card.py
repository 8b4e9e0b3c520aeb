"""A card of the benchmark in the manner of Evaluation Cards, filled from what this site knows.

Its fields are those of the benchmark cards that Evaluation Cards show (arXiv 2606.09809; the card
is that of BenchmarkCards, arXiv 2410.12974), and what a run has to say to be made again. What
nobody said is empty: a claim that is not made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

import msgspec
from sqlalchemy.orm import Session

from leaderboard.exports.documents.croissant import describe_graders, describe_uses
from leaderboard.exports.documents.document import About, Document
from leaderboard.exports.documents.facts import BenchmarkFacts
from leaderboard.models.benchmark import Answers, Benchmark, Split, Track
from leaderboard.objections.read import count_objections
from leaderboard.packages.catalogue import ranked_split
from leaderboard.rankings.comparisons.power import read_power
from leaderboard.rankings.errata import read_errata
from leaderboard.rankings.overall import say_overall
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingTable
from leaderboard.scoring.answers import PARSER_VERSION

NOT_MADE = "claim not made"
_KINDS = {Track.TEXT: "text", Track.IMAGE: "images", Track.REPORT: "reports"}


class CardField(NamedTuple):
    """A field by its key and name, and what is said: nothing, where no claim is made."""

    key: str
    name: str
    says: tuple[str, ...]


class CardSection(NamedTuple):
    """A section of a card."""

    key: str
    name: str
    fields: tuple[CardField, ...]


class _Seen(NamedTuple):
    """What is read for a card."""

    facts: BenchmarkFacts
    manifest: Mapping[str, Any]
    table: RankingTable
    power: Sequence[str]
    corrections: str
    objections: str


def make_card(session: Session, facts: BenchmarkFacts) -> list[CardSection]:
    """The card of a version; its results are those of the split that it is ranked by."""
    seen = _look(session, facts)
    return [
        CardSection("benchmark_details", "Benchmark", _describe_benchmark(seen)),
        CardSection("purpose_and_intended_users", "Purpose and users", _describe_purpose(seen)),
        CardSection("data", "Data", _describe_data(seen)),
        CardSection("methodology", "Method", _describe_method(seen)),
        CardSection("evaluation_runs", "Runs", _describe_runs(seen)),
        CardSection("ethical_and_legal_considerations", "Ethics and law", _describe_law(seen)),
        CardSection("possible_risks", "Risks", (_field("risks", "Possible risks"),)),
    ]


def _look(session: Session, facts: BenchmarkFacts) -> _Seen:
    benchmark = facts.benchmark
    split = ranked_split(benchmark)
    errata, objections = read_errata(session, benchmark), count_objections(session, benchmark.slug)
    return _Seen(
        facts,
        benchmark.manifest,
        read_ranking(session, split),
        [
            f"{one.board.label}: {one.pair:.1f} points between two models named in advance, "
            f"{one.table:.1f} among all {one.n_models} in the table ({one.n} items)"
            for one in read_power(session, split)
        ],
        f"{len(errata)} versions followed another, with their errata" if errata else "",
        f"{objections.n} objections to its items, {objections.n_answered} answered"
        if objections.n
        else "",
    )


def _field(key: str, name: str, *says: str | None) -> CardField:
    return CardField(key, name, tuple(one for one in says if one))


def _list_kinds(benchmark: Benchmark, tracks: Collection[Track]) -> list[str]:
    """What kinds of items there are."""
    found = (_KINDS.get(one, "questions") for one in benchmark.tracks if one in tracks)
    return list(dict.fromkeys(found))


def _describe_benchmark(seen: _Seen) -> tuple[CardField, ...]:
    facts, manifest = seen.facts, seen.manifest
    tracks = {track for counts in facts.n_items.values() for track, n in counts.items() if n}
    packages = [facts.name_package(split) for split in facts.benchmark.splits]
    return (
        _field("name", "Name", f"{facts.benchmark.name} {facts.benchmark.version}"),
        _field("overview", "Overview", manifest["description"]),
        _field("data_type", "Type of data", *_list_kinds(facts.benchmark, tracks)),
        _field(
            "domains",
            "Domains",
            "spine care",
            ", ".join(one["name"] for one in manifest["taxonomy"]["subconditions"]),
        ),
        _field("languages", "Languages"),
        _field("similar_benchmarks", "Similar benchmarks"),
        _field("resources", "Resources", facts.page, *packages),
    )


def _describe_purpose(seen: _Seen) -> tuple[CardField, ...]:
    manifest = seen.manifest
    return (
        _field("goal", "Goal"),
        _field("audience", "Intended users"),
        _field(
            "tasks",
            "Tasks",
            *(one["name"] for one in manifest["tracks"]),
            "asked for: " + ", ".join(one["name"] for one in manifest["taxonomy"]["axes"]),
        ),
        _field("limitations", "Limitations", manifest.get("notice")),
        _field("out_of_scope_uses", "Out of scope", describe_uses(seen.facts)),
    )


def _describe_data(seen: _Seen) -> tuple[CardField, ...]:
    facts = seen.facts
    return (
        _field("source", "Source"),
        _field("size", "Size", *(_count(facts, split) for split in facts.benchmark.splits)),
        _field("format", "Format", "JSON lines, with the images, in a zip for each split"),
        _field("annotation", "Annotation", describe_graders(seen.manifest)),
    )


def _count(facts: BenchmarkFacts, split: Split) -> str:
    counts = facts.n_items[split.name]
    parts = ", ".join(f"{n} {track.value}" for track, n in counts.items() if n)
    return f"{split.name}: {sum(counts.values())} items ({parts}), answers {split.answers.value}"


def _describe_method(seen: _Seen) -> tuple[CardField, ...]:
    facts = seen.facts
    tracks = {track for track, n in seen.table.n_items.items() if n}
    overall = say_overall(seen.manifest, seen.table.tracks)
    return (
        _field(
            "methods",
            "Methods",
            f"Questions: the answer parser, version {PARSER_VERSION}, reads the letters of a "
            "reply; it never guesses.",
            *_list_judges(seen.table),
        ),
        _field(
            "metrics",
            "Metrics",
            "share of questions answered exactly right" if tracks - {Track.REPORT} else None,
            "report score: 20 times the mean of the rubric's sections, from 20 to 100"
            if Track.REPORT in tracks
            else None,
            f"overall: {overall}" if overall else None,
        ),
        _field(
            "calculation",
            "Uncertainty",
            "95 % intervals with items of one case as one cluster; rank ranges from paired "
            "differences between all models, adjusted by Holm",
        ),
        _field("interpretation", "Smallest difference that can be shown", *seen.power),
        _field("baseline_results", "Results", *_list_results(seen.table)),
        _field(
            "validation",
            "Validation",
            *(one.sentence for one in facts.checked),
            seen.corrections,
            seen.objections,
        ),
    )


def _list_judges(table: RankingTable) -> list[str]:
    if table.release is None:
        return []
    return [
        f"Reports: judge {one.rater.name}, version {one.rater.version}, "
        + (
            f"calibrated on {one.n_labels} labels ({one.label_kind.value})"
            if one.label_kind
            else "not calibrated"
        )
        for one in table.release.judges
    ]


def _list_results(table: RankingTable) -> list[str]:
    if not table.rows:
        return []
    found = [f"{len(table.rows)} models with a public result on {table.split.name}"]
    for board in table.split.benchmark.boards:
        scores = [(row.scores[board], row) for row in table.rows if board in row.scores]
        if scores:
            best, row = max(scores, key=lambda one: one[0].value)
            interval = (
                f" (95 % interval {best.low:.1f} to {best.high:.1f})"
                if best.low is not None and best.high is not None
                else ""
            )
            found.append(
                f"{board.label}: highest {best.value:.1f}{interval}, n {best.n}, {row.model.name}"
            )
    return found


def _describe_runs(seen: _Seen) -> tuple[CardField, ...]:
    table = seen.table
    n_runs = max((row.n_runs for row in table.rows), default=0)
    return (
        _field(
            "evaluator",
            "Evaluator",
            "this site scores all answers; a team sends them, or has the site ask its endpoint",
        ),
        _field("harness", "Harness and version", f"SpineBench, answer parser {PARSER_VERSION}"),
        _field(
            "test_set",
            "Test set",
            f"{table.split.name} of {seen.facts.benchmark.version}, "
            f"{sum(table.n_items.values())} items, content SHA-256 "
            f"{seen.facts.benchmark.content_hash}",
        ),
        _field("prompts", "Prompts", "published, one for each track, for endpoints that are asked"),
        _field("decoding", "Decoding"),
        _field("length_limit", "Length limit"),
        _field(
            "attempts",
            "Repeats",
            f"up to {n_runs} runs of a model" if n_runs > 1 else None,
        ),
    )


def _describe_law(seen: _Seen) -> tuple[CardField, ...]:
    hidden = [split.name for split in seen.facts.benchmark.splits if _is_hidden(split)]
    return (
        _field("privacy_and_anonymity", "Privacy and anonymity"),
        _field("data_licensing", "Licence", seen.facts.benchmark.licence),
        _field("consent_procedures", "Consent"),
        _field("compliance_with_regulations", "Compliance with regulations"),
        _field(
            "contamination",
            "Answers kept from training",
            f"hidden on {', '.join(hidden)}" if hidden else None,
        ),
    )


def _is_hidden(split: Split) -> bool:
    return split.answers is Answers.HIDDEN


def write_card(session: Session, facts: BenchmarkFacts, stream: BinaryIO) -> None:
    """The card as JSON: lists of texts by section and field, and which fields are empty."""
    sections = make_card(session, facts)
    made: dict[str, Any] = {
        one.key: {field.key: list(field.says) or NOT_MADE for field in one.fields}
        for one in sections
    }
    made["missing_fields"] = [
        f"{one.key}.{field.key}" for one in sections for field in one.fields if not field.says
    ]
    made["citation"] = facts.citation
    stream.write(msgspec.json.format(msgspec.json.encode(made), indent=2))


CARD = Document(
    key="evaluation-card",
    about=About.BENCHMARK,
    title="Evaluation card",
    use="What is claimed of it and what is not, in the fields of Evaluation Cards.",
    media_type="application/json",
    ending="json",
    name_file=lambda facts: f"{facts.benchmark.slug}-{facts.benchmark.version}-evaluation-card",
    write=write_card,
)
