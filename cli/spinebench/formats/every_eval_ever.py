"""Instance files of Every Eval Ever: a line for each sample and metric."""

from __future__ import annotations

from typing import Any

import msgspec

from spinebench.formats.file import File, Kind
from spinebench.formats.format import FileFacts, Format, Row, Rows, Shown
from spinebench.formats.problem import Unreadable
from spinebench.formats.samples import find_options, list_options, make_extras, read_samples

EXPLAINED = "Choices were shuffled before generating a response"
ANSWERED = "Shuffled answer:"


class _Input(msgspec.Struct, frozen=True, gc=False):
    choices: list[str] | None = None


class _Output(msgspec.Struct, frozen=True, gc=False):
    raw: list[str] | str | None = None


class _Turn(msgspec.Struct, frozen=True, gc=False):
    role: str = ""
    content: str | None = None


class _Usage(msgspec.Struct, frozen=True, gc=False):
    input_tokens: Any = None
    output_tokens: Any = None


class _Performance(msgspec.Struct, frozen=True, gc=False):
    latency_ms: Any = None


class _Sample(msgspec.Struct, frozen=True, gc=False):
    sample_id: str | int
    schema_version: str = ""
    model_id: str = ""
    evaluation_name: str = ""
    evaluation_result_id: str | None = None
    input: _Input = _Input()
    output: _Output | None = None
    messages: list[_Turn] | None = None
    token_usage: _Usage | None = None
    performance: _Performance | None = None
    error: str | None = None


def read_every_eval_ever_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each sample; None for what further metrics say of it."""
    facts.tool = "Every Eval Ever"
    first: dict[str, tuple[tuple[str, str | None], str | None]] = {}
    for number, sample in read_samples(file, _Sample, "Every Eval Ever file"):
        if not isinstance(sample, _Sample):
            yield sample
            continue
        facts.version = sample.schema_version[:100]
        facts.name_model(sample.model_id)
        key, text = str(sample.sample_id), _read_output(sample)
        metric = (sample.evaluation_name, sample.evaluation_result_id)
        known, before = first.setdefault(key, (metric, text))
        if known != metric and text != before:
            raise Unreadable(
                f"The file gives two outputs of the sample {key[:80]}, so they are not raw ones.",
                "Send the file that it was converted from, such as lm_eval's samples.",
            )
        yield None if known != metric else _make_row(number, key, text, sample, facts)


def _make_row(number: int, key: str, text: str | None, sample: _Sample, facts: FileFacts) -> Row:
    options = list_options(sample.input.choices)
    shown = Shown(options, False) if options else None
    failed = not text and bool(sample.error)
    if text and text.startswith(EXPLAINED):
        # inspect_ai's scorer says what was shown, and of the output only the letter that it read.
        prompt, _, text = text.partition(ANSWERED)
        found = find_options(prompt)
        shown = Shown(found.options, True) if found else None
        failed = found is None or not text.strip().removeprefix("ANSWER:").strip()
    return Row(number, key, facts.settle(text, failed=failed), _read_extras(sample), shown)


def _read_output(sample: _Sample) -> str | None:
    """The raw output, or the last that the assistant said."""
    raw = sample.output.raw if sample.output else None
    if raw:
        return raw if isinstance(raw, str) else raw[0]
    said = [one.content for one in sample.messages or () if one.role == "assistant"]
    return said[-1] if said else None


def _read_extras(sample: _Sample) -> Any:
    usage = sample.token_usage or _Usage()
    latency = sample.performance.latency_ms if sample.performance else None
    return make_extras(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        latency_s=latency / 1000 if isinstance(latency, (int, float)) else None,
    )


FORMAT = Format(
    "Every Eval Ever",
    (".jsonl",),
    read_every_eval_ever_rows,
    recognises=lambda file: (
        file.kind in (Kind.LINES, Kind.ARRAY)
        and {"schema_version", "evaluation_id", "sample_id"} <= set(file.keys)
    ),
    is_of_tool=True,
)
