"""Make a benchmark's next version from its rows and what is corrected of its keys and checks."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.hosting.act import Act
from leaderboard.lens.corrected_checks import make_checklist, read_corrected_checks
from leaderboard.lens.corrections import read_corrections, refuse_older
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.correction import CorrectedVersion
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.packages.write import Corrected, write_package

NUMBER = re.compile(r"^([0-9]+)\.([0-9]+)\.([0-9]+)[a-z0-9.-]*$")
MAX_NUMBER = 40


def read_corrected(session: Session, benchmark: Benchmark) -> list[Benchmark]:
    """The versions that were made here from `benchmark` and its corrections, newest first."""
    return list(
        session.scalars(
            select(Benchmark)
            .join(CorrectedVersion, CorrectedVersion.benchmark_id == Benchmark.id)
            .where(CorrectedVersion.former_id == benchmark.id)
            .order_by(Benchmark.id.desc())
        )
    )


def name_next(session: Session, benchmark: Benchmark) -> str:
    """The next free patch number after a version's: 1.0.1 after 1.0.0, or 1.0.2 if that is used."""
    found = NUMBER.match(benchmark.version)
    major, minor, patch = found.groups() if found else ("1", "0", "0")
    used = set(session.scalars(select(Benchmark.version).where(Benchmark.slug == benchmark.slug)))
    number = int(patch) + 1
    while f"{major}.{minor}.{number}" in used:
        number += 1
    return f"{major}.{minor}.{number}"


def prepare_corrected(session: Session, benchmark: Benchmark, version: str, actor: str) -> Act:
    """Make the next version of a benchmark from its rows and all corrections of keys and checks.

    It is written as a package and loaded like any other: prepared until a host opens it. The draft
    stays with the version that it corrects: made again under another number, a version has all of
    its corrections again. Raises InvalidRequest for a number that is none or is used, Conflict
    without corrections and for an older version.
    """
    lock_row(session, Benchmark.id, benchmark.id)
    refuse_older(session, benchmark)
    keys = read_corrections(session, benchmark)
    checks = read_corrected_checks(session, benchmark)
    if not keys and not checks:
        raise Conflict(
            f"No key and no check of {benchmark.slug} {benchmark.version} is corrected.",
            "Correct a key or a check on its item's page first.",
        )
    number = version.strip() or name_next(session, benchmark)
    _check_number(session, benchmark, number)
    corrected = Corrected(
        {one.item.id: one.correction.answer for one in keys},
        {one.item.id: make_checklist(session, one.item) for one in checks},
    )
    package = read_package(write_package(session, benchmark, number, corrected))
    made = load_package(session, package).benchmark
    session.add(CorrectedVersion(benchmark_id=made.id, former_id=benchmark.id, made_at=now()))
    words = " and ".join(
        f"{n:,} corrected {one}{'' if n == 1 else 's'}"
        for n, one in ((len(keys), "key"), (len(checks), "check"))
        if n
    )
    subject, note = f"benchmark {made.slug} {made.version}", f"{words} of {benchmark.version}"
    add_audit(session, actor, "prepare version", subject, note, benchmark=made.slug)
    session.flush()
    return Act(
        f"{made.slug} {made.version} is prepared, with {words}. Hosts alone know of it until one "
        "opens it."
    )


def _check_number(session: Session, benchmark: Benchmark, number: str) -> None:
    if not NUMBER.match(number) or len(number) > MAX_NUMBER:
        raise InvalidRequest(
            f"{number[:MAX_NUMBER]!r} is not a version number.",
            f"Write three numbers with dots between, such as {name_next(session, benchmark)}.",
        ).at("version")
    used = session.scalar(
        select(Benchmark.id).where(Benchmark.slug == benchmark.slug, Benchmark.version == number)
    )
    if used is not None:
        raise InvalidRequest(
            f"There is a version {number} of {benchmark.slug} already.",
            f"Choose another one, such as {name_next(session, benchmark)}.",
        ).at("version")
