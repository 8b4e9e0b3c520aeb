"""Files for other software of the field, sent by pages and API alike."""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask import Response, request

from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.exports.documents import (
    OF_BENCHMARKS,
    OF_MODELS,
    BenchmarkFacts,
    Document,
    Facts,
    gather_benchmark,
    gather_model,
    read_dataset,
)
from leaderboard.models.benchmark import Benchmark
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
        dataset=dataset,
    )
    return _send(document, facts, benchmark)


def send_benchmark_document(benchmark: Benchmark, key: str) -> Response:
    """The format `key` of a version. Raises NotFound."""
    return _send(_find(OF_BENCHMARKS, key), find_benchmark_facts(benchmark), benchmark)


def find_benchmark_facts(benchmark: Benchmark) -> BenchmarkFacts:
    """What documents say of a version."""
    return gather_benchmark(
        database(),
        benchmark,
        citation=cite_benchmark(benchmark),
        cite=cite_model,
        base_url=services().base_url,
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

    states = tuple(read_state(database(), split) for split in benchmark.splits)
    response = services().pages.respond(
        (benchmark.content_hash, states), render, document.media_type
    )
    name = f"{document.name_file(facts)}.{document.ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
