"""Somebody before the site, with a browser and an API token: all that they do goes over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import numpy as np
import requests
from numpy.typing import NDArray

from bench.hidden_split.items import LETTERS, SLUG, SPLIT
from bench.hidden_split.site import Site
from bench.hidden_split.target import BLANK

PASSWORD = "correct horse battery"
NO_OUTPUT = "[no output]"
WAIT = timedelta(hours=17)
"""After which somebody tries again whom a quota stopped."""
SECONDS = 600.0


class Person:
    """A registered and confirmed person with teams of their own, all approved by the host."""

    def __init__(self, site: Site, name: str) -> None:
        self.name = name
        self._site = site
        self._email = f"{name}@example.org"
        self._web = requests.Session()
        self._post("/register", name=name, email=self._email, password=PASSWORD)
        site.confirm(self._email)
        page = self._post("/account/tokens", name="t", scope=["read", "submit"], days="365")
        token = re.search(r"sbk_\w+", page)
        assert token is not None, "the account page shows no token"
        self._api = {"Authorization": f"Bearer {token.group()}"}
        self._teams: list[str] = []
        self._n_cards = self._n_files = 0
        self.make_team()

    def make_team(self) -> str:
        """Make another team, which the host approves."""
        slug = f"team-{self.name}-{len(self._teams)}"
        self._sign_in()
        self._post("/account/teams", name=slug, slug=slug)
        self._site.approve(slug)
        self._teams.append(slug)
        return slug

    def make_card(self) -> str:
        """Make another model card of the newest team."""
        slug = f"model-{self.name}-{self._n_cards}"
        self._n_cards += 1
        facts = {"team": self._teams[-1], "slug": slug, "name": slug, "organisation": "Org"}
        answer = self.ask("POST", "models", json={**facts, "open_weights": False})
        assert answer.status_code == 201, answer.text
        return slug

    def submit(self, sheet: NDArray[np.int64], tracks: Iterable[str], model: str) -> str:
        """Send a sheet's answers to the items of `tracks`, as soon as quotas let it pass; its key.

        The site's worker has not looked at it yet.
        """
        items = self._site.items
        sent = np.isin(items.slices["track"], list(tracks))
        lines = [
            json.dumps({"id": items.ids[place], "prediction": _write(sheet[place])})
            for place in np.flatnonzero(sent)
        ]
        # Nobody is stopped by a file that was sent before: its lines may come in another order.
        self._n_files += 1
        turn = self._n_files % len(lines)
        raw = "\n".join(lines[turn:] + lines[:turn]).encode()
        while True:
            answer = self.ask(
                "POST",
                "submissions",
                data={"benchmark": SLUG, "split": SPLIT, "model": model},
                files={"file": ("sheet.jsonl", raw)},
            )
            if answer.status_code != 429:
                break
            self._site.clock.move(WAIT)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def cancel(self, key: str) -> None:
        """Withdraw a submission that has not been scored yet."""
        answer = self.ask("POST", f"submissions/{key}/cancel")
        assert answer.status_code == 200, answer.text

    def ask(self, method: str, address: str, **options: Any) -> requests.Response:
        """The API's answer."""
        url = urljoin(self._site.url, f"/api/v1/{address}")
        return requests.request(method, url, headers=self._api, timeout=SECONDS, **options)

    def look(self, address: str) -> requests.Response:
        """A page as this person sees it, signed in."""
        self._sign_in()
        return self._web.get(urljoin(self._site.url, address), timeout=SECONDS)

    def _sign_in(self) -> None:
        answer = self._web.get(urljoin(self._site.url, "/account"), timeout=SECONDS)
        if "/sign-in" in answer.url:
            self._post("/sign-in", email=self._email, password=PASSWORD)

    def _post(self, address: str, **fields: Any) -> str:
        """Fill in and send a form; the page that follows."""
        form = "/account" if address.startswith("/account/") else address
        page = self._web.get(urljoin(self._site.url, form), timeout=SECONDS).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None, f"{form} has no form"
        data = {"csrf_token": token.group(1), **fields}
        answer = self._web.post(urljoin(self._site.url, address), data=data, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        return answer.text


def _write(place: int) -> str:
    return NO_OUTPUT if place == BLANK else f"ANSWER: {LETTERS[place]}"
