"""What a site calls itself, and the host's own pages and logo."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from config import Config, ConfigError
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.letters.links import Links
from leaderboard.letters.write import make_letter, write_letter
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.site import Site
from leaderboard.web.services import EXTENSION
from tests.package_files import make_png

pytestmark = pytest.mark.one_database
NAME = "Rückgrat & Co"
PAGE = "# Impressum\n\nKlinik **X**. <script>alert(1)</script> [more](javascript:alert(1))\n"


def open_site(database_url: str, redis_url: str, **more: str) -> FlaskClient:
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "k" * 40}
    app = create_app(Config.from_env(settings | more))
    app.extensions[EXTENSION].sessions.engine.dispose()
    return app.test_client()


def test_a_site_has_its_name_logo_and_the_hosts_pages_everywhere(
    sessions: Sessions, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    page, logo = tmp_path / "imprint.md", tmp_path / "logo.svg"
    page.write_text(PAGE)
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    client = open_site(
        database_url,
        redis_url,
        SITE_NAME=NAME,
        SITE_LOGO=str(logo),
        CONTACT="host@example.org",
        IMPRINT=str(page),
        PRIVACY="https://example.org/privacy",
    )
    for path in ("/", "/docs", "/sign-in", "/nothing-here"):
        text = client.get(path).text
        assert "– Rückgrat &amp; Co</title>" in text
        assert 'src="/logo" alt="">Rückgrat &amp; Co</a>' in text
        assert re.findall(r'<a href="([^"]*)">(Contact|Imprint|Privacy|Terms)</a>', text) == [
            ("mailto:host@example.org", "Contact"),
            ("/imprint", "Imprint"),
            ("https://example.org/privacy", "Privacy"),
        ]
    assert (
        "<title>Rückgrat &amp; Co: results and benchmarks</title>" in client.get("/feed.atom").text
    )
    shown = client.get("/imprint").text
    assert "<h1>Impressum</h1>" in shown
    assert "<strong>X</strong>" in shown
    assert "<script>" not in shown
    assert 'href="javascript' not in shown
    for path in ("/privacy", "/terms"):
        assert client.get(path).status_code == 404
    drawn = client.get("/logo")
    assert drawn.mimetype == "image/svg+xml"
    assert "sandbox" in drawn.headers["Content-Security-Policy"]
    assert "default-src 'none'" in drawn.headers["Content-Security-Policy"]
    assert drawn.headers["X-Content-Type-Options"] == "nosniff"
    site = Site("https://b.example", NAME)
    letter = Letter(kind=LetterKind.REGISTER, address="ada@example.org")
    with sessions.read() as session:
        words = write_letter(session, letter, Links(["k" * 40]), site)
    assert words is not None
    mail = make_letter(words, letter.address, site, "host@example.org")
    assert mail["Subject"] == f"{NAME}: finish your registration"
    assert "SpineBench" not in mail.get_content()


def test_a_site_without_these_settings_names_itself_and_nothing_else(
    sessions: Sessions, database_url: str, redis_url: str
) -> None:
    client = open_site(database_url, redis_url)
    text = client.get("/").text
    assert '<a class="site-name" href="/">SpineBench</a>' in text
    assert "Imprint" not in text
    for path in ("/imprint", "/privacy", "/terms", "/logo"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "file", "said"),
    [
        ("SITE_LOGO", "logo.gif", "must be a file whose name ends with"),
        ("SITE_LOGO", "none.png", "names a file that is not there"),
        ("SITE_LOGO", "large.png", "names a file of more than 256 KiB"),
        ("IMPRINT", "imprint.html", "must be a file whose name ends with .md"),
        ("TERMS", "none.md", "names a file that is not there"),
        ("CONTACT", "us", "must be an e-mail address"),
    ],
)
def test_a_file_that_is_no_good_is_named_at_the_start(
    tmp_path: Path, name: str, file: str, said: str
) -> None:
    (tmp_path / "large.png").write_bytes(make_png(1).ljust(300_000, b"x"))
    settings = {"DATABASE_URL": "sqlite://", "REDIS_URL": "redis://r", "SECRET_KEY": "k" * 32}
    place = file if name == "CONTACT" else str(tmp_path / file)
    with pytest.raises(ConfigError, match=f"{name} {said}"):
        Config.from_env(settings | {name: place})


def test_a_logo_is_what_its_name_says(
    sessions: Sessions, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    false, true = tmp_path / "false.png", tmp_path / "true.png"
    false.write_text("<html>")
    true.write_bytes(make_png(1))
    with pytest.raises(ConfigError, match="not what"):
        open_site(database_url, redis_url, SITE_LOGO=str(false))
    drawn = open_site(database_url, redis_url, SITE_LOGO=str(true)).get("/logo")
    assert (drawn.mimetype, drawn.data) == ("image/png", true.read_bytes())
