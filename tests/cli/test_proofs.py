"""Proofs by the command: downloaded, and verified without any server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.bundles.archive import write_archive
from leaderboard.bundles.signing import find_public_key, make_key
from tests.cli.conftest import Spinebench
from tests.site import OpenSite
from tests.web.api.test_api import make_file

pytestmark = pytest.mark.one_database


def test_the_command_downloads_a_proof_and_verifies_it_without_the_server(
    open_site: OpenSite, spinebench: Spinebench, tmp_path: Path
) -> None:
    place, keys, sent = (tmp_path / name for name in ("proof.zip", "keys.json", "sent.jsonl"))
    sent.write_bytes(make_file(4))
    with open_site(BUNDLE_KEYS=make_key()) as site:
        sent_id = site.submit(site.token("ada"), make_file(4)).json()["id"]
        site.evaluate_all()
        key, token = sent_id, site.token("ada")["Authorization"].removeprefix("Bearer ")
        environ = {"SPINEBENCH_URL": site.url, "SPINEBENCH_TOKEN": token}
        assert spinebench("bundle", key, "-o", str(place), **environ).code == 0
        assert spinebench("bundle", key, "-o", str(place), **environ).code == 2
        keys.write_bytes(site.get("/api/v1/keys").content)
    options = ("--predictions", str(sent), "--key", str(keys))
    done = spinebench("verify", str(place), *options)
    assert done.code == 0
    assert f"Submission {key} of model-a" in done.out
    assert "which is one of those given." in done.out
    assert "computed again: the same" in done.out
    assert ", 0 differ, and " in done.out
    report = spinebench("verify", str(place), *options, "--json").json
    assert report["is_signed"] is True
    sent.write_bytes(make_file(3))
    done = spinebench("verify", str(place), "--predictions", str(sent))
    assert done.code == 9
    assert "DIFFERS: SHA-256 of the file" in done.out
    keys.write_text(json.dumps({"keys": [{"key": find_public_key(make_key())}]}))
    done = spinebench("verify", str(place), "--key", str(keys))
    assert done.code == 9
    assert "which is none of those given" in done.err
    raw = bytearray(place.read_bytes())
    raw[-200] ^= 1
    place.write_bytes(bytes(raw))
    done = spinebench("verify", str(place), "--json")
    assert (done.code, done.json["error"]["code"]) == (9, "not_verified")


def test_a_zip_that_is_no_proof_is_refused(spinebench: Spinebench, tmp_path: Path) -> None:
    place = tmp_path / "other.zip"
    place.write_bytes(b"PK")
    done = spinebench("verify", str(place))
    assert done.code == 9
    assert "It is not a zip file" in done.err


def test_verifying_needs_no_server_code_and_says_what_to_install_where_it_is_missing(
    tmp_path: Path,
) -> None:
    place = tmp_path / "proof.zip"
    place.write_bytes(write_archive({"kind": "submission"}, {}, None))
    script = """
import sys
for name in {missing}:
    sys.modules[name] = None
from spinebench.main import main
sys.argv = ["spinebench", "verify", {place}]
main()
"""

    def run(*missing: str) -> subprocess.CompletedProcess[str]:
        code = script.format(missing=missing, place=repr(str(place)))
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )

    done = run("flask", "sqlalchemy", "redis", "rq", "config", "workers", "pydantic")
    assert (done.returncode, "manifest.json: Object missing" in done.stderr) == (9, True)
    done = run("leaderboard.bundles.verifying")
    assert done.returncode == 2
    assert "pip install 'spinebench[verify]'" in done.stderr
