"""Logs of inspect_ai, `.eval` and `.json`: `output.completion` is what the model wrote.

With shuffled options an answer that inspect could read is turned back in the log, prompt and
letter, and any other is not; so each sample's options are taken from the prompt that stands beside
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from spinebench.formats.archive import Archive
from spinebench.formats.file import File, Kind, decode_mended
from spinebench.formats.format import FileFacts, Format, Row, Rows, Shown
from spinebench.formats.problem import Unreadable
from spinebench.formats.samples import (
    find_options,
    list_options,
    make_extras,
    read_text,
)

HEADER, START, SAMPLES = "header.json", "_journal/start.json", "samples/"
ATTACHED = "attachment://"


class _Usage(msgspec.Struct, frozen=True, gc=False):
    input_tokens: Any = None
    output_tokens: Any = None


class _Output(msgspec.Struct, frozen=True, gc=False):
    completion: str = ""
    usage: _Usage | None = None
    time: Any = None
    error: Any = None


class _Message(msgspec.Struct, frozen=True, gc=False):
    role: str = ""
    content: Any = None


class _Sample(msgspec.Struct, frozen=True, gc=False):
    id: str | int
    epoch: int = 1
    output: _Output | None = None
    choices: list[str] | None = None
    messages: msgspec.Raw = msgspec.Raw()
    attachments: msgspec.Raw = msgspec.Raw()
    error: Any = None


class _Eval(msgspec.Struct, frozen=True, gc=False):
    model: str = ""
    packages: dict[str, Any] = {}


class _Step(msgspec.Struct, frozen=True, gc=False):
    solver: str = ""
    params: dict[str, Any] = {}


class _Plan(msgspec.Struct, frozen=True, gc=False):
    steps: list[_Step] = []


class _Header(msgspec.Struct, frozen=True, gc=False):
    eval: _Eval
    status: str = "started"
    plan: _Plan = _Plan()
    samples: list[_Sample] = []


_decode_sample = msgspec.json.Decoder(_Sample).decode
_decode_header = msgspec.json.Decoder(_Header).decode
_decode_messages = msgspec.json.Decoder(list[_Message]).decode
_decode_attachments = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def read_json_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each sample of a log written as JSON."""
    header = file.decode(_Header, "inspect_ai log")
    if not header.samples:
        raise Unreadable(
            "The inspect_ai log holds no samples.", "Send a log written with --log-samples."
        )
    return _read_rows(header, header.samples, facts)


def read_eval_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each sample of an `.eval` archive, a member of it at a time."""
    archive = file.archive
    name = HEADER if HEADER in archive.members else START
    header = decode_mended(archive.read(name), _decode_header, "inspect_ai log")
    return _read_rows(header, _read_members(archive), facts)


def _read_members(archive: Archive) -> Iterator[_Sample]:
    for name in archive.members:
        if name.startswith(SAMPLES) and name.endswith(".json"):
            raw = archive.read(name)
            try:
                yield _decode_sample(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                yield decode_mended(raw, _decode_sample, f"sample {name[:100]}")


def _read_rows(header: _Header, samples: Iterable[_Sample], facts: FileFacts) -> Rows:
    facts.tool = "inspect_ai log"
    facts.version = str(header.eval.packages.get("inspect_ai", ""))[:100]
    facts.name_model(header.eval.model)
    if header.status != "success":
        facts.warn(f'The run did not end well: its status is "{header.status[:40]}".')
    is_shuffled = any(step.params.get("shuffle") for step in header.plan.steps)
    for number, sample in enumerate(samples, start=1):
        key = str(sample.id)
        if sample.epoch != 1:
            facts.note("the first epoch")
            yield None
            continue
        shown = _find_shown(sample)
        if is_shuffled and sample.choices and shown is None:
            raise Unreadable(
                f"The options were shuffled; the inspect_ai log does not say how for {key[:80]}.",
                "Run the task without shuffling, or with the template that inspect_ai itself has.",
            )
        if shown is None and sample.choices:
            shown = Shown(list_options(sample.choices), True)
        yield _make_row(number, key, sample, shown, facts)


def _make_row(number: int, key: str, sample: _Sample, shown: Shown | None, facts: FileFacts) -> Row:
    output = sample.output or _Output()
    failed = sample.output is None or bool(sample.error or output.error)
    usage = output.usage or _Usage()
    extras = make_extras(
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, latency_s=output.time
    )
    text = output.completion
    if text and text.startswith(ATTACHED):
        text = _read_attachment(sample, text)
    if text and not text.isspace():
        failed = False
    return Row(number, key, facts.settle(text, failed=failed), extras, shown)


def _find_shown(sample: _Sample) -> Shown | None:
    """The options in the last prompt; certain where they are the choices of the sample."""
    if not sample.messages:
        return None
    messages = _decode_messages(sample.messages)
    prompt = next((one for one in reversed(messages) if one.role == "user"), None)
    shown = find_options(read_text(prompt.content)) if prompt else None
    if shown is None or not sample.choices:
        return shown
    if sorted(map(_fold, shown.options.values())) == sorted(map(_fold, sample.choices)):
        return Shown(shown.options, True)
    return None


def _fold(text: str) -> str:
    return " ".join(text.split())


def _read_attachment(sample: _Sample, text: str) -> str:
    attachments: Mapping[str, msgspec.Raw] = (
        _decode_attachments(sample.attachments) if sample.attachments else {}
    )
    raw = attachments.get(text.removeprefix(ATTACHED).strip())
    return msgspec.json.decode(raw, type=str) if raw else text


def _is_eval(file: File) -> bool:
    if file.kind is not Kind.ZIP:
        return False
    members = file.archive.members
    return HEADER in members or START in members


FORMAT = Format("inspect_ai", (".eval",), read_eval_rows, _is_eval, is_of_tool=True)
JSON = Format(
    "inspect_ai",
    (".json",),
    read_json_rows,
    recognises=lambda file: (
        file.kind in (Kind.OBJECT, Kind.LINES) and {"eval", "status", "version"} <= set(file.keys)
    ),
    is_of_tool=True,
)
