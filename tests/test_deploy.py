"""The files of deploy/ say the same as the Procfile and the settings."""

import re
from pathlib import Path

from bench.deploy.page import read_parts
from config import Config

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def read_commands(text: str, start: str) -> dict[str, str]:
    """What a process runs by its name, without where its program is and how it begins."""
    return dict(re.findall(start, text, flags=re.MULTILINE))


def test_units_and_containers_run_what_the_procfile_says() -> None:
    wanted = read_commands((ROOT / "Procfile").read_text(), r"^(\w+): (.*)$")
    wanted["web"] = re.sub(r"\$\{(\w+):-[\w.]+\}", r"${\1}", wanted["web"])
    units = {
        place.name.removeprefix("spinebench-").partition(".")[0].rstrip("@"): re.findall(
            r"^ExecStart=/opt/spinebench/.venv/bin/(.*)$", place.read_text(), flags=re.MULTILINE
        )
        for place in UNITS
    }
    assert units.pop("backup") == ["python -m flask --app leaderboard.app backup make --keep 14"]
    assert units == {name: [command] for name, command in wanted.items()}
    compose = (DEPLOY / "compose.yaml").read_text()
    for name in ("release", "worker", "endpoints", "reconciler"):
        assert f"command: {wanted[name]}\n" in compose
    image = (DEPLOY / "Containerfile").read_text()
    assert wanted["web"].replace("${", "$").replace("}", "") in image


def test_the_environment_file_has_settings_alone_and_each_image_a_version() -> None:
    names = re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "environment").read_text(), flags=re.MULTILINE)
    assert {"DATABASE_URL", "SECRET_KEY", "BACKUP_FOLDER"} <= set(names)
    known = {str(field.alias) for field in Config.model_fields.values()}
    assert set(names) - known == {"WEB_CONCURRENCY"}
    wanted = {"LOG_FORMAT", "METRICS_TOKEN", "SENTRY_DSN"}
    assert wanted | {name for name in known if name.startswith("STORAGE_")} <= set(names)
    images = re.findall(
        r"(?:image:|FROM) (\S+:\S+)",
        "".join((DEPLOY / name).read_text() for name in ("compose.yaml", "Containerfile")),
    )
    assert len(images) == 4
    assert all(re.search(r":\d+\.\d+", image) for image in images)


def test_the_page_installs_every_file() -> None:
    commands = "".join(text for part in read_parts() for text in part.commands)
    for name in ("environment", "redis.conf", "journald.conf", "spinebench-host", "Caddyfile"):
        assert f"deploy/{name}" in commands


def test_a_service_that_starts_again_needs_no_migration_and_upgrades_install_units() -> None:
    release = (DEPLOY / "systemd" / "spinebench-release.service").read_text().splitlines()
    assert {"RemainAfterExit=yes", "PartOf=spinebench.target"} <= set(release)
    assert any(line.startswith("ExecStartPre=/bin/sh -c 'until ") for line in release)
    assert any(line.startswith("TimeoutStartSec=") for line in release)
    (upgrade,) = [part.commands[0] for part in read_parts() if part.heading == "Upgrades"]
    steps = ["deploy/systemd/*.service", "hardening.conf", "daemon-reload", "restart spinebench"]
    assert [upgrade.index(step) for step in steps] == sorted(map(upgrade.index, steps))
