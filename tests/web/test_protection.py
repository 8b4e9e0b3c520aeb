"""Who is counted as one caller, and how often one may ask for what costs much."""

import pytest

from leaderboard.errors import RateLimited
from leaderboard.web.allowance import Allowance, Work
from leaderboard.web.protection import name_network
from tests.site import OpenSite
from tests.web.api.test_api import make_file
from tests.web.test_pages import csrf_of, sign_in


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "::/64"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_callers_are_counted_by_ipv4_address_and_by_ipv6_network(
    address: str, network: str
) -> None:
    assert name_network(address) == network


def test_more_uploads_than_a_person_may_send_are_429_in_words_and_are_not_read(
    open_site: OpenSite, empty_redis_url: str
) -> None:
    with open_site(UPLOAD_LIMIT="2 per hour") as site:
        token = site.token("ada")
        sent = [
            site.submit(token, make_file(), address=address)
            for address in ("validations", "submissions", "validations", "submissions")
        ]
        assert [answer.status_code for answer in sent] == [200, 201, 429, 429]
        for answer in sent[2:]:
            error = answer.json()["error"]
            assert error["code"] == "rate_limited"
            assert "more prediction files than 2 in an hour" in error["message"]
            assert 1 <= int(answer.headers["Retry-After"]) <= 3600
            assert answer.headers["Retry-After"] in error["remedy"]
        ada = sign_in(site, "ada")
        form = {"csrf_token": csrf_of(ada.get("/submit").text), "dry_run": "1"}
        page = ada.post("/submit", data=form, files={"file": ("p.jsonl", b"x")})
        assert page.status_code == 429
        assert "more prediction files than 2 in an hour" in page.text
        assert page.headers["Retry-After"]


def test_a_person_is_counted_in_every_network_and_a_network_with_all_its_people(
    open_site: OpenSite, empty_redis_url: str
) -> None:
    with open_site(UPLOAD_LIMIT="2 per hour", PROXIES="1") as site:
        site.add_person("ben", "team-b", "model-b")
        site.add_person("cyd", "team-c", "model-c")
        tokens = {name: site.token(name) for name in ("ada", "ben", "cyd")}

        models = {"ada": "model-a", "ben": "model-b", "cyd": "model-c"}

        def ask(name: str, address: str) -> int:
            headers = {**tokens[name], "X-Forwarded-For": address}
            return site.submit(
                headers, make_file(), models[name], address="validations"
            ).status_code

        assert ask("ada", "2001:db8:1:1::1") == 200
        assert ask("ada", "198.51.100.1") == 200
        assert ask("ada", "198.51.100.2") == 429
        assert ask("ben", "2001:db8:1:1::2") == 200
        assert ask("cyd", "2001:db8:1:1:ffff::3") == 429
        assert ask("cyd", "2001:db8:1:2::3") == 200


def test_comparisons_are_limited_by_network_and_those_in_memory_are_not_counted(
    open_site: OpenSite, empty_redis_url: str
) -> None:
    with open_site(COMPARISON_LIMIT="3 per hour") as site:
        site.add_person("ben", "team-b", "model-b")
        for name, model, n_right in (("ada", "model-a", 4), ("ben", "model-b", 3)):
            site.submit(site.token(name), make_file(n_right), model)
        site.evaluate_all()
        pages = [site.get("/compare?models=model-a,model-b").status_code for _ in range(4)]
        assert pages == [200] * 4
        path = "/api/v1/comparisons/tiny/test?models=model-a,model-b"
        answers = [site.get(path) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert "more comparisons than 3 in an hour" in answers[-1].json()["error"]["message"]
        assert answers[-1].headers["Retry-After"]
        other = site.get("/compare?models=model-b,model-a")
        assert other.status_code == 429
        assert "more comparisons than 3 in an hour" in other.text


def test_limits_hold_in_each_process_while_redis_is_away() -> None:
    allowance = Allowance("redis://127.0.0.1:1/0", {Work.UPLOAD: "1 per hour; 5 per day"})
    allowance.spend(Work.UPLOAD, person=7, network="203.0.113.7")
    with pytest.raises(RateLimited, match="than 1 in an hour"):
        allowance.spend(Work.UPLOAD, person=7, network="203.0.113.8")
    with pytest.raises(RateLimited):
        allowance.spend(Work.UPLOAD, person=None, network="203.0.113.7")
    allowance.spend(Work.UPLOAD, person=None, network="203.0.113.9")
