"""`flask endpoint`: what teams' endpoints may see, and the keys that encrypt theirs."""

from __future__ import annotations

import secrets

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE, add_audit
from leaderboard.endpoints.engine.address import AddressPolicy, read_policy
from leaderboard.endpoints.registry.endpoints import rotate_keys
from leaderboard.endpoints.registry.splits import allow_split, forbid_split, read_allowed
from leaderboard.endpoints.registry.vault import KeyVault, make_host_key
from leaderboard.exposure.request import request_exposure
from leaderboard.exposure.results import MEANING, read_exposures, write_exposure
from leaderboard.host_cli.group import HostGroup, config, sessions
from leaderboard.models.benchmark import Split
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.queue import AUDIT_ENDPOINT, AUDIT_EXPOSURE, make_queue
from leaderboard.robustness.request import request_audit
from leaderboard.robustness.results import read_audits, write_results


@click.group("endpoint", cls=HostGroup)
def endpoint_group() -> None:
    """Model endpoints of teams."""


@endpoint_group.command("make-key")
def make_key_command() -> None:
    """Print a new key for ENDPOINT_KEYS."""
    click.echo(make_host_key())


@endpoint_group.command("rotate-keys")
@with_appcontext
def rotate_keys_command() -> None:
    """Encrypt every stored key again with the first of ENDPOINT_KEYS."""
    vault = KeyVault(config().endpoint_keys)
    vault.require_open()
    with sessions().write() as session:
        n_rotated, n_keys = rotate_keys(session, vault)
        note = f"{n_rotated} of {n_keys}"
        add_audit(session, COMMAND_LINE, "rotate endpoint keys", f"key {vault.newest}", note)
    click.echo(
        f"{n_rotated:,} of {n_keys:,} keys were re-encrypted; older host keys can be removed."
    )


@endpoint_group.command("allow")
@click.argument("benchmark")
@click.argument("split")
@click.option("--version", help="The benchmark's version.  [default: the newest]")
@with_appcontext
def allow_command(benchmark: str, split: str, version: str | None) -> None:
    """Let endpoints see the hidden SPLIT of BENCHMARK: its items leave this server."""
    with sessions().write() as session:
        row = get_split(get_benchmark(session, benchmark, version), split)
        allow_split(session, row)
        slug = row.benchmark.slug
        add_audit(session, COMMAND_LINE, "allow endpoints", _subject(row), benchmark=slug)
        click.echo(f"Endpoints may see {_subject(row)}.")


@endpoint_group.command("forbid")
@click.argument("benchmark")
@click.argument("split")
@click.option("--version", help="The benchmark's version.  [default: the newest]")
@with_appcontext
def forbid_command(benchmark: str, split: str, version: str | None) -> None:
    """Let endpoints see the hidden SPLIT no more; what was sent stays marked."""
    with sessions().write() as session:
        row = get_split(get_benchmark(session, benchmark, version), split)
        forbid_split(session, row)
        slug = row.benchmark.slug
        add_audit(session, COMMAND_LINE, "forbid endpoints", _subject(row), benchmark=slug)
        click.echo(f"Endpoints may no longer see {_subject(row)}.")


@endpoint_group.command("splits")
@with_appcontext
def splits_command() -> None:
    """The hidden splits that endpoints may see."""
    with sessions().read() as session:
        for allowed in read_allowed(session):
            row = session.get_one(Split, allowed.split_id)
            click.echo(f"{_subject(row)} since {allowed.allowed_at:%Y-%m-%d %H:%M} UTC")


@endpoint_group.command("audit")
@click.argument("submission")
@click.option("--items", default=100, show_default=True, help="How many questions, at most.")
@click.option("--seed", type=int, help="Determines the questions and shifts.  [default: random]")
@click.option(
    "--rotations",
    type=click.Choice(["one", "all"]),
    default="one",
    show_default=True,
    help="One random shift of each question's options, or every one.",
)
@with_appcontext
def audit_command(submission: str, items: int, seed: int | None, rotations: str) -> None:
    """Ask the endpoint of SUBMISSION again with shifted options: a robustness audit."""
    chosen = secrets.randbelow(2**31) if seed is None else seed
    with sessions().write() as session:
        audit = request_audit(
            session,
            submission,
            n_items=items,
            seed=chosen,
            every_rotation=rotations == "all",
            vault=KeyVault(config().endpoint_keys),
            policy=_read_policy(),
        )
        audit_id, n_items = audit.id, audit.n_items
        note = f"audit {audit_id}, {n_items} items, {rotations} rotations, seed {chosen}"
        slug = session.get_one(Submission, submission).split.benchmark.slug
        subject = f"submission {submission}"
        add_audit(session, COMMAND_LINE, "audit robustness", subject, note, benchmark=slug)
    make_queue(config().redis_url, config().queue_name).enqueue(AUDIT_ENDPOINT, audit_id)
    click.echo(
        f"Robustness audit {audit_id}: {n_items:,} items, seed {chosen}; a worker will run it."
    )


@endpoint_group.command("audits")
@click.argument("submission")
@with_appcontext
def audits_command(submission: str) -> None:
    """The robustness audits of SUBMISSION with their numbers, newest first."""
    with sessions().read() as session:
        audits = read_audits(session, submission)
        for results in audits:
            for line in write_results(results):
                click.echo(line)
    if not audits:
        click.echo(f"There is no robustness audit of {submission!r}.")


@endpoint_group.command("expose")
@click.argument("submission")
@click.option("--items", default=50, show_default=True, help="How many questions, at most.")
@click.option("--seed", type=int, help="Determines the questions.  [default: random]")
@with_appcontext
def expose_command(submission: str, items: int, seed: int | None) -> None:
    """Ask the endpoint of SUBMISSION with a part of each item left out: an exposure audit."""
    chosen = secrets.randbelow(2**31) if seed is None else seed
    with sessions().write() as session:
        audit = request_exposure(
            session,
            submission,
            n_items=items,
            seed=chosen,
            vault=KeyVault(config().endpoint_keys),
            policy=_read_policy(),
        )
        audit_id, n_items = audit.id, audit.n_items
        slug = session.get_one(Submission, submission).split.benchmark.slug
        note = f"audit {audit_id}, {n_items} items, seed {chosen}"
        subject = f"submission {submission}"
        add_audit(session, COMMAND_LINE, "audit exposure", subject, note, benchmark=slug)
    make_queue(config().redis_url, config().queue_name).enqueue(AUDIT_EXPOSURE, audit_id)
    click.echo(
        f"Exposure audit {audit_id}: {n_items:,} items, seed {chosen}; a worker will run it."
    )


@endpoint_group.command("exposures")
@click.argument("submission")
@with_appcontext
def exposures_command(submission: str) -> None:
    """The exposure audits of SUBMISSION, and the order of options beside them; newest first."""
    with sessions().read() as session:
        exposures, audits = read_exposures(session, submission), read_audits(session, submission)
        lines = [line for one in exposures for line in write_exposure(one)]
        if exposures:
            lines += ["Order of options:", *(line for one in audits for line in write_results(one))]
            lines += [] if audits else ["  not audited: `flask endpoint audit` does it"]
            lines.append(MEANING)
    click.echo("\n".join(lines) or f"There is no exposure audit of {submission!r}.")


def _read_policy() -> AddressPolicy:
    settings = config()
    return read_policy(settings.endpoint_allowed_addresses, allow_http=settings.endpoint_allow_http)


def _subject(split: Split) -> str:
    return f"split {split.benchmark.slug} {split.benchmark.version} {split.name}"
