"""Reading and validating 65,000 predictions in each format, as multiples of the former reader.

That is the reader of plain JSONL at the commit BEFORE, in a process of its own tree in the same
run. Each file holds the same texts and little else. Times are CPU seconds, those of processes that
read foreign formats with them; the least of five.
"""

from __future__ import annotations

import csv
import gc
import io
import json
import resource
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow
import zstandard
from pyarrow import parquet

from bench.checkout import BEFORE, get_checkout, make_environ
from leaderboard.models.benchmark import Track
from leaderboard.submissions.content import Content
from leaderboard.submissions.read import KnownItem, read_predictions

N_ITEMS = 65_000
LIMIT = 2**30
N_TIMES = 5
AS_TEXT, AS_BINARY = 1.5, 6.0
SENTENCE = "The disc in image {n} is narrowed and the canal tight, so the best choice is C."
CONTENT_TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/{{kind}}" Target="{{target}}"/></Relationships>'
)

Pairs = list[tuple[str, str]]
READ_BEFORE = """
import gc, sys, time
from leaderboard.models.benchmark import Track
from leaderboard.submissions.content import Content
from leaderboard.submissions.read import KnownItem, read_predictions

path, n_items, n_times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
raw = open(path, "rb").read()
items = {f"item-{n}": KnownItem(n, Track.TEXT) for n in range(n_items)}
least = float("inf")
for _ in range(n_times):
    gc.collect()
    begun = time.process_time()
    found = read_predictions(Content(raw, ""), items)
    least = min(least, time.process_time() - begun)
    assert len(found.texts) == n_items
print(least)
"""


def measure() -> None:
    """Print a row for each format."""
    pairs = [(f"item-{n}", SENTENCE.format(n=n) if n % 3 else "ANSWER: B") for n in range(N_ITEMS)]
    items = {key: KnownItem(n, Track.TEXT) for n, (key, _) in enumerate(pairs)}
    base = time_before(make_jsonl(pairs))
    print(f"{'format':24}{'MiB':>8}{'CPU s':>8}{'ratio':>8}{'at most':>9}")
    print(f"{f'JSONL at {BEFORE}':32}{base:8.2f}{1.0:8.1f}")
    for name, (make, most) in FILES.items():
        raw = make(pairs)
        seconds = min(time_once(raw, items, pairs) for _ in range(N_TIMES))
        ratio = seconds / base
        size = len(raw) / 2**20
        print(f"{name:24}{size:8.1f}{seconds:8.2f}{ratio:8.1f}{most:9.1f}")


def time_before(raw: bytes) -> float:
    """CPU seconds of the former reader for the same file, the least of some."""
    tree = get_checkout(BEFORE)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "predictions.jsonl"
        place.write_bytes(raw)
        done = subprocess.run(
            ["python", "-c", READ_BEFORE, str(place), str(N_ITEMS), str(N_TIMES)],
            cwd=tree,
            env=make_environ(tree),
            check=True,
            capture_output=True,
            text=True,
        )
    return float(done.stdout)


def time_once(raw: bytes, items: dict[str, KnownItem], pairs: Pairs) -> float:
    """CPU seconds of reading the file once. Every text must be there."""
    gc.collect()
    begun = _cpu()
    found = read_predictions(Content(raw, "", LIMIT), items)
    seconds = _cpu() - begun
    assert list(found.texts.values()) == [text for _, text in pairs]
    return seconds


