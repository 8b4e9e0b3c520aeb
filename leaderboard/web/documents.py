"""Files for other software of the field, sent by pages and API alike."""

from __future__ import annotations

import io
from collections.abc import Hashable, Sequence
from typing import Any

from flask import Response, request

from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.exports.documents import (
    OF_BENCHMARKS,
    OF_MODELS,
    BenchmarkFacts,
    CheckedKeys,
    Document,
    Facts,
    gather_benchmark,
    gather_model,
    make_description,
    read_dataset,
)
from leaderboard.lens.bounds import read_bounds
from leaderboard.models.benchmark import Benchmark
from leaderboard.objections.read import count_objections
from leaderboard.packages.catalogue import ranked_split
from leaderboard.rankings.read import read_state
from leaderboard.rankings.releases import find_standing_split
from leaderboard.web.citations import cite_benchmark, cite_model
from leaderboard.web.services import database, services


def send_model_document(benchmark: Benchmark, slug: str, key: str) -> Response:
    """The format `key` of a model's results on a version, or on the newest where they stand now.

    Raises NotFound and InvalidRequest.
    """
    benchmark = find_standing_split(database(), ranked_split(benchmark)).benchmark
    document, dataset = _find(OF_MODELS, key), read_dataset(request.args.get("dataset"))
    if document.needs_dataset and dataset is None:
        raise InvalidRequest(
            "This format names the benchmark by its dataset repository on Hugging Face.",
            "Add dataset=OWNER/NAME.",
        ).at("dataset")

    facts = gather_model(
        database(),
        benchmark,
        slug,
        cite=cite_model,
        base_url=services().base_url,
        site=services().site.name,
        dataset=dataset,
    )
    return _send(document, facts, benchmark)


def send_benchmark_document(benchmark: Benchmark, key: str) -> Response:
    """The format `key` of a version. Raises NotFound."""
    return _send(_find(OF_BENCHMARKS, key), find_benchmark_facts(benchmark), benchmark)


def find_description(benchmark: Benchmark) -> dict[str, Any] | None:
    """The Croissant description of a version; None where it says too little for one."""
    try:
        return make_description(database(), find_benchmark_facts(benchmark))
    except Conflict:
        return None


def find_benchmark_facts(benchmark: Benchmark) -> BenchmarkFacts:
    """What documents say of a version."""
    return gather_benchmark(
        database(),
        benchmark,
        citation=cite_benchmark(benchmark),
        cite=cite_model,
        checked=[
            CheckedKeys(
                one.split,
                one.track,
                one.version,
                one.n_items,
                one.n_checked,
                one.n_wrong,
                one.share,
            )
            for one in read_bounds(database(), benchmark)
        ],
        find_file=services().question_files.find,
        base_url=services().base_url,
        site=services().site.name,
    )


def read_states(benchmark: Benchmark) -> Hashable:
    """What changes whenever a document about a version, or about its models, would."""
    return (
        benchmark.content_hash,
        tuple(read_state(database(), split) for split in benchmark.splits),
        tuple(read_bounds(database(), benchmark)),
        count_objections(database(), benchmark.slug),
    )


def _find(documents: Sequence[Document[Facts]], key: str) -> Document[Facts]:
    for document in documents:
        if document.key == key:
            return document
    raise NotFound(
        f"There is no format {key[:40]!r}.",
        f"The formats are {', '.join(document.key for document in documents)}.",
    )


def _send(document: Document[Facts], facts: Facts, benchmark: Benchmark) -> Response:
    def render() -> bytes:
        stream = io.BytesIO()
        document.write(database(), facts, stream)
        return stream.getvalue()

    response = services().pages.respond(read_states(benchmark), render, document.media_type)
    name = f"{document.name_file(facts)}.{document.ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
