"""The bytes that are hashed, and the hashes: what docs/commitments.md promises, and no more.

docs/verify_reveal.py has the same few lines, written again for whoever does not trust these.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

ANSWER_FORM = "spinebench-answer-1"
VALUE_FORM = "spinebench-value-1"
SALT_BYTES = 32
UNSCORED = "none"


class SplitName(NamedTuple):
    """The split that a hash is about, by the names that everybody knows it by."""

    benchmark: str
    version: str
    split: str


class Step(NamedTuple):
    """A hash to join on the way to the root, and on which side it stands."""

    side: str
    digest: str


def hash_answer(salt: bytes, split: SplitName, key: str, answer: object) -> str:
    """The commitment of an item's answer: its letters in order, or what a report is rated by."""
    return _hash([ANSWER_FORM, salt.hex(), *split, key, answer])


def hash_value(
    salt: bytes, split: SplitName, submission: str, key: str, value: str, *, decides: bool
) -> str:
    """The leaf of an item's value (see `write_value`) in the tree of a submission."""
    return _hash([VALUE_FORM, salt.hex(), *split, submission, key, value, decides])


def write_value(value: float) -> str:
    """A value as it is hashed: with four decimals; what is unscored by its word."""
    return UNSCORED if math.isnan(value) else f"{value + 0.0:.4f}"


def derive_salt(seed: bytes, key: str) -> bytes:
    """The salt of one item of a submission: it says nothing of the seed or of another item's."""
    return hmac.digest(seed, key.encode(), "sha256")


def hash_list(digests: Iterable[str]) -> str:
    """The hash of the digests as sorted lines, each with its end: `sort | sha256sum`."""
    text = "".join(f"{digest}\n" for digest in sorted(digests))
    return hashlib.sha256(text.encode()).hexdigest()


def build_tree(leaves: Sequence[str]) -> list[list[str]]:
    """The rows of the hash tree over at least one leaf, from the leaves to the root.

    Two neighbours are joined by the hash of their digits; the last one of an odd row goes up as
    it is.
    """
    rows = [list(leaves)]
    while len(rows[-1]) > 1:
        row = rows[-1]
        pairs = zip(row[::2], row[1::2], strict=False)
        joined = [hashlib.sha256(f"{left}{right}".encode()).hexdigest() for left, right in pairs]
        rows.append(joined + row[len(joined) * 2 :])
    return rows


def find_path(rows: Sequence[Sequence[str]], place: int) -> list[Step]:
    """What to join to the leaf at `place`, one after the other, to arrive at the root."""
    steps = []
    for row in rows[:-1]:
        other = place ^ 1
        if other < len(row):
            steps.append(Step("left" if other < place else "right", row[other]))
        place //= 2
    return steps


def follow_path(leaf: str, path: Iterable[Step]) -> str:
    """The root that a path from `find_path` leads to."""
    for side, digest in path:
        both = f"{digest}{leaf}" if side == "left" else f"{leaf}{digest}"
        leaf = hashlib.sha256(both.encode()).hexdigest()
    return leaf


def _hash(parts: list[Any]) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
