"""Results and benchmarks in the formats of other software."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from msgspec import UNSET

from leaderboard.exports.documents import MEDIA_TYPES, OF_BENCHMARKS, OF_MODELS
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import Text, VersionQuery, about, find_benchmark
from leaderboard.web.documents import send_benchmark_document, send_model_document
from spinebench.shapes.exports import FormatList, FormatRecord


class DatasetQuery(VersionQuery, frozen=True, kw_only=True):
    """Which version, and its repository on Hugging Face."""

    dataset: Annotated[
        Text,
        about("The benchmark's dataset repository on Hugging Face, OWNER/NAME, where it is named."),
    ] = UNSET


@get("/exports")
def list_formats() -> FormatList:
    """The formats of other software, with what each is good for."""
    return FormatList(
        formats=[
            *(FormatRecord.of(one) for one in OF_MODELS),
            *(FormatRecord.of(one) for one in OF_BENCHMARKS),
        ],
    )


@get("/benchmarks/<slug>/exports/<format>", query=VersionQuery, errors=(409,), sends=MEDIA_TYPES)
def export_benchmark(slug: str, format: str) -> Response:
    """A version of a benchmark, or the records of all its models, in a format."""
    return send_benchmark_document(find_benchmark(slug), format)


@get("/benchmarks/<slug>/models/<model>/exports/<format>", query=DatasetQuery, sends=MEDIA_TYPES)
def export_model(slug: str, model: str, format: str) -> Response:
    """The public results of a model on a version, in a format."""
    return send_model_document(find_benchmark(slug), model, format)
