"""The commitment of a submission's item values: its root, from values or from what is revealed."""

from __future__ import annotations

from leaderboard.bundles.facts import LeafFact
from leaderboard.bundles.verifying.contents import Contents
from leaderboard.bundles.verifying.figures import Figures
from leaderboard.commitments.hashing import (
    SplitName,
    Step,
    build_tree,
    derive_salt,
    follow_path,
    hash_value,
    write_value,
)


def check_commitment(contents: Contents, figures: Figures) -> None:
    """Whether values and revealed leaves lead to the root that the site published."""
    made = contents.manifest.commitment
    if made is None:
        return
    name = f"Root of the item values, release {made.release}"
    if made.seed is not None and contents.values:
        figures.compare(name, made.root, _make_root(contents, bytes.fromhex(made.seed)))
    elif len(contents.leaves) == len(contents.items):
        leaves = [_hash(contents, leaf) for leaf in contents.leaves]
        figures.compare(name, made.root, build_tree(leaves)[-1][0])
    else:
        reason = "the values and their salts are hidden until the host reveals them"
        figures.leave(name, made.root, reason)
    for leaf in contents.leaves:
        if leaf.path:
            steps = [Step(*step) for step in leaf.path]
            root = follow_path(_hash(contents, leaf), steps)
            figures.compare(f"Revealed value of {leaf.key} ({leaf.value})", made.root, root)


def _name_split(contents: Contents) -> SplitName:
    named = contents.manifest.benchmark
    return SplitName(named.slug, named.version, named.split)


def _hash(contents: Contents, leaf: LeafFact) -> str:
    return hash_value(
        bytes.fromhex(leaf.salt),
        _name_split(contents),
        contents.manifest.submission.id,
        leaf.key,
        leaf.value,
        decides=leaf.decides,
    )


def _make_root(contents: Contents, seed: bytes) -> str:
    split = _name_split(contents)
    decides = {item.key: item.decides is not False for item in contents.items}
    leaves = [
        hash_value(
            derive_salt(seed, one.key),
            split,
            contents.manifest.submission.id,
            one.key,
            write_value(float("nan") if one.value is None else one.value),
            decides=decides[one.key],
        )
        for one in contents.values
    ]
    return build_tree(leaves)[-1][0]
