"""The pages of uploaded packages: nothing is loaded before it was looked at and confirmed."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, select, update

from leaderboard.db import now
from leaderboard.errors import InvalidRequest
from leaderboard.hosting.uploaded.keep import delete_expired
from leaderboard.hosting.uploaded.work import UNPACKED_TIMES, work_on_upload
from leaderboard.models.role import Role
from leaderboard.models.uploaded import UploadedPackage, UploadedPiece, UploadPicture, UploadSheet
from leaderboard.packages.catalogue import get_loaded, read_prepared
from leaderboard.packages.zip_files import ZipFiles
from tests.package_files import make_items, make_png
from tests.site import N_IMAGE, N_REPORT, N_TEXT, OpenSite, Site, Visitor
from tests.uploaded import SOURCE, pack, zip_package
from tests.web.test_pages import csrf_of, post, sign_in

pytestmark = pytest.mark.one_database
PAGE = "/admin/packages"


@pytest.fixture(scope="module")
def hosted(open_site: OpenSite) -> Iterator[Site]:
    """hugo hosts the benchmark, alma administers."""
    with open_site() as site:
        site.add_role("hugo", Role.HOST)
        site.add_role("alma", Role.ADMIN)
        yield site


def send(
    visitor: Visitor, raw: bytes, name: str = "new.zip", benchmark: str = "tiny", layout: str = ""
) -> requests.Response:
    return visitor.post(
        PAGE,
        data={
            "csrf_token": csrf_of(visitor.get(PAGE).text),
            "benchmark": benchmark,
            "layout": layout,
        },
        files={"file": (name, raw)},
    )


def key_of(answer: requests.Response) -> int:
    found = re.search(r"/admin/packages/(\d+)$", answer.url)
    assert found is not None, answer.text
    return int(found[1])


def work(site: Site, key: int) -> None:
    """What a worker does."""
    assert work_on_upload(site.sessions, key, UNPACKED_TIMES * 300_000)


def count(site: Site, table: Any) -> int:
    with site.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_version_is_looked_at_confirmed_and_prepared(hosted: Site) -> None:
    hugo = sign_in(hosted, "hugo")
    items = make_items(N_TEXT, N_IMAGE, N_REPORT)
    items[0]["question"] = "Another question?"
    shown = next(item for item in items if item["images"])
    shown["images"][0]["source"] = SOURCE
    sent = send(hugo, zip_package(items, version="1.1.0"))
    key = key_of(sent)
    page = f"{PAGE}/{key}"
    assert "It waits for a worker." in sent.text
    assert hugo.get(f"{page}/progress").json()["is_final"] is False
    work(hosted, key)
    read = unescape(hugo.get(page).text)
    assert "No problems." in read
    assert "Against tiny 1.0.0, the version in front." in read
    assert "1 reworded" in read
    assert f"{items[0]['id']}: reworded" in read
    assert "Text is burned" not in read
    assert "The scan says that text is burned into its pixels: 1 picture," in read
    pictures = unescape(hugo.get(f"{page}/pictures").text)
    first = pictures[pictures.index("<figure>") : pictures.index("</figure>")]
    assert '<span class="side-left">R</span>' in first
    assert '<span class="side-bottom">P</span>' in first
    for words in ("40 / 400 (of its header)", "3 of 25", "0.5 × 0.5 mm", shown["id"], "L4/L5"):
        assert words in first
    assert '<span class="side-left">?</span>' in pictures
    place = re.search(rf'src="{page}/pictures/(\d+)"', pictures)
    assert place is not None
    picture = hugo.get(f"{page}/pictures/{place[1]}")
    assert (picture.headers["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert "Another question?" in hugo.get(f"{page}/items").text

    refused = post(hugo, hosted, f"{page}/load", page, by="", found="")
    assert refused.status_code == 400
    assert "Nobody has confirmed that the pictures were looked at." in refused.text
    said = {"looked": "y", "by": "A. Example, radiologist", "found": "Side marks alone."}
    for act in ("load", "drop"):
        stale = post(hugo, hosted, f"{page}/{act}", page, **said, seen="another state of it")
        assert stale.status_code == 409
        assert "since you opened the page" in stale.text
    (seen,) = set(re.findall(r'name="seen" value="(\w+)"', hugo.get(page).text))
    said |= {"seen": seen}
    assert "is being loaded" in post(hugo, hosted, f"{page}/load", page, **said).text
    work(hosted, key)
    assert "Loaded: tiny 1.1.0." in unescape(hugo.get(page).text)
    with hosted.sessions.read() as session:
        assert [one.version for one in read_prepared(session)] == ["1.1.0"]
        confirmed = get_loaded(session, "tiny", "1.1.0").manifest["confirmed"]
    assert confirmed == [
        {
            "what": "burned_in",
            "by": "A. Example, radiologist",
            "reason": "Side marks alone.",
            "on": f"{now():%Y-%m-%d}",
        }
    ]
    for table in (UploadedPiece, UploadSheet, UploadPicture):
        assert count(hosted, table) == 0
    assert "A. Example, radiologist looked at" in unescape(hugo.get("/admin/audit").text)
    post(hugo, hosted, f"{page}/drop", page)
    assert count(hosted, UploadedPackage) == 0


def test_every_problem_stands_with_its_line_and_remedy_beside_what_can_be_read(
    hosted: Site,
) -> None:
    hugo = sign_in(hosted, "hugo")
    items = make_items(3, 1, 0)
    items[1] |= {"answer": ["Z"], "axis": "unheard_of"}
    key = key_of(send(hugo, zip_package(items, version="2.0.0")))
    work(hosted, key)
    read = unescape(hugo.get(f"{PAGE}/{key}").text)
    assert "<strong>2 problems.</strong>" in read
    assert "axis 'unheard_of' is not in the manifest's taxonomy." in read
    assert '<td class="num">2</td>' in read
    assert 'id="load"' not in read
    assert items[0]["id"] in hugo.get(f"{PAGE}/{key}/items").text
    assert post(hugo, hosted, f"{PAGE}/{key}/load", f"{PAGE}/{key}").status_code == 409
    other = key_of(send(hugo, zip_package(make_items(1, 0, 0), slug="another")))
    work(hosted, other)
    assert "The package is of another, and was uploaded for tiny." in unescape(
        hugo.get(f"{PAGE}/{other}").text
    )
    for one in (key, other):
        post(hugo, hosted, f"{PAGE}/{one}/drop", f"{PAGE}/{one}")


def test_what_another_layout_does_not_say_is_asked_for_in_a_form_and_loading_publishes(
    hosted: Site,
) -> None:
    alma = sign_in(hosted, "alma")
    row = {
        "question_id": "1",
        "question": "Which part is shown?",
        "option_A": "Hip",
        "option_B": "Spine",
        "gt_answer": "Spine",
        "image_path": "Images/one.png",
    }
    raw = pack({"omni.json": json.dumps([row]).encode(), "Images/one.png": make_png(1)})
    key = key_of(send(alma, raw, "omni.zip", benchmark="-", layout="omnimedvqa"))
    page = f"{PAGE}/{key}"
    work(hosted, key)
    asked = unescape(alma.get(page).text)
    for field in ("name", "licence", "description", "answers", "alt"):
        assert f'href="#{field}"' in asked
        assert f'id="{field}-error"' in asked
    answers = {
        "name": "Omni",
        "licence": "MIT",
        "description": "Pictures.",
        "answers": "hidden",
        "alt": "X-ray",
        "version": "1.0.0",
        "split": "test",
    }
    assert "with your answers" in post(alma, hosted, f"{page}/answers", page, **answers).text
    work(hosted, key)
    assert "this would be its first, and loading it publishes it" in alma.get(page).text
    said = {"looked": "y", "by": "A. Example", "found": "Nothing."}
    post(alma, hosted, f"{page}/load", page, **said)
    work(hosted, key)
    assert hosted.get("/benchmarks/omni").status_code == 200
    assert "confirmed" not in get_manifest(hosted, "omni")
    post(alma, hosted, f"{page}/drop", page)


def get_manifest(site: Site, slug: str) -> dict[str, Any]:
    with site.sessions.read() as session:
        return get_loaded(session, slug, "1.0.0").manifest


def test_uploaded_files_are_few_small_and_not_kept_for_long(hosted: Site) -> None:
    hugo = sign_in(hosted, "hugo")
    large = send(hugo, b"x" * 301_000)
    assert (large.status_code, count(hosted, UploadedPiece)) == (413, 0)
    assert "more than 300,000 bytes" in large.text
    assert send(hugo, b"x", benchmark="-").status_code == 400
    kept = [key_of(send(hugo, b"no zip")) for _ in range(3)]
    assert "are kept already" in send(hugo, b"no zip").text
    work(hosted, kept[0])
    assert "new.zip" in hugo.get(f"{PAGE}/{kept[0]}").text
    assert "is not a readable zip file." in hugo.get(f"{PAGE}/{kept[0]}").text
    with hosted.sessions.write() as session:
        past = now() - timedelta(seconds=1)
        session.execute(update(UploadedPackage).values(expires_at=past))
        delete_expired(session)
    assert count(hosted, UploadedPackage) == count(hosted, UploadedPiece) == 0
    assert hugo.get(f"{PAGE}/{kept[0]}").status_code == 404


def test_a_zip_is_unpacked_up_to_a_limit(tmp_path: Path) -> None:
    place = tmp_path / "bomb.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.json", b" " * 1_000_000)
    (tmp_path / "out").mkdir()
    with pytest.raises(InvalidRequest, match="more than 2,000,000 bytes"):
        ZipFiles(place).extract(tmp_path / "out", 2_000_000)
