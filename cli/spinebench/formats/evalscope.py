"""Predictions of evalscope: a line for each sample, whose item's id stands in its metadata."""

from __future__ import annotations

from typing import Any

import msgspec

from spinebench.formats.file import File, Kind
from spinebench.formats.format import FileFacts, Format, Row, Rows
from spinebench.formats.problem import Unreadable
from spinebench.formats.samples import (
    find_key,
    find_options,
    make_extras,
    read_samples,
    read_text,
)

NO_ID_REMEDY = (
    "evalscope counts samples, and keeps an item's id in the metadata alone: have record_to_sample "
    'return metadata={"id": record["id"]}.'
)


class _Message(msgspec.Struct, frozen=True, gc=False):
    role: str = ""
    content: Any = None


class _Choice(msgspec.Struct, frozen=True, gc=False):
    message: _Message


class _Usage(msgspec.Struct, frozen=True, gc=False):
    input_tokens: Any = None
    output_tokens: Any = None


class _Output(msgspec.Struct, frozen=True, gc=False):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    time: Any = None
    error: Any = None


class _Sample(msgspec.Struct, frozen=True, gc=False):
    model: str = ""
    model_output: _Output | None = None
    messages: list[_Message] = []
    metadata: dict[str, Any] | None = None


def read_evalscope_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each sample; one without output, or with an error, failed."""
    facts.tool = "evalscope predictions"
    for number, sample in read_samples(file, _Sample, "evalscope file"):
        if not isinstance(sample, _Sample):
            yield sample
            continue
        facts.name_model(sample.model)
        key = find_key(sample.metadata or {}, "The metadata of an evalscope sample", NO_ID_REMEDY)
        output = sample.model_output
        if output is None or output.error or not output.choices:
            yield Row(number, key, facts.settle(None, failed=True))
            continue
        prompt = next((one for one in sample.messages if one.role == "user"), None)
        shown = find_options(read_text(prompt.content)) if prompt else None
        text = facts.settle(read_text(output.choices[0].message.content))
        yield Row(number, key, text, _read_usage(output), shown)


def refuse_reviews(file: File, facts: FileFacts) -> Rows:
    """Say that the outputs are in other files."""
    raise Unreadable(
        "The file holds evalscope's reviews, which are its own scores.",
        "Send the file of the same name from the folder predictions beside reviews.",
    )


def _read_usage(output: _Output) -> Any:
    usage = output.usage or _Usage()
    return make_extras(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        latency_s=output.time,
    )


FORMAT = Format(
    "evalscope",
    (".jsonl",),
    read_evalscope_rows,
    recognises=lambda file: (
        file.kind is Kind.LINES and {"index", "model", "model_output"} <= set(file.keys)
    ),
    is_of_tool=True,
)
REVIEWS = Format(
    "evalscope reviews",
    (".jsonl",),
    refuse_reviews,
    recognises=lambda file: (
        file.kind is Kind.LINES and {"index", "target", "sample_score"} <= set(file.keys)
    ),
    is_of_tool=True,
    is_refused=True,
)
