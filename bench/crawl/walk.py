"""Ask a site for every address that its pages, its API's document and a few seeds lead to."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import requests

from bench.crawl.links import API, SEEDS, Values, count_choices, list_api, read_links
from bench.crawl.read import Answer
from bench.crawl.site import Account, Site, SiteError

MAX_ADDRESSES = 6000
TIMEOUT_SECONDS = 120


class Visitor:
    """Reads a site; with an account as its owner, signed in and with the token."""

    def __init__(self, site: Site, account: Account | None = None) -> None:
        self._url = site.url
        self._session = requests.Session()
        self._session.trust_env = False
        self._token = account.token if account else None
        if account:
            self._sign_in(account)

    def ask(self, address: str) -> Answer:
        """The answer at `address`; redirects are not followed. Raises SiteError."""
        headers = {}
        if self._token and address.startswith(f"{API}/"):
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            got = self._session.get(
                self._url + address,
                headers=headers,
                allow_redirects=False,
                timeout=TIMEOUT_SECONDS,
            )
        except requests.RequestException as error:
            raise SiteError(
                f"{self._url + address} gave no answer: {error}. Is the site still up?"
            ) from error
        return Answer(address, got.status_code, got.headers, got.content)

    def _sign_in(self, account: Account) -> None:
        page = self.ask("/sign-in").body.decode()
        _, _, after = page.partition('name="csrf_token"')
        token = after.partition('value="')[2].partition('"')[0]
        form = {"email": account.email, "password": account.password, "csrf_token": token}
        done = self._session.post(f"{self._url}/sign-in", data=form, timeout=TIMEOUT_SECONDS)
        if done.status_code != 200 or done.url.endswith("/sign-in"):
            raise SiteError(f"{account.email} cannot sign in at {self._url}: {done.status_code}.")


def walk(visitor: Visitor, *, max_choices: int) -> Iterator[Answer]:
    """Answers of every address with up to `max_choices` parameters beside its place, each once.

    In the order of the links, so that the same pages come in the same order. The bound is by the
    address alone: a page with one more link moves no other out. Raises SiteError.
    """
    waiting = deque(dict.fromkeys([*SEEDS, *_list_api(visitor)]))
    seen = set(waiting)
    while waiting:
        answer = visitor.ask(waiting.popleft())
        yield answer
        for link in _follow(answer):
            if link not in seen and count_choices(link) <= max_choices:
                seen.add(link)
                waiting.append(link)
        if len(seen) > MAX_ADDRESSES:
            raise SiteError(
                f"The site has more than {MAX_ADDRESSES} addresses with {max_choices} choices; "
                f"the last were {', '.join(list(waiting)[-3:])}. A parameter that only says where "
                "a reader is belongs into PLACE in bench/crawl/links.py."
            )


def _follow(answer: Answer) -> Iterable[str]:
    if answer.kind == "text/html":
        return read_links(answer.body.decode(), answer.address)
    target = answer.headers.get("Location", "")
    return [target] if target.startswith("/") else []


def _list_api(visitor: Visitor) -> Sequence[str]:
    """The API's addresses with the names of every benchmark, split, model and submission."""
    document = _read(visitor, "/openapi.json")
    return list(list_api(document, _read_values(visitor))) if document else []


def _read_values(visitor: Visitor) -> Values:
    benchmarks = (_read(visitor, "/benchmarks") or {}).get("benchmarks", [])
    slugs = list(dict.fromkeys(one["slug"] for one in benchmarks))
    splits = list(dict.fromkeys(split["name"] for one in benchmarks for split in one["splits"]))
    models: list[str] = []
    for slug in slugs:
        for split in splits:
            ranking = _read(visitor, f"/rankings/{slug}/{split}") or {"entries": []}
            models += [entry["model"]["slug"] for entry in ranking["entries"]]
    sent = (_read(visitor, "/submissions?limit=200") or {}).get("submissions", [])
    endpoints = (_read(visitor, "/endpoints") or {}).get("endpoints", [])
    models = sorted(set(models))
    return {
        "slug": slugs,
        "benchmark": slugs,
        "split": splits,
        "model": models,
        "base": models,
        "models": [",".join(models[:2]), ",".join(models[:4]), ",".join(models[:1])],
        "version": [*dict.fromkeys(one["version"] for one in benchmarks), "no-such-version"],
        "release": ["1", "999"],
        # In the order of the models: ids are random.
        "key": [one["id"] for one in sorted(sent, key=lambda one: str(one["model"]))],
        "endpoint": [one["id"] for one in endpoints],
    }


def _read(visitor: Visitor, path: str) -> Any:
    """The JSON at `path` of the API; None where the visitor may not see it."""
    answer = visitor.ask(API + path)
    return json.loads(answer.body) if answer.status == 200 else None
