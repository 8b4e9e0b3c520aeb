"""Output files of OpenAI's Batch API, and of servers that write the same: `custom_id` is the id."""

from __future__ import annotations

from typing import Any

import msgspec

from spinebench.formats.file import File, Kind
from spinebench.formats.format import FileFacts, Format, Row, Rows
from spinebench.formats.samples import make_extras, read_samples, read_text


class _Message(msgspec.Struct, frozen=True, gc=False):
    content: Any = None
    refusal: str | None = None


class _Choice(msgspec.Struct, frozen=True, gc=False):
    message: _Message | None = None
    text: str | None = None


class _Output(msgspec.Struct, frozen=True, gc=False):
    type: str = ""
    content: Any = None


class _Usage(msgspec.Struct, frozen=True, gc=False):
    prompt_tokens: Any = None
    completion_tokens: Any = None
    input_tokens: Any = None
    output_tokens: Any = None


class _Body(msgspec.Struct, frozen=True, gc=False):
    """The body of a chat completion, of a completion, or of a response."""

    model: str | None = None
    choices: list[_Choice] | None = None
    output: list[_Output] | None = None
    usage: _Usage | None = None


class _Response(msgspec.Struct, frozen=True, gc=False):
    status_code: int = 0
    body: _Body | None = None


class _Sample(msgspec.Struct, frozen=True, gc=False):
    custom_id: str
    response: _Response | None = None
    error: Any = None


def read_batch_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each request; one with an error, or with another status than 200, failed."""
    facts.tool = "OpenAI Batch output"
    for number, sample in read_samples(file, _Sample, "OpenAI Batch output"):
        if not isinstance(sample, _Sample):
            yield sample
            continue
        response = sample.response
        body = response.body if response and response.status_code == 200 else None
        if sample.error or body is None:
            yield Row(number, sample.custom_id, facts.settle(None, failed=True))
            continue
        facts.name_model(body.model)
        yield Row(number, sample.custom_id, facts.settle(_read_body(body)), _read_usage(body))


def _read_body(body: _Body) -> str:
    if body.choices:
        choice = body.choices[0]
        if choice.message is None:
            return choice.text or ""
        return read_text(choice.message.content) or choice.message.refusal or ""
    said = [read_text(one.content) for one in body.output or () if one.type == "message"]
    return "\n".join(said)


def _read_usage(body: _Body) -> Any:
    usage = body.usage
    if usage is None:
        return None
    return make_extras(
        input_tokens=usage.input_tokens if usage.prompt_tokens is None else usage.prompt_tokens,
        output_tokens=(
            usage.output_tokens if usage.completion_tokens is None else usage.completion_tokens
        ),
    )


FORMAT = Format(
    "OpenAI Batch",
    (".jsonl",),
    read_batch_rows,
    recognises=lambda file: (
        file.kind is Kind.LINES and {"custom_id", "response", "error"} <= set(file.keys)
    ),
    is_of_tool=True,
)
