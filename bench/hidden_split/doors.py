"""Every other address at which a site could tell something of a model that is not published."""

from __future__ import annotations

from collections.abc import Iterator

from bench.hidden_split.items import SLUG, SPLIT
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
    "/api/v1/breakdowns/{slug}/{split}",
    "/api/v1/releases/{slug}/{split}",
    "/api/v1/robustness/{slug}/{split}",
)
"""These may not name the model."""
OF_MODEL = (
    "/models/{model}?benchmark={slug}",
    "/models/{model}/badge.svg?benchmark={slug}",
    "/models/{model}/picture.png?benchmark={slug}",
    "/models/{model}/citation.bib?benchmark={slug}",
    "/exports/models/{model}/scores.csv?benchmark={slug}",
    "/ablations/{model}?benchmark={slug}",
    "/api/v1/ablations/{slug}/{split}?model={model}",
    "/compare?benchmark={slug}&models={other},{model}",
    "/api/v1/comparisons/{slug}/{split}?models={other},{model}",
)
"""These are not there."""


class OpenDoorError(AssertionError):
    """The site tells something of a model that no release has published."""


def try_doors(person: Person, model: str, other: str) -> None:
    """Ask at every address for a model that is not published. Raises OpenDoorError."""
    if found := list(_find_open(person, model, other)):
        raise OpenDoorError(f"{model} is not published, but there is something at {found}")


def _find_open(person: Person, model: str, other: str) -> Iterator[str]:
    names = {"slug": SLUG, "split": SPLIT, "model": model, "other": other}
    for address in (one.format(**names) for one in OF_ALL):
        answer = person.look(address)
        if answer.status_code != 200 or model in answer.text:
            yield address
    for address in (one.format(**names) for one in OF_MODEL):
        if person.look(address).status_code != 404:
            yield address
