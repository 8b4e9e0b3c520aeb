"""`flask campaign`: new scores beside the ranking, and the proposals that come of them."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE
from leaderboard.campaigns.progress import read_campaigns, read_progress
from leaderboard.campaigns.report import Mark, ModelChange, SplitReport, read_report
from leaderboard.campaigns.rules import Rule
from leaderboard.campaigns.start import get_campaign
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.hosting.campaigns import (
    ask_campaign,
    ask_version,
    drop_proposal,
    open_proposal,
    set_rule,
)
from leaderboard.models.campaign import Campaign
from leaderboard.models.ranking import Board
from leaderboard.packages.catalogue import get_benchmark, get_loaded


@click.group("campaign", cls=HostGroup)
def campaign_group() -> None:
    """Campaigns: what would change the ranking, computed beside it."""


@campaign_group.command("list")
@with_appcontext
def list_command() -> None:
    """All campaigns, newest first."""
    with sessions().read() as session:
        for campaign in read_campaigns(session):
            click.echo(_describe(campaign))


@campaign_group.command("start")
@click.argument("benchmark")
@click.argument("version", required=False)
@click.option(
    "--judge", is_flag=True, help="Rate reports by the judge of today's settings, which may cost."
)
@with_appcontext
def start_command(benchmark: str, version: str | None, judge: bool) -> None:
    """Compute what a prepared VERSION would change; without one, what today's scoring would."""
    with sessions().write() as session:
        if version is None:
            found = get_benchmark(session, benchmark)
            done = ask_campaign(session, found, COMMAND_LINE, with_judge=judge)
        else:
            done = ask_version(session, get_loaded(session, benchmark, version), COMMAND_LINE)
    finish(done)


@campaign_group.command("show")
@click.argument("campaign", type=int)
@with_appcontext
def show_command(campaign: int) -> None:
    """How far a campaign is, and its proposal."""
    with sessions().read() as session:
        found = get_campaign(session, campaign)
        click.echo(_describe(found))
        progress = read_progress(session, found)
        if progress.n_parts:
            click.echo(f"Submissions done: {progress.n_done:,} of {progress.n_parts:,}.")
        report = read_report(found)
        for split in () if report is None else report.splits:
            _show_split(split)


@campaign_group.command("open")
@click.argument("campaign", type=int)
@click.option("--reason", required=True, help="Why; everybody reads it, so name no hidden item.")
@with_appcontext
def open_command(campaign: int, reason: str) -> None:
    """Let the proposal of CAMPAIGN take the place of the ranking."""
    with sessions().write() as session:
        done = open_proposal(session, campaign, COMMAND_LINE, reason)
    finish(done)


@campaign_group.command("drop")
@click.argument("campaign", type=int)
@click.option("--reason", required=True, help="Why; the audit trail keeps it.")
@with_appcontext
def drop_command(campaign: int, reason: str) -> None:
    """End CAMPAIGN and leave every score as it is."""
    with sessions().write() as session:
        done = drop_proposal(session, campaign, COMMAND_LINE, reason)
    finish(done)


@campaign_group.command("rule")
@click.argument("benchmark")
@click.option("--min-labels", type=int, default=Rule().min_labels, show_default=True)
@click.option("--min-models", type=int, default=Rule().min_models, show_default=True)
@click.option(
    "--opens-itself/--waits", default=False, help="Whether it waits for a host. [default: waits]"
)
@with_appcontext
def rule_command(benchmark: str, min_labels: int, min_models: int, opens_itself: bool) -> None:
    """From how many labels of experts on a new ranking is proposed, and whether it opens."""
    with sessions().write() as session:
        slug = get_benchmark(session, benchmark).slug
        done = set_rule(session, slug, Rule(min_labels, min_models, opens_itself), COMMAND_LINE)
    finish(done)


def _describe(campaign: Campaign) -> str:
    name = f"{campaign.benchmark.slug} {campaign.benchmark.version}"
    if campaign.is_of_version:
        name += f" -> {campaign.target.version}"
    causes = ", ".join(campaign.causes)
    said = f" {campaign.reason}" if campaign.reason else ""
    begun = f"{campaign.asked_at:%Y-%m-%d %H:%M}"
    return f"{campaign.id}: {name}, {causes}, {begun}, {campaign.state.value}.{said}"


def _show_split(split: SplitReport) -> None:
    moved = split.moved
    click.echo(f"{split.name}, models that move: {len(moved)} of {len(split.models)}.")
    for model in moved:
        click.echo(f"  {model.slug}: {_say(model)}")
        if model.n_items:
            more = ", ..." if model.n_items > len(model.items) else ""
            noun = "item" if model.n_items == 1 else "items"
            click.echo(f"    {model.n_items:,} {noun}: {', '.join(model.items)}{more}")


def _say(model: ModelChange) -> str:
    changes = [(Board(key), one) for key, one in model.boards.items() if one.is_moved]
    shown = [change for change in changes if change[0] == Board.OVERALL] or changes
    return "; ".join(
        f"{board.words} {_write(one.before)} -> {_write(one.after)}" for board, one in shown
    )


def _write(mark: Mark) -> str:
    if mark.value is None:
        return "unscored"
    interval = "no interval" if mark.low is None else f"{mark.low:.1f} to {mark.high:.1f}"
    rank = "no rank" if mark.rank_low is None else f"rank {mark.rank_low}-{mark.rank_high}"
    return f"{mark.value:.1f} ({interval}, {rank})"
