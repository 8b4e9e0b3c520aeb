"""Benchmarks, and the questions of their splits."""

from __future__ import annotations

from typing import Any

from flask import Response

from leaderboard.agreements import find_agreement
from leaderboard.commitments.dates import read_dates
from leaderboard.lens.bounds import read_bounds
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.packages.catalogue import read_benchmarks
from leaderboard.packages.phases import view_phases
from leaderboard.rankings.comparisons.power import read_power
from leaderboard.rankings.read import count_items
from leaderboard.scoring.totals import rule_of
from leaderboard.third_parties import read_third_parties
from leaderboard.web.agreements import AGREEMENT_ERRORS
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, find_benchmark
from leaderboard.web.downloads import send_questions
from leaderboard.web.services import database, services
from spinebench.shapes.benchmarks import (
    AgreementRecord,
    BenchmarkDetail,
    BenchmarkList,
    BenchmarkRecord,
    KeyBoundRecord,
    OverallRecord,
    PhaseRecord,
    SmallestDifferenceRecord,
    SplitRecord,
)


@get("/benchmarks")
def list_benchmarks() -> BenchmarkList:
    """All benchmarks in their newest versions."""
    rows = read_benchmarks(database())
    return BenchmarkList(benchmarks=[BenchmarkRecord.of(row, **_show(row)) for row in rows])


@get("/benchmarks/<slug>", query=VersionQuery)
def show_benchmark(slug: str) -> BenchmarkDetail:
    """One benchmark with its taxonomy, rubric and prompts, bounds on its wrong keys, and the
    smallest differences that it can show."""
    row = find_benchmark(slug)
    said = {name: row.manifest[name] for name in ("taxonomy", "rubric", "prompts")}
    bounds = tuple(KeyBoundRecord.of(one) for one in read_bounds(database(), row))
    smallest = tuple(
        SmallestDifferenceRecord.of(one, split=split.name)
        for split in row.splits
        for one in read_power(database(), split)
    )
    return BenchmarkDetail.of(
        row,
        **_show(row),
        **said,
        key_bounds=bounds,
        smallest_differences=smallest,
        overall=OverallRecord.of(rule_of(row.manifest)),
    )


@get(
    "/benchmarks/<slug>/splits/<split>/package",
    query=VersionQuery,
    errors=AGREEMENT_ERRORS,
    sends="application/zip",
)
def download_package(slug: str, split: str) -> Response:
    """The questions of a split with their images; answers only where they are public."""
    return send_questions(find_benchmark(slug), split)


def _show(row: Benchmark) -> dict[str, Any]:
    """What a benchmark's row does not hold under the name that the API has for it."""
    dates, choice = read_dates(database(), row), read_third_parties(database(), row.slug)
    agreement = find_agreement(database(), row.slug)
    url = f"{services().base_url}/benchmarks/{row.slug}"
    return {
        "agreement": agreement and AgreementRecord.of(agreement, url=f"{url}/agreement"),
        "third_party_judges": choice.judges,
        "third_party_endpoints": choice.endpoints,
        "notice": row.manifest.get("notice"),
        "url": url,
        "splits": [
            SplitRecord.of(
                split,
                n_items=_count(split),
                phases=tuple(
                    PhaseRecord.of(one, submissions=one.units)
                    for one in view_phases(database(), split.id)
                ),
                answers_public_at=dates[split.name].reveals_at if split.name in dates else None,
            )
            for split in row.splits
        ],
    }


def _count(split: Split) -> dict[str, int]:
    return {track.value: n for track, n in count_items(database(), split).items()}
