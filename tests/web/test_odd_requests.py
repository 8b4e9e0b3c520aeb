"""Requests that no form of ours sends are answered in words, and are no defect of the server."""

import pytest
import requests

from tests.site import Site, Visitor
from tests.waiting import HANG_SECONDS

ADDRESSES = [
    "/models/%00",
    "/?benchmark=%00&version=%00",
    "/benchmarks/tiny?version=%00",
    "/benchmarks/tiny/splits/%00/items",
    "/images/%00",
    "/api/v1/benchmarks/%00",
    "/api/v1/rankings/tiny/%00",
    "/api/v1/submissions/%00",
]
REFUSALS = {400, 404, 422}


def test_a_null_character_is_refused_in_words_wherever_it_stands(site: Site) -> None:
    headers = site.token("ada")
    statuses = {path: site.get(path, headers).status_code for path in ADDRESSES}
    for team, name in (("te\0am", "x"), ("team-a", "x\0y")):
        card = {"team": team, "slug": "new-model", "name": name, "organisation": "Org"}
        address = f"{site.url}/api/v1/models"
        answer = requests.post(address, headers=headers, json=card, timeout=HANG_SECONDS)
        statuses[f"{team!r} {name!r}"] = answer.status_code
    statuses["model"] = site.submit(headers, b"{}", "mod\0el").status_code
    assert {what: status for what, status in statuses.items() if status not in REFUSALS} == {}


@pytest.mark.one_database
def test_a_form_with_a_field_too_few_says_what_to_do(site: Site) -> None:
    session = Visitor(site.url)
    page = session.get(f"{site.url}/sign-in").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = session.post(f"{site.url}/sign-in", data={"csrf_token": token})
    assert answer.status_code == 400
    assert "A field of the form is missing." in answer.text
    assert "Reload the page" in answer.text