def _cpu() -> float:
    """CPU seconds of this process and of those it waited for, finer than those of `os.times`."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def join_lines(lines: Iterator[object]) -> bytes:
    """JSON, one value a line."""
    return "\n".join(map(json.dumps, lines)).encode()


def make_jsonl(pairs: Pairs) -> bytes:
    """Ids and predictions alone."""
    return join_lines({"id": key, "prediction": text} for key, text in pairs)


def make_csv(pairs: Pairs) -> bytes:
    """The same with a header."""
    target = io.StringIO()
    csv.writer(target).writerows([("id", "prediction"), *pairs])
    return target.getvalue().encode()


def make_array(pairs: Pairs) -> bytes:
    """One array of objects."""
    return json.dumps([{"id": key, "prediction": text} for key, text in pairs]).encode()


def make_object(pairs: Pairs) -> bytes:
    """One object of ids and texts."""
    return json.dumps(dict(pairs), indent=1).encode()


def make_lm_eval(pairs: Pairs) -> bytes:
    """Samples without documents' other fields and prompts."""
    return join_lines(
        {"doc_id": n, "doc": {"id": key}, "resps": [[text]], "filtered_resps": [text], "filter": ""}
        for n, (key, text) in enumerate(pairs)
    )


def make_batch(pairs: Pairs) -> bytes:
    """Outputs of chat completions."""
    return join_lines(
        {
            "id": "request",
            "custom_id": key,
            "response": {
                "status_code": 200,
                "body": {
                    "model": "model",
                    "choices": [{"message": {"role": "assistant", "content": text}}],
                    "usage": {"prompt_tokens": 60, "completion_tokens": 10},
                },
            },
            "error": None,
        }
        for key, text in pairs
    )


def make_parquet(pairs: Pairs) -> bytes:
    """A table of the two columns."""
    target = io.BytesIO()
    keys, texts = zip(*pairs, strict=True)
    parquet.write_table(pyarrow.table({"id": keys, "prediction": texts}), target)
    return target.getvalue()


def make_excel(pairs: Pairs) -> bytes:
    """A workbook of one sheet, its texts in the cells."""
    rows = [("id", "prediction"), *pairs]
    cells = "".join(
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>{escape(one)}</t></is></c>' for one in row)
        + "</row>"
        for row in rows
    )
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr(
            "_rels/.rels", RELATIONS.format(kind="officeDocument", target="xl/workbook.xml")
        )
        archive.writestr("xl/workbook.xml", book)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
        )
    return target.getvalue()


def make_eval(pairs: Pairs) -> bytes:
    """A log of inspect_ai, its members stored as Zstandard frames."""
    pack = zstandard.ZstdCompressor().compress
    target = io.BytesIO()
    header = {"version": 2, "status": "success", "eval": {"model": "m", "packages": {}}}
    with zipfile.ZipFile(target, "w") as archive:
        for key, text in pairs:
            sample = {
                "id": key,
                "epoch": 1,
                "messages": [{"role": "user", "content": "Which?"}],
                "output": {"completion": text, "usage": {"input_tokens": 1, "output_tokens": 2}},
                "events": [],
            }
            archive.writestr(f"samples/{key}_epoch_1.json", pack(json.dumps(sample).encode()))
        archive.writestr("header.json", pack(json.dumps(header).encode()))
    # The standard library writes no members of method 93: they are stored, and said to be.
    raw = bytearray(target.getvalue())
    with zipfile.ZipFile(target) as archive:
        starts = [one.header_offset for one in archive.infolist()]
        at = archive.start_dir
    for start in starts:
        raw[start + 8] = 93
    for _ in starts:
        raw[at + 10] = 93
        sizes = (int.from_bytes(raw[at + n : at + n + 2], "little") for n in (28, 30, 32))
        at += 46 + sum(sizes)
    return bytes(raw)


FILES: dict[str, tuple[Callable[[Pairs], bytes], float]] = {
    "JSONL": (make_jsonl, AS_TEXT),
    "CSV": (make_csv, AS_TEXT),
    "JSON array": (make_array, AS_TEXT),
    "JSON object": (make_object, AS_TEXT),
    "lm_eval samples": (make_lm_eval, AS_TEXT),
    "OpenAI Batch": (make_batch, AS_TEXT),
    "Parquet": (make_parquet, AS_BINARY),
    "Excel": (make_excel, AS_BINARY),
    "inspect_ai .eval": (make_eval, AS_BINARY),
}
