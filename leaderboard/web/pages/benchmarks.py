"""What a benchmark is made of: composition, example items, downloads, images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import Blueprint, Response, render_template, request

from leaderboard.agreements import find_agreement
from leaderboard.commitments.answers import read_answers
from leaderboard.commitments.dates import read_dates
from leaderboard.commitments.opened import count_revealed, list_verdicts, read_opened
from leaderboard.commitments.values import read_rankings
from leaderboard.disclosure import shows_items
from leaderboard.errors import NotFound
from leaderboard.exports.documents import make_card
from leaderboard.lens.bounds import read_bounds
from leaderboard.models.benchmark import Answers, Benchmark, Track
from leaderboard.objections.read import count_objections
from leaderboard.packages.catalogue import (
    CompositionRow,
    count_composition,
    get_benchmark,
    get_image,
    get_split,
    ranked_split,
    read_benchmarks,
    read_first_items,
    read_open_items,
)
from leaderboard.packages.phases import view_phases
from leaderboard.rankings.comparisons.power import read_power
from leaderboard.rankings.errata import read_errata
from leaderboard.rankings.overall import GROUPS, OverallPart, list_parts, say_overall
from leaderboard.rankings.read import count_items, read_state
from leaderboard.scoring.totals import rule_of
from leaderboard.third_parties import read_third_parties
from leaderboard.web.agreements import require_image, shows_to_some
from leaderboard.web.documents import find_benchmark_facts, find_description, read_states
from leaderboard.web.downloads import send_questions
from leaderboard.web.readings import require_open
from leaderboard.web.services import database, note_benchmark, services

blueprint = Blueprint("benchmarks", __name__)
TAXONOMY = ("subcondition", "axis", "modality")
EXAMPLES_PER_PAGE = 12


@blueprint.get("/benchmarks")
def index() -> str:
    """All benchmarks in their newest versions."""
    return render_template("benchmarks/index.html", benchmarks=read_benchmarks(database()))


@blueprint.get("/benchmarks/<slug>")
def benchmark(slug: str) -> Response:
    """One benchmark: what is in it, how it counts, how to take part."""
    found = get_benchmark(database(), slug, request.args.get("version"))
    note_benchmark(slug)
    committed, n_revealed = read_answers(database(), found), count_revealed(database(), found)
    bounds = tuple(read_bounds(database(), found))
    state = read_state(database(), ranked_split(found))
    objections = count_objections(database(), slug)
    agreement = find_agreement(database(), slug)
    phases = {split.name: view_phases(database(), split.id) for split in found.splits}
    dates, choice = read_dates(database(), found), read_third_parties(database(), slug)

    def render() -> str:
        examples = [] if shows_to_some(found) else read_first_items(database(), found)
        counts = {split.name: count_items(database(), split) for split in found.splits}
        composition = {
            split.name: {name: count_composition(database(), split, name) for name in TAXONOMY}
            for split in found.splits
        }
        return render_template(
            "benchmarks/benchmark.html",
            benchmark=found,
            counts=counts,
            composition=composition,
            parts=_list_parts(found, counts, composition),
            part_title=GROUPS.get(rule_of(found.manifest).over, "tracks").capitalize(),
            overall_words=say_overall(found.manifest, list(_name_tracks(found, counts.values()))),
            open_splits=[split for split in found.splits if shows_items(split)],
            has_hidden=any(split.answers is Answers.HIDDEN for split in found.splits),
            committed=committed,
            n_revealed=n_revealed,
            dates=dates,
            choice=choice,
            agreement=agreement,
            phases=phases,
            bounds=bounds,
            errata=read_errata(database(), found),
            objections=objections,
            power=read_power(database(), ranked_split(found)),
            track_names=_name_tracks(found, counts.values()),
            examples=examples,
            described=find_description(found),
            sample_ids=[example.item.key for example in examples] or ["item-1", "item-2"],
        )

    return services().pages.respond(
        (
            found.content_hash,
            committed.root,
            committed.made_at,
            n_revealed,
            bounds,
            state,
            objections,
            tuple((name, one.reveals_at) for name, one in dates.items()),
            choice,
            None if agreement is None else agreement.id,
            tuple(phases.values()),
        ),
        render,
    )


@blueprint.get("/benchmarks/<slug>/card")
def card(slug: str) -> Response:
    """What is claimed of a version, and what is not."""
    found = get_benchmark(database(), slug, request.args.get("version"))
    note_benchmark(slug)

    def render() -> str:
        sections = make_card(database(), find_benchmark_facts(found))
        fields = [field for section in sections for field in section.fields]
        return render_template(
            "benchmarks/card.html",
            benchmark=found,
            sections=sections,
            n_fields=len(fields),
            n_empty=sum(not field.says for field in fields),
        )

    return services().pages.respond(read_states(found), render)


@blueprint.get("/benchmarks/<slug>/splits/<name>/items")
def items(slug: str, name: str) -> Response:
    """The items of a split that shows them, to try."""
    found = get_benchmark(database(), slug, request.args.get("version"))
    note_benchmark(slug)
    require_open(get_split(found, name))
    track, page = request.args.get("track", ""), request.args.get("page", 1, type=int)

    split = get_split(found, name)

    def render() -> str:
        shown = [
            example
            for example in read_open_items(database(), split)
            if track in ("", example.item.track.value)
        ]
        n_pages = max(1, -(-len(shown) // EXAMPLES_PER_PAGE))
        if not 1 <= page <= n_pages:
            raise NotFound("There is no such page of items.", "Start from the first page.")
        start = (page - 1) * EXAMPLES_PER_PAGE
        return render_template(
            "benchmarks/items.html",
            benchmark=found,
            split=split,
            examples=shown[start : start + EXAMPLES_PER_PAGE],
            n_items=len(shown),
            page=page,
            n_pages=n_pages,
            track=track,
            tracks=[one for one, n in count_items(database(), split).items() if n],
        )

    return services().pages.respond(found.content_hash, render)


@blueprint.get("/benchmarks/<slug>/splits/<name>/package")
def package(slug: str, name: str) -> Response:
    """The questions of a split as a zip; with answers only where they are public."""
    return send_questions(get_benchmark(database(), slug, request.args.get("version")), name)


@blueprint.get("/benchmarks/<slug>/revealed")
def revealed(slug: str) -> Response:
    """The answers of a version that a host has revealed, and which ranked models had them right."""
    found = get_benchmark(database(), slug, request.args.get("version"))
    note_benchmark(slug)
    n_revealed = count_revealed(database(), found)
    state = tuple(one.root for one in read_rankings(database(), found)) if n_revealed else ()

    def render() -> str:
        opened = read_opened(database(), found)
        return render_template(
            "benchmarks/revealed.html",
            benchmark=found,
            opened=opened,
            verdicts=list_verdicts(opened),
        )

    return services().pages.respond((found.content_hash, n_revealed, state), render)


@blueprint.get("/images/<sha256>")
def image(sha256: str) -> Response:
    """An item's picture; its address is its hash, so it never changes."""
    found = get_image(database(), sha256)
    is_everybodys = require_image(found)
    response = Response(found.content, mimetype=found.media_type)
    kept = "public, max-age=31536000, immutable"
    response.headers["Cache-Control"] = kept if is_everybodys else "private, no-store"
    return response


def _name_tracks(found: Benchmark, counts: Iterable[Mapping[Track, int]]) -> dict[Track, str]:
    """What the benchmark calls the tracks that it has items of, in their order."""
    names = {one["key"]: one["name"] for one in found.manifest["tracks"]}
    used = {track for of_split in counts for track, n in of_split.items() if n}
    return {track: names.get(track.value, track.name) for track in found.tracks if track in used}


def _list_parts(
    found: Benchmark,
    counts: Mapping[str, Mapping[Track, int]],
    composition: Mapping[str, Mapping[str, Sequence[CompositionRow]]],
) -> dict[str, list[OverallPart]]:
    """The groups of the overall score that a split has items of, by name, with one for each."""
    over = rule_of(found.manifest).over
    parts: dict[str, list[OverallPart]] = {}
    for split in found.splits:
        sizes = {track.value: n for track, n in counts[split.name].items()}
        if over != "track":
            rows = composition[split.name][over]
            sizes = {str(row.key): sum(row.counts.values()) for row in rows}
        for part in list_parts(found.manifest, sizes):
            parts.setdefault(part.name, []).append(part)
    return {name: of for name, of in parts.items() if any(one.n for one in of)}
