"""Every other address at which a site could tell something of a model that is not published."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from bench.hidden_split.items import SLUG, SPLIT, VERSION
from bench.hidden_split.person import Person

OF_ALL = (
    "/?benchmark={slug}",
    "/breakdowns?benchmark={slug}",
    "/releases?benchmark={slug}",
    "/embed/ranking?benchmark={slug}",
    "/exports/ranking.csv?benchmark={slug}",
    "/exports/breakdowns.csv?benchmark={slug}",
    "/exports/releases.csv?benchmark={slug}",
    "/benchmarks/{slug}",
    "/feed.atom",
    "/api/v1/rankings/{slug}/{split}",
    "/api/v1/rankings/{slug}/{split}?sort=harm_closed",
    "/api/v1/breakdowns/{slug}/{split}",
    "/api/v1/releases/{slug}/{split}",
    "/api/v1/robustness/{slug}/{split}",
)
"""These may not name the model."""
OF_MODEL = (
    "/models/{model}?benchmark={slug}",
    "/models/{model}/items?benchmark={slug}",
    "/models/{other}/items?benchmark={slug}",
    "/compare/items?benchmark={slug}&models={other},{model}",
    "/models/{model}/badge.svg?benchmark={slug}",
    "/models/{model}/picture.png?benchmark={slug}",
    "/models/{model}/citation.bib?benchmark={slug}",
    "/exports/models/{model}/scores.csv?benchmark={slug}",
    "/exports/models/{model}/harm.csv?benchmark={slug}",
    "/exports/models/{model}/items.csv?benchmark={slug}",
    "/exports/models/{other}/items.csv?benchmark={slug}",
    "/ablations/{model}?benchmark={slug}",
    "/api/v1/ablations/{slug}/{split}?model={model}",
    "/compare?benchmark={slug}&models={other},{model}",
    "/api/v1/comparisons/{slug}/{split}?models={other},{model}",
    "/api/v1/comparisons/{slug}/{split}/items?models={other},{model}",
    "/exports/comparisons/harm.csv?benchmark={slug}&models={other},{model}",
    "/api/v1/harm/{slug}/{split}/{model}",
    "/api/v1/readings/{slug}/{split}/{model}",
    "/api/v1/readings/{slug}/{split}/{other}",
)
"""These are not there."""


OF_VERDICTS = {"levels", "right", "key", "precision", "recall", "judges"}
"""Columns of single readings that depend on the key."""
OF_VALUES = {"values.jsonl", "ratings.jsonl", "labels.jsonl", "leaves.jsonl", "scores.jsonl"}
"""Members of a proof that depend on the key."""


class OpenDoorError(AssertionError):
    """The site tells something of a model that no release has published."""


def try_doors(person: Person, model: str, other: str, key: str) -> None:
    """Ask at every address for a model that is not published, and for its submission `key`.

    The submission is one of `person`, who sees what was read of it and never what is right. Raises
    OpenDoorError.
    """
    if found := [*_find_open(person, model, other), *_find_told(person, key)]:
        raise OpenDoorError(f"{model} is not published, but there is something at {found}")


def _find_told(person: Person, key: str) -> Iterator[str]:
    """Where something of one's own submission is told that depends on the key."""
    address = f"submissions/{key}/items"
    listed = person.ask("GET", f"{address}?limit=200").json()
    if listed["shows_key"] or any(map(_has_verdict, listed["readings"])):
        yield address
    for name in ("wrong", "right", "missed"):
        if person.ask("GET", f"{address}?filter={name}").status_code != 400:
            yield f"{address}?filter={name}"
    table = person.ask("GET", f"{address}.csv")
    if table.status_code != 200 or OF_VERDICTS & set(next(csv.reader(io.StringIO(table.text)))):
        yield f"{address}.csv"
    for page in (f"/submissions/{key}/items", f"/submissions/{key}/items.csv"):
        answer = person.look(page)
        if answer.status_code != 200 or "The key is" in answer.text:
            yield page
    proof = person.ask("GET", f"submissions/{key}/bundle")
    if proof.status_code != 200:
        yield f"submissions/{key}/bundle"
        return
    with zipfile.ZipFile(io.BytesIO(proof.content)) as archive:
        lines = [json.loads(line) for line in archive.read("readings.jsonl").splitlines()]
        if OF_VALUES & set(archive.namelist()) or any("is_correct" in line for line in lines):
            yield f"submissions/{key}/bundle"
    item = listed["readings"][0]["item"]["id"]
    form = person.look(f"/benchmarks/{SLUG}/{VERSION}/objections/new?item={item}&submission={key}")
    if form.status_code != 200 or 'value="verdict"' in form.text:
        yield form.url


def _has_verdict(reading: Mapping[str, Any]) -> bool:
    """Whether a single reading says something that depends on the key."""
    told = (reading["verdict"], reading["judges"], reading["reference_report"])
    return any(told) or bool(reading["item"]["levels"])


def _find_open(person: Person, model: str, other: str) -> Iterator[str]:
    names = {"slug": SLUG, "split": SPLIT, "model": model, "other": other}
    for address in (one.format(**names) for one in OF_ALL):
        answer = person.look(address)
        if answer.status_code != 200 or model in answer.text:
            yield address
    for address in (one.format(**names) for one in OF_MODEL):
        if person.look(address).status_code != 404:
            yield address
