"""Who reads answers right: our parser, lm_eval, inspect_ai and VLMEvalKit, on the same texts.

The texts are those of our tests, written by us: replies labelled by hand with every letter in turn
(`templates`) and replies composed at random (`written`). Right is the letter that a careful person
reads, or none where there is none; wrong is any other letter; the rest is unread. The others read
as their own tasks do: lm_eval with the filters of MMLU-Pro and GPQA, inspect_ai with its
multiple-choice solver, VLMEvalKit with its exact matching, which its users follow with a language
model. None of them is made for every text here: inspect_ai asks for `ANSWER: X`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import islice

from bench.rivals.install import ROOT, make_rivals
from tests.scoring.answers.templates import Case, fill, verdict_lists
from tests.scoring.answers.written import Written, write_free, write_official

N_WRITTEN = 4_000
OURS = "SpineBench"


def measure() -> None:
    """Print a table for each group of texts."""
    for name, cases in _read_groups():
        print(f"\n{name}: {len(cases):,} texts")
        print(f"{'':24}{'right':>8}{'wrong':>8}{'unread':>8}")
        for reader, letters in _read_all(cases):
            wanted = [case.letters for case in cases]
            right = sum(a == b for a, b in zip(letters, wanted, strict=True))
            wrong = sum(bool(a) and a != b for a, b in zip(letters, wanted, strict=True))
            shares = (right, wrong, len(cases) - right - wrong)
            print(f"{reader:24}" + "".join(f"{100 * n / len(cases):8.1f}" for n in shares))


def _read_groups() -> Iterator[tuple[str, list[Case]]]:
    yield "thoughts, channels and turns", list(fill("marks"))
    yield "answers in a form of their own", list(fill("marked"))
    yield "free text", list(fill("free"))
    yield "no answer", list(fill("none"))
    yield "a verdict on each option", list(verdict_lists())
    yield "analyses with an official last line", _compose(write_official(seed=29))
    yield "analyses that choose in a sentence", _compose(write_free(seed=29))


def _compose(texts: Iterator[Written]) -> list[Case]:
    composed = islice(texts, N_WRITTEN)
    return [Case(one.text, one.options, False, (one.letter,), one.letter) for one in composed]


def _read_all(cases: Sequence[Case]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    yield OURS, _read_with([sys.executable, "-m", "bench.read_ours"], cases)
    rivals = make_rivals()
    for name, script, *more in (
        ("lm_eval, MMLU-Pro", "read_lm_eval.py", "mmlu_pro"),
        ("lm_eval, GPQA", "read_lm_eval.py", "gpqa"),
        ("inspect_ai", "read_inspect.py"),
    ):
        yield name, _read_with([rivals, f"bench/rivals/{script}", *more], cases)
    vlmeval = make_rivals("vlmeval")
    yield "VLMEvalKit", _read_with([vlmeval, "bench/rivals/read_vlmeval.py"], cases)


def _read_with(command: list[str], cases: Sequence[Case]) -> list[tuple[str, ...]]:
    """The letters that a program reads: a case a line in, its letters as JSON out."""
    lines = [json.dumps([case.text, dict(case.options), case.multiple]) for case in cases]
    done = subprocess.run(
        command, cwd=ROOT, input="\n".join(lines), capture_output=True, text=True, check=True
    )
    return [tuple(sorted(json.loads(line))) for line in done.stdout.splitlines()]
