"""Build the order suite from its sources: `python -m content.order.build [--check]`.

`reports.toml` has a good report on each case, `pairs.toml` what is other in the second report of
each pair. `unseen_reports.toml` and `unseen_pairs.toml` are the same, written without sight of the
rules of the checklist judge. The same sources give the same suite; `--check` exits with 1 if the
committed one differs.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from content.build import SOURCES, read_items

HERE = Path(__file__).parent
SUITE = HERE / "suite.json"
SECTIONS = {
    "imaging": "Structured Imaging Report",
    "diagnosis": "AI-Assisted Diagnosis",
    "treatment": "Treatment Recommendations",
    "prognosis": "Risk & Prognosis Management",
    "reasoning": "Reasoning & Disclaimer",
}
"""The sections of a report in their order: the key in a source, the heading."""


def make_suite() -> dict[str, Any]:
    """The suite as it is kept. Raises ValueError where a source does not fit, which it names."""
    cases = [one["case"] for one in _read("reports.toml")["report"]]
    given = [*_read("reports.toml")["report"], *_read("unseen_reports.toml")["report"]]
    reports = {one.get("name", one["case"]): _read_sections(one) for one in given}
    sources = [_read("pairs.toml"), _read("unseen_pairs.toml")]
    items = {item["id"]: item for item in read_items("report_items.jsonl")}
    rubric = json.loads((SOURCES / "manifest.json").read_text(encoding="utf-8"))["rubric"]
    return {
        "version": sources[0]["version"],
        "sections": {s["key"]: [d["key"] for d in s["dimensions"]] for s in rubric["sections"]},
        "cases": [
            {
                "id": key,
                **{
                    name: items[key][name] for name in ("question", "reference_report", "checklist")
                },
            }
            for key in cases
        ],
        "pairs": [
            _make_pair(pair, source.get("unseen_by"), reports)
            for source in sources
            for pair in source["pair"]
        ],
    }


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _read_sections(report: Mapping[str, str]) -> list[str]:
    return [report[key].strip() for key in SECTIONS]


def _make_pair(
    pair: Mapping[str, Any], unseen_by: int | None, reports: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    first = reports[pair.get("of", pair["case"])]
    return {
        "key": pair["key"],
        "case": pair["case"],
        "kind": pair["kind"],
        "unseen_by": unseen_by,
        "why": pair["why"],
        "first": _join(first),
        "second": _join(_make_second(pair, first, reports)),
    }


def _make_second(
    pair: Mapping[str, Any], first: Sequence[str], reports: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    if "other" in pair:
        return reports[pair["other"]]
    if "adds" in pair:
        return [f"{a} {b}" for a, b in zip(first, pair["adds"], strict=True)]
    if "around" in pair:
        return [f"{a}{b}{c}" for b, (a, c) in zip(first, pair["around"], strict=True)]
    if "whole" in pair:
        return [section.strip() for section in pair["whole"]]
    edits = dict(pair["edits"])
    text = "\n".join(first)
    unused = [passage for passage in edits if passage not in text]
    if unused:
        raise ValueError(f"The pair {pair['key']} replaces what its report does not say: {unused}.")
    wanted = re.compile("|".join(map(re.escape, sorted(edits, key=len, reverse=True))))
    return [wanted.sub(lambda found: edits[found.group()], section) for section in first]


def _join(sections: Sequence[str]) -> str:
    parts = zip(SECTIONS.values(), sections, strict=True)
    return "\n\n".join(f"## {heading}\n{text}" for heading, text in parts)


def write_suite(suite: Mapping[str, Any]) -> str:
    """The suite as the text of its file."""
    return json.dumps(suite, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Build or check the suite; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m content.order.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    text = write_suite(make_suite())
    if parser.parse_args(arguments).check:
        is_same = SUITE.exists() and SUITE.read_text(encoding="utf-8") == text
        print("The committed suite is what its sources give." if is_same else "suite.json differs.")
        return 0 if is_same else 1
    SUITE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
