"""How a budget of labels is spread over reports and experts: plain values in and out.

Every choice is drawn from a seed and looks at counts alone, never at what a report says or how it
was rated: a model's chosen reports are a simple random subset of its reports, which PPI++ needs.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple


class Report(NamedTuple):
    """A report that may be rated: of which submission, of which case."""

    prediction_id: int
    submission_id: str
    item_id: int


class Pair(NamedTuple):
    """A report and who rates it."""

    report: Report
    rater_id: int


@dataclass(frozen=True)
class Standing:
    """What is assigned already, and what is rated whether or not it was assigned.

    `samples` holds each submission's chosen reports in the order of their choice; `raters` who
    is to rate each; `rated` pairs of prediction and rater; `barred` who may not rate the reports
    of a submission.
    """

    samples: Mapping[str, Sequence[Report]] = field(default_factory=dict)
    raters: Mapping[int, frozenset[int]] = field(default_factory=dict)
    rated: Set[tuple[int, int]] = frozenset()
    barred: Mapping[str, frozenset[int]] = field(default_factory=dict)


def spread(
    reports: Sequence[Report],
    rater_ids: Sequence[int],
    standing: Standing,
    *,
    per_model: int,
    overlap: float,
    seed: int,
) -> list[Pair]:
    """The pairs to add so that each submission has `per_model` reports rated (or all it has).

    The share `overlap` of them is rated by two experts. Cases, and experts within a model and in
    all, get as equally many as what stands allows; an expert who has rated a chosen report already
    is taken for it; nobody gets a report that they are barred from. The same arguments give the
    same pairs; with them added nothing is missing; a larger budget keeps what a smaller one chose.
    """
    samples = _choose_reports(reports, standing, per_model, seed)
    raters = {key: set(ids) for key, ids in standing.raters.items()}
    loads = Counter(rater_id for ids in raters.values() for rater_id in ids)
    loads_within: Counter[tuple[str, int]] = Counter(
        (report.submission_id, rater_id)
        for sample in samples.values()
        for report in sample
        for rater_id in raters.get(report.prediction_id, ())
    )
    pairs: list[Pair] = []
    for place in range(per_model):
        for submission_id, sample in samples.items():
            barred = standing.barred.get(submission_id, frozenset())
            able = [one for one in rater_ids if one not in barred]
            n_wanted = min(2 if _is_doubled(place, overlap) else 1, len(able))
            for report in sample[place : place + 1]:
                known = raters.setdefault(report.prediction_id, set())
                while len(known) < n_wanted:
                    rater_id = min(
                        (one for one in able if one not in known),
                        key=lambda one: (
                            (report.prediction_id, one) not in standing.rated,
                            loads_within[submission_id, one],
                            loads[one],
                            _draw(seed, "rater", report.prediction_id, one),
                        ),
                    )
                    known.add(rater_id)
                    loads[rater_id] += 1
                    loads_within[submission_id, rater_id] += 1
                    pairs.append(Pair(report, rater_id))
    return pairs


def shuffle(pairs: Sequence[Pair], seed: int) -> list[Pair]:
    """The pairs in a random order."""
    return sorted(pairs, key=lambda p: _draw(seed, "order", p.rater_id, p.report.prediction_id))


def _choose_reports(
    reports: Sequence[Report], standing: Standing, per_model: int, seed: int
) -> dict[str, list[Report]]:
    """Each submission's sample: the least chosen case next, among equals a random one."""
    rest: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        rest[report.submission_id].append(report)
    samples = {key: list(standing.samples.get(key, ())) for key in sorted(rest)}
    chosen = {report.prediction_id for sample in samples.values() for report in sample}
    n_chosen = Counter(report.item_id for sample in samples.values() for report in sample)
    for key in samples:
        rest[key] = sorted(
            (report for report in rest[key] if report.prediction_id not in chosen),
            key=lambda report: _draw(seed, "report", report.submission_id, report.item_id),
        )
    for place in range(per_model):
        for key, sample in samples.items():
            if len(sample) <= place and rest[key]:
                report = min(rest[key], key=lambda one: n_chosen[one.item_id])
                rest[key].remove(report)
                sample.append(report)
                n_chosen[report.item_id] += 1
    return samples


def _is_doubled(place: int, overlap: float) -> bool:
    """Whether the report at `place` of a sample (from 0) gets two experts: evenly spaced."""
    return int((place + 1) * overlap + 1e-9) > int(place * overlap + 1e-9)


def _draw(seed: int, *parts: object) -> bytes:
    """A random number for these parts, as bytes that sort."""
    return hashlib.sha256(":".join(map(str, (seed, *parts))).encode()).digest()
