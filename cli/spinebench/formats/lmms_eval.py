"""Samples of lmms_eval: a line for each document, whose id only the task itself can keep."""

from __future__ import annotations

from typing import Any

import msgspec

from spinebench.formats.file import File, Kind
from spinebench.formats.format import FileFacts, Format, Row, Rows
from spinebench.formats.problem import Unreadable
from spinebench.formats.samples import find_key, find_options, make_extras, read_samples

NO_ID_REMEDY = (
    "lmms_eval leaves the documents out: return the item's id from the task's process_results, "
    'such as {"submission": {"id": doc["id"], "prediction": results[0]}}.'
)


class _Tokens(msgspec.Struct, frozen=True, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Sample(msgspec.Struct, frozen=True, gc=False):
    filtered_resps: Any = None
    resps: Any = None
    doc: Any = None
    submission: Any = None
    input: Any = None
    token_counts: list[_Tokens | None] | None = None


def read_lmms_eval_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each document; the raw output counts where it differs from the filter's."""
    facts.tool = "lmms_eval samples"
    for number, sample in read_samples(file, _Sample, "lmms_eval file"):
        if not isinstance(sample, _Sample):
            yield sample
            continue
        key = find_key(_find_own(sample), "A sample of lmms_eval", NO_ID_REMEDY)
        outputs = sample.filtered_resps if sample.resps is None else sample.resps
        tokens = (sample.token_counts or [None])[0] or _Tokens()
        extras = make_extras(input_tokens=tokens.input_tokens, output_tokens=tokens.output_tokens)
        shown = find_options(sample.input) if isinstance(sample.input, str) else None
        yield Row(number, key, facts.settle(_read_output(outputs)), extras, shown)


def _find_own(sample: _Sample) -> dict[str, Any]:
    """Where the id may stand: in what the task returned, or in the document."""
    for part in (sample.submission, sample.doc):
        if isinstance(part, dict):
            return part
    return {"doc_id": None, "filtered_resps": None}


def _read_output(outputs: object) -> str | None:
    """The first text, however deep in lists it stands."""
    while isinstance(outputs, list):
        outputs = outputs[0] if outputs else None
    if outputs is None or isinstance(outputs, str):
        return outputs
    raise Unreadable(
        "The samples of lmms_eval hold no text that the model wrote.",
        "Run a task of output_type generate_until.",
    )


FORMAT = Format(
    "lmms_eval",
    (".jsonl",),
    read_lmms_eval_rows,
    recognises=lambda file: (
        file.kind in (Kind.LINES, Kind.ARRAY)
        and {"doc_id", "filtered_resps"} <= set(file.keys)
        and not {"doc", "resps"} <= set(file.keys)
    ),
    is_of_tool=True,
)
