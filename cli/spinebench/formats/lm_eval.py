"""Samples of lm_eval: a line for each document and filter. The raw output counts, once."""

from __future__ import annotations

import ast
from typing import Any

import msgspec

from spinebench.formats.columns import show_names
from spinebench.formats.file import File, Kind
from spinebench.formats.format import MOST_BYTES, FileFacts, Format, Row, Rows
from spinebench.formats.problem import Unreadable
from spinebench.formats.samples import find_key, read_samples

NO_ID_REMEDY = (
    "Keep the field id of the downloaded items in the task's documents, as the task of "
    "`spinebench download --for lm_eval` does."
)


class _Doc(msgspec.Struct, frozen=True, gc=False):
    """The names that an item's id may stand under, as columns.ID_NAMES has them."""

    id: str | int | None = None
    item_id: str | int | None = None
    question_id: str | int | None = None
    sample_id: str | int | None = None


class _AnyDoc(msgspec.Struct, frozen=True, gc=False):
    doc: dict[str, msgspec.Raw]


class _Sample(msgspec.Struct, frozen=True, gc=False):
    doc: _Doc
    resps: Any
    filter: str = ""


def read_lm_eval_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each document; None for its further filters."""
    facts.tool = "lm_eval samples"
    first: dict[str, str] = {}
    repeats = 1
    for number, sample in read_samples(file, _Sample, "lm_eval file"):
        if not isinstance(sample, _Sample):
            yield sample
            continue
        doc = sample.doc
        key = doc.id if isinstance(doc.id, str) else _find_id(doc, file)
        outputs = _read_outputs(sample.resps)
        if first.get(key, sample.filter) != sample.filter:
            yield None
            continue
        first[key] = sample.filter
        if len(outputs) > repeats:
            repeats = len(outputs)
            facts.note(f"the first of {repeats} outputs for each item")
        yield Row(number, key, facts.settle(outputs[0]))


def _find_id(doc: _Doc, file: File) -> str:
    """The id under any name. Raises Unreadable with the keys of the first document."""
    values = {name: one for name, one in msgspec.structs.asdict(doc).items() if one is not None}
    if values:
        return find_key(values, "", NO_ID_REMEDY)
    _, first = next(read_samples(file, _AnyDoc, "lm_eval file"))
    found = dict.fromkeys(first.doc) if isinstance(first, _AnyDoc) else {}
    raise Unreadable(
        "The document of a sample of lm_eval does not hold the id of its item: it has the keys "
        f"{show_names(list(found))}.",
        NO_ID_REMEDY,
    )


def _read_outputs(resps: object) -> list[str]:
    """The raw outputs for one document, of which there is one at least. Raises Unreadable."""
    request = resps[0] if isinstance(resps, list) and resps else None
    if isinstance(request, list) and len(request) == 1 and isinstance(request[0], str):
        return request
    outputs = [_join_parts(one) for one in request] if isinstance(request, list) else [request]
    texts = [one or "" for one in outputs if one is None or isinstance(one, str)]
    if not texts or len(texts) < len(outputs):
        raise Unreadable(
            "The samples of lm_eval hold no text that the model wrote: the task compared "
            "likelihoods.",
            "Run a task of output_type generate_until, as `spinebench download --for lm_eval` "
            "writes it.",
        )
    return texts


def _join_parts(output: object) -> object:
    """The text of an output in parts, of which lm_eval writes what Python shows of each."""
    if not isinstance(output, list) or not output:
        return output
    texts = [_read_part(part) for part in output]
    return "\n".join(texts) if all(texts) else output


def _read_part(part: object) -> str:
    if not isinstance(part, str) or len(part) > MOST_BYTES or not part.startswith("{"):
        return ""
    try:
        value = ast.literal_eval(part)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ""
    text = value.get("text") if isinstance(value, dict) else None
    return text if isinstance(text, str) else ""


def is_results(file: File) -> bool:
    """Whether the file is lm_eval's own summary of a run, which holds no sample."""
    return {"results", "lm_eval_version"} <= set(file.keys)


class _Results(msgspec.Struct, frozen=True, gc=False):
    lm_eval_version: str | None = None
    model_name: str | None = None


def read_results(file: File, facts: FileFacts) -> None:
    """Note version and model."""
    results = file.decode(_Results, "lm_eval summary")
    facts.version = (results.lm_eval_version or "")[:100]
    facts.name_model(results.model_name)


def refuse_results(file: File, facts: FileFacts) -> Rows:
    """Say that the samples are in other files."""
    raise Unreadable(
        "The file is lm_eval's summary of a run (results_*.json), which holds no outputs.",
        "Send the files samples_*.jsonl that lie beside it; write them with --log_samples.",
    )


FORMAT = Format(
    "lm_eval",
    (".jsonl",),
    read_lm_eval_rows,
    recognises=lambda file: (
        file.kind in (Kind.LINES, Kind.ARRAY) and {"doc", "resps", "doc_id"} <= set(file.keys)
    ),
    is_of_tool=True,
)
SUMMARY = Format(
    "lm_eval summary", (".json",), refuse_results, is_results, is_of_tool=True, is_refused=True
)
