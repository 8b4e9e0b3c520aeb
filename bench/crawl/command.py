"""`python -m bench crawl`: write every answer of a site into a folder, or compare two folders."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.checkout import ROOT, CheckoutError, get_checkout
from bench.crawl.files import Difference, compare, write_answers
from bench.crawl.normalise import name_ids
from bench.crawl.site import Site, SiteError, start_demo
from bench.crawl.walk import Visitor, walk

# A visitor may choose one thing of a page beside where he is; more multiply without end.
MAX_CHOICES = {"visitor": 1, "host": 0}
MAX_SHOWN, MAX_SAME = 50, 10


def main(arguments: Sequence[str]) -> int:
    """Crawl or compare; the exit status: 1 where something differs, 2 where nothing was done."""
    parser = argparse.ArgumentParser(prog="python -m bench crawl", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where to write; a new folder")
    parser.add_argument("--commit", help="crawl the demo of this commit, not of the present tree")
    parser.add_argument("--url", help="crawl a site that runs already, as a visitor alone")
    parser.add_argument("--compare", nargs=2, type=Path, metavar=("A", "B"))
    options = parser.parse_args(arguments)
    if options.compare:
        return _compare(*options.compare)
    if options.folder is None:
        parser.error("name a folder to write to, or two to --compare")
    if options.url and options.commit:
        parser.error("--url and --commit exclude each other: a running site has its own commit")
    try:
        return _crawl(options.folder, options.commit, options.url)
    except (CheckoutError, SiteError) as error:
        print(error, file=sys.stderr)
        return 2


def _crawl(folder: Path, commit: str | None, url: str | None) -> int:
    if folder.exists():
        raise SiteError(f"{folder} exists. Name a new folder, or delete this one.")
    # Written aside and named when it is whole: half a crawl would look like missing pages.
    fresh = folder.with_name(folder.name + ".part")
    shutil.rmtree(fresh, ignore_errors=True)
    with _open_site(commit, url) as site:
        print(f"Crawling {site.url} ...", file=sys.stderr, flush=True)
        parts = {"visitor": list(walk(Visitor(site), max_choices=MAX_CHOICES["visitor"]))}
        if site.host:
            host = Visitor(site, site.host)
            parts["host"] = list(walk(host, max_choices=MAX_CHOICES["host"]))
    ids = name_ids(answer for answers in reversed(parts.values()) for answer in answers)
    for part, answers in parts.items():
        n_written = write_answers(fresh / part, answers, ids)
        print(f"{n_written} answers as {part}")
    fresh.rename(folder)
    return 0


@contextmanager
def _open_site(commit: str | None, url: str | None) -> Iterator[Site]:
    if url:
        yield Site(url.rstrip("/"), None)
        return
    tree = get_checkout(commit) if commit else ROOT
    print(f"Starting the demo of {tree} (a minute) ...", file=sys.stderr, flush=True)
    with start_demo(tree) as site:
        yield site


def _compare(left: Path, right: Path) -> int:
    for folder in (left, right):
        if not folder.is_dir():
            print(f"There is no crawl in {folder}: make one with `python -m bench crawl {folder}`.")
            return 2
    groups: dict[tuple[str, ...], list[Difference]] = {}
    for difference in compare(left, right):
        groups.setdefault(difference.changes, []).append(difference)
    if not groups:
        print("No address differs.")
        return 0
    for same in list(groups.values())[:MAX_SHOWN]:
        _show(same)
    for same in list(groups.values())[MAX_SHOWN:]:
        print(f"== {same[0].address} and {len(same) - 1} more differ otherwise")
    n_found = sum(map(len, groups.values()))
    print(f"Addresses that differ: {n_found}; ways in which they do: {len(groups)}.")
    return 1


def _show(same: Sequence[Difference]) -> None:
    """The diff of the first address, and the other addresses that differ in the same."""
    first, *others = same
    print(f"== {first.address}", *first.lines, sep="\n")
    if others:
        print(f"-- the same at {len(others)} more:")
        print(*(f"   {one.address}" for one in others[:MAX_SAME]), sep="\n")
    if len(others) > MAX_SAME:
        print(f"   and {len(others) - MAX_SAME} others")
