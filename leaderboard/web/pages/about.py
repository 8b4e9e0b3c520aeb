"""Who runs the site, and on what terms: the host's own pages and logo, if settings name them."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, Response, current_app, render_template

from leaderboard.errors import NotFound
from leaderboard.site import Site
from leaderboard.web.pages.guides import Guide, render_markdown

blueprint = Blueprint("about", __name__)
EXTENSION = "spinebench-about"
WORDS = {"imprint": "Imprint", "privacy": "Privacy", "terms": "Terms"}
LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An SVG can hold scripts and links: whoever opens it by its address is kept from them too."""


class Link(NamedTuple):
    """A link at the foot of each page."""

    words: str
    address: str


class Face(NamedTuple):
    """What templates know of the site: its name, the address of its logo or "", its links."""

    name: str
    logo: str
    links: tuple[Link, ...]


class About(NamedTuple):
    """The host's pages by their names, and the logo with its kind, if there is one."""

    pages: Mapping[str, Guide]
    logo: tuple[str, bytes] | None


def install(app: Flask, site: Site, *, logo: str, contact: str, places: Mapping[str, str]) -> None:
    """Give `app` the host's files: `logo`, and Markdown or an address of each of WORDS.

    They are read once, at the start.
    """
    pages, links = {}, []
    if contact:
        links.append(Link("Contact", contact if "://" in contact else f"mailto:{contact}"))
    for name, words in WORDS.items():
        place = places.get(name, "")
        if "://" in place:
            links.append(Link(words, place))
        elif place:
            pages[name] = render_markdown(Path(place).read_text(encoding="utf-8"), words)
            links.append(Link(words, f"/{name}"))
    found = _read_logo(logo) if logo else None
    app.extensions[EXTENSION] = About(pages, found)
    face = Face(site.name, "/logo" if found else "", tuple(links))
    app.jinja_env.globals["site"] = face
    app.register_blueprint(blueprint)


def _read_logo(place: str) -> tuple[str, bytes]:
    """Its kind, by the ending of its name, and its bytes."""
    kind, _ = mimetypes.guess_type(place.lower())
    return kind or "image/webp", Path(place).read_bytes()


def _get_about() -> About:
    about: About = current_app.extensions[EXTENSION]
    return about


@blueprint.get("/imprint")
def imprint() -> str:
    """Who runs the site."""
    return _show("imprint")


@blueprint.get("/privacy")
def privacy() -> str:
    """What is done with people's data."""
    return _show("privacy")


@blueprint.get("/terms")
def terms() -> str:
    """The terms of use."""
    return _show("terms")


@blueprint.get("/logo")
def logo() -> Response:
    """The host's logo."""
    found = _get_about().logo
    if found is None:
        raise NotFound("This site has no logo.", "")
    response = Response(found[1], mimetype=found[0])
    response.headers["Content-Security-Policy"] = LOGO_POLICY
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _show(name: str) -> str:
    page = _get_about().pages.get(name)
    if page is None:
        raise NotFound(f"This site has no page {WORDS[name]!r}.", "Ask its host.")
    return render_template("about/page.html", page=page)
