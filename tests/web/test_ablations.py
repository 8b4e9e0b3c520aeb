"""A base and its variants, on the page, in the API and in files, against hand-computed numbers."""

import json
import re
from collections.abc import Iterator, Mapping

import pytest
import requests
from scipy import stats

from tests.factories import load_items
from tests.package_files import make_items, make_manifest
from tests.rankings.test_comparisons import withdraw_publication
from tests.site import OpenSite, Site
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import check
from tests.web.test_comparisons import words_of
from tests.web.test_exports import read_rows
from tests.web.test_pages import post, sign_in

N_TEXT = 30
PLACE = "benchmark=tiny&split=test"
PATH = "/ablations/{slug}/{split}"
RIGHT = {
    "base": set(range(10)),
    "spine": set(range(24)),
    "general": {*range(8), 28, 29},
    "secret": set(range(5)),
}
"""Of 30 text questions. The last has a result that is not public."""
VARIANTS = {"spine": "spine only", "general": "general only", "secret": "worse"}


def make_file(model: str) -> bytes:
    lines = [
        {"id": f"test-text-{n:03}", "prediction": f"ANSWER: {'B' if n in RIGHT[model] else 'C'}"}
        for n in range(N_TEXT)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def _answer(site: Site, model: str, answer: str) -> requests.Response:
    """What the team of the base says, on its page."""
    place = "/account/teams/team-b"
    return post(sign_in(site, "bo"), site, f"{place}/variants/{model}/{answer}", place)


def patch(site: Site, name: str, model: str, facts: Mapping[str, str | None]) -> requests.Response:
    address = f"{site.url}/api/v1/models/{model}"
    return requests.patch(address, headers=site.token(name), json=facts, timeout=HANG_SECONDS)


@pytest.fixture(scope="module")
def varied(open_site: OpenSite) -> Iterator[Site]:
    """A site with a base and three variants, one without a public result."""
    with open_site() as site:
        items = make_items(N_TEXT, 0, 0)
        with site.sessions.write() as session:
            load_items(session, items, make_manifest(version="2.0.0"))
        for name, team, model in (
            ("bo", "team-b", "base"),
            ("sue", "team-s", "spine"),
            ("guy", "team-g", "general"),
            ("guy2", "team-g", "secret"),
        ):
            site.add_person(name, team, model)
            sent = site.submit(site.token(name), make_file(model), model)
            assert sent.status_code == 201
            site.evaluate_all()
            if model == "secret":
                withdraw_publication(site.sessions, sent.json()["id"])
            if model in VARIANTS:
                facts = {"base": "base", "variant": VARIANTS[model]}
                made = check(site, "patch", "/models/{model}", patch(site, name, model, facts))
                assert (made["base"], made["variant"]) == ("base", VARIANTS[model])
                assert made["base_consent"] == "requested"
                _answer(site, model, "accept")
        yield site


def test_variants_stand_beside_the_base_with_paired_differences(varied: Site) -> None:
    answer = varied.get("/api/v1/ablations/tiny/test?base=base")
    record = check(varied, "get", PATH, answer)
    assert record["base"]["slug"] == "base"
    found = {one["variant"]: one for one in record["variants"]}
    assert set(found) == {"spine only", "general only"}
    spine = {one["board"]: one for one in found["spine only"]["changes"]}["text"]
    # Spine has the base's ten right and fourteen more.
    tested = stats.ttest_1samp([100.0] * 14 + [0.0] * 16, 0)
    low, high = tested.confidence_interval()
    difference = spine["difference"]
    assert difference["value"] == pytest.approx(1400 / 30)
    assert (difference["low"], difference["high"]) == pytest.approx((low, high))
    # The smaller of two p-values is doubled by Holm; the other stays.
    assert spine["adjusted_p"] == pytest.approx(2 * max(tested.pvalue, 2**-13))
    assert spine["better"] == "spine"
    general = {one["board"]: one for one in found["general only"]["changes"]}["text"]
    other = stats.ttest_1samp([100.0] * 2 + [-100.0] * 2 + [0.0] * 26, 0)
    assert general["difference"]["value"] == 0.0
    assert general["adjusted_p"] == pytest.approx(other.pvalue)
    assert general["better"] is None


def test_the_page_and_the_file_hold_the_same_and_no_variant_that_is_not_public(
    varied: Site,
) -> None:
    page = varied.get(f"/ablations/base?{PLACE}").text
    words = words_of(page)
    row = words[words.index("spine only Spine ") :]
    low, high = stats.ttest_1samp([100.0] * 14 + [0.0] * 16, 0).confidence_interval()
    assert re.match(
        rf"spine only Spine 80\.0 [\d.–]+ \+46\.7 \+{low:.1f} to \+{high:.1f} better ", row
    )
    assert "worse" not in words_of(re.findall(r"<tbody>.*?</tbody>", page, flags=re.DOTALL)[0])
    assert "Secret" not in words
    assert "Base and 2 models made from it" in words_of(varied.get(f"/breakdowns?{PLACE}").text)
    rows = read_rows(varied.get(f"/exports/ablations/base.csv?{PLACE}"), "csv")
    text = {row["model"]: row for row in rows if row["board"] == "text"}
    assert set(text) == {"base", "spine", "general"}
    assert (text["spine"]["better"], text["general"]["better"]) == ("spine", "")
    assert float(text["spine"]["difference_low"]) == pytest.approx(low)
    for path in ("/ablations/secret", "/exports/ablations/secret.csv"):
        assert varied.get(f"{path}?{PLACE}").status_code == 404
    assert varied.get("/api/v1/ablations/tiny/test").status_code == 404


def test_the_pages_of_models_lead_to_the_ablation(varied: Site) -> None:
    words = words_of(varied.get(f"/models/spine?{PLACE}").text)
    assert "Made from Base: spine only." in words
    assert "2 models on this site were made from it." in words_of(
        varied.get(f"/models/base?{PLACE}").text
    )


def test_the_form_of_a_card_names_a_base_and_refuses_a_circle(varied: Site) -> None:
    team = sign_in(varied, "bo")
    facts = {"name": "Base", "organisation": "Org", "base": "spine", "variant": "back"}
    form = "/account/models/base"
    refused = post(team, varied, form, form, **facts)
    assert refused.status_code == 400
    assert "cannot be the base" in refused.text
    assert 'value="spine"' in refused.text
    assert patch(varied, "bo", "base", {"base": "general", "variant": "v"}).status_code == 400
    assert patch(varied, "bo", "spine", {"base": None}).status_code == 404
    kept = varied.get("/api/v1/models", varied.token("sue")).json()["models"][0]
    assert (kept["base"], kept["variant"]) == ("base", "spine only")


def test_a_strangers_label_stands_on_the_bases_page_only_with_its_teams_yes(
    open_site: OpenSite,
) -> None:
    table = "/ablations/model-a"
    with open_site() as site:
        site.add_person("eve", "team-e", "model-e")
        site.add_person("bo", "team-b")
        for name, model in (("ada", "model-a"), ("eve", "model-e")):
            raw = b'{"id": "test-text-000", "prediction": "Answer: B"}\n' * 1
            raw += b"".join(
                b'{"id": "test-text-%03d", "prediction": "Answer: B"}\n' % n for n in range(1, 6)
            )
            assert site.submit(site.token(name), raw, model).status_code == 201
        site.evaluate_all()
        patch(site, "eve", "model-e", {"base": "model-a", "variant": "stolen from ada"})

        def shown() -> tuple[bool, bool, bool]:
            return (
                "stolen from ada" in site.get(table).text,
                "made from it" in words_of(site.get("/models/model-a").text),
                "Made from Model-A" in words_of(site.get("/models/model-e").text),
            )

        own = words_of(site.get("/models/model-e").text)
        assert "Model-A, as this team states: the team of that model has not agreed" in own
        assert shown() == (False, False, False)
        ada, place = sign_in(site, "ada"), "/account/teams/team-a"
        assert "1 model of other teams names yours as the base" in ada.get("/account").text
        assert "stolen from ada" in ada.get(place).text
        act = f"{place}/variants/model-e"
        eve, bo = sign_in(site, "eve"), sign_in(site, "bo")
        for stranger in (eve, bo):
            assert post(stranger, site, f"{act}/accept", "/account").status_code == 404
        assert (
            post(eve, site, "/account/teams/team-e/variants/model-e/accept", "/account").status_code
            == 404
        )
        assert "is shown as made from" in post(ada, site, f"{act}/accept", place).text
        assert shown() == (True, True, True)
        patch(site, "eve", "model-e", {"variant": "still stolen from ada"})
        assert shown() == (False, False, False)
        post(ada, site, f"{act}/accept", place)
        assert shown() == (True, True, True)
        post(ada, site, f"{act}/refuse", place)
        assert shown() == (False, False, False)
        record = patch(site, "eve", "model-e", {"variant": "stolen from ada"}).json()
        assert record["base_consent"] == "refused"
