"""Verify an archive: its bytes, its signature, and all figures that it allows."""

from __future__ import annotations

from typing import Any

import msgspec

from leaderboard.bundles.archive import Archive, DamagedArchive, read_archive
from leaderboard.bundles.signing import name_key, read_public_keys
from leaderboard.bundles.verifying.commitment import check_commitment
from leaderboard.bundles.verifying.contents import read_contents
from leaderboard.bundles.verifying.counts import check_counts
from leaderboard.bundles.verifying.figures import Figures
from leaderboard.bundles.verifying.harm import check_harm
from leaderboard.bundles.verifying.ranking import check_ranking
from leaderboard.bundles.verifying.texts import check_texts, find_texts
from leaderboard.bundles.verifying.whole import check_whole
from leaderboard.errors import SpineBenchError


def verify_file(
    raw: bytes, *, predictions: bytes | None = None, key: str | None = None
) -> dict[str, Any]:
    """What became of each figure of the archive in `raw`, in values that JSON knows.

    predictions: a prediction file; key: the text of a file with the site's public keys. Raises
    ValueError, with what is wrong, for an archive that was changed or that another key signed, and
    for files that cannot be read.
    """
    archive = read_archive(raw)
    signature = describe_signature(archive, key)
    figures = Figures()
    try:
        about = _check(archive, predictions, figures)
    except SpineBenchError as error:
        raise ValueError(f"{error.message} {error.remedy}".strip()) from error
    except (ArithmeticError, LookupError, TypeError, msgspec.MsgspecError) as error:
        # Signed by nobody, an archive may hold anything.
        raise ValueError(f"Its facts do not hang together: {error!r}.") from error
    return {
        "about": about,
        "kind": archive.manifest.get("kind"),
        "is_signed": archive.key is not None,
        "signature": signature,
        "figures": [one._asdict() for one in figures.found],
    }


def _check(archive: Archive, predictions: bytes | None, figures: Figures) -> str:
    """Look at all figures; what the archive is of."""
    if archive.manifest.get("kind") == "ranking":
        return check_ranking(archive, figures)
    if archive.manifest.get("kind") != "submission":
        raise DamagedArchive(f"It is of a kind {archive.manifest.get('kind')!r} not known here.")
    contents = read_contents(archive)
    check_texts(contents, find_texts(contents, predictions), figures)
    if contents.manifest.is_whole:
        check_whole(contents, figures)
    else:
        check_counts(contents, figures)
    check_harm(contents, figures)
    check_commitment(contents, figures)
    sent, split = contents.manifest.submission, contents.manifest.benchmark
    return (
        f"Submission {sent.id} of {sent.model} to {split.slug} {split.version}, {split.split} "
        f"split, for {'a host' if contents.manifest.reader == 'host' else 'its team'}"
    )


def describe_signature(archive: Archive, key: str | None) -> str:
    """Who signed it, in a sentence. Raises DamagedArchive if `key` says that it was another."""
    keys = None if key is None else read_public_keys(key)
    if archive.key is None:
        if keys is not None:
            raise DamagedArchive(
                "It is not signed, so it does not come from a site that signs with this key."
            )
        return (
            "Not signed: the site has no key. What follows from its facts can be computed, but not "
            "that these facts are the site's."
        )
    named = name_key(archive.key)
    if keys is None:
        return (
            f"Signed by the key {named}, which stands in the archive itself: whether it is the "
            "site's, only a key that you have from the site can tell (--key)."
        )
    if archive.key not in keys:
        raise DamagedArchive(f"It is signed by the key {named}, which is none of those given.")
    return f"Signed by the key {named}, which is one of those given."
