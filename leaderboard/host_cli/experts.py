"""`flask expert`: assign reports to experts, follow them, take ratings in and out."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE, add_audit
from leaderboard.experts.assign import assign_reports, read_draw
from leaderboard.experts.draws import declare_draws
from leaderboard.experts.exchange import export_ratings, import_ratings
from leaderboard.experts.progress import read_progress
from leaderboard.experts.trail import export_changes
from leaderboard.host_cli.group import HostGroup, config, sessions
from leaderboard.models.expert import DrawSource
from leaderboard.models.rating import RaterKind
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.queue import CALIBRATE, make_queue

FEW_LABELS = 10
split_option = click.option("--split", "name", default="test", show_default=True)
kind_option = click.option(
    "--kind",
    type=click.Choice([RaterKind.EXPERT.value, RaterKind.CONSTRUCTED.value]),
    default=RaterKind.EXPERT.value,
    show_default=True,
    help="Constructed: the ratings follow from how the reports were constructed.",
)


@click.group("expert", cls=HostGroup)
def expert_group() -> None:
    """Experts and their ratings."""


@expert_group.command("assign")
@click.argument("benchmark")
@split_option
@click.option(
    "--per-model", default=30, show_default=True, help="Number of reports per ranked model."
)
@click.option(
    "--overlap", default=0.2, show_default=True, help="Share of them rated by two experts."
)
@with_appcontext
def assign_command(benchmark: str, name: str, per_model: int, overlap: float) -> None:
    """Spread reports of the ranked models over the experts; more models or budget add to it."""
    with sessions().write() as session:
        split = get_split(get_benchmark(session, benchmark), name)
        done = assign_reports(session, split, per_model=per_model, overlap=overlap)
        draw = read_draw(session, split)
        note = (
            f"{per_model} a model, overlap {overlap:g}: {done.n_added} added; "
            f"SHA-256 of the draw {draw.digest}"
        )
        subject = f"split {benchmark} {name}"
        add_audit(session, COMMAND_LINE, "assign reports", subject, note, benchmark=benchmark)
    click.echo(
        f"{done.n_added} reports of {done.n_models} models assigned to {done.n_experts} experts, "
        f"{done.n_withdrawn} withdrawn."
    )
    if per_model < FEW_LABELS:
        click.echo(f"With fewer than {FEW_LABELS} labels a model's score is not anchored to them.")
    if overlap > 0 and done.n_experts < 2:
        click.echo("With only one expert there is no overlap: add a second one, and assign again.")


@expert_group.command("draw")
@click.argument("benchmark")
@split_option
@with_appcontext
def draw_command(benchmark: str, name: str) -> None:
    """Show the secret by which reports are drawn, so that others can check the draw.

    Not before the last report is assigned: who knows it knows which reports come next.
    """
    with sessions().read() as session:
        draw = read_draw(session, get_split(get_benchmark(session, benchmark), name))
        click.echo(f"{draw.text}\nSHA-256 {draw.digest}")


@expert_group.command("list")
@with_appcontext
def list_command() -> None:
    """Each expert's progress."""
    with sessions().read() as session:
        rows = read_progress(session)
        for user, pseudonym, n_assigned, n_finished, *_ in rows:
            name = pseudonym or "nothing assigned yet"
            click.echo(f"{user.email} ({name}): {n_finished} of {n_assigned} finished")
    if not rows:
        click.echo("There are no experts yet: flask user grant EMAIL expert BENCHMARK.")


@expert_group.command("import")
@click.argument("benchmark")
@click.argument("place", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@split_option
@kind_option
@click.option(
    "--random",
    "is_random",
    is_flag=True,
    help="The reports were drawn at random: their ratings may anchor a model's score.",
)
@with_appcontext
def import_command(benchmark: str, place: Path, name: str, kind: str, is_random: bool) -> None:
    """Add the ratings in the CSV file at PLACE; with any problem nothing is added."""
    with sessions().write() as session:
        split = get_split(get_benchmark(session, benchmark), name)
        raw = place.read_bytes()
        done = import_ratings(session, split, raw, RaterKind(kind), is_random=is_random)
        subject, note = f"split {benchmark} {name}", f"{done.n_added} {kind} from {place.name}"
        note += ", reports drawn at random" if is_random else ""
        add_audit(session, COMMAND_LINE, "import ratings", subject, note, benchmark=benchmark)
        split_id = split.id
    if done.n_added:
        make_queue(config().redis_url, config().queue_name).enqueue(CALIBRATE, split_id)
    click.echo(
        f"{done.n_added:,} ratings of {done.n_raters} "
        f"rater{'' if done.n_raters == 1 else 's'} ({kind}) added, "
        f"{done.n_known:,} were there already."
    )


@expert_group.command("declare-draw")
@click.argument("benchmark")
@split_option
@click.option(
    "--source",
    type=click.Choice([source.value for source in DrawSource]),
    required=True,
    help="How the reports came to be rated: drawn by this server, assigned by a host, imported.",
)
@click.option(
    "--random/--chosen",
    "is_random",
    required=True,
    help="Whether the reports were drawn at random, or somebody chose them.",
)
@click.option("--model", default=None, help="Only reports of the model with this short name.")
@with_appcontext
def declare_command(
    benchmark: str, name: str, source: str, is_random: bool, model: str | None
) -> None:
    """Say how reports that are rated already came to be rated, where that is not known.

    What was declared with the same source before is declared anew. What the server drew stays.
    """
    with sessions().write() as session:
        split = get_split(get_benchmark(session, benchmark), name)
        n = declare_draws(session, split, DrawSource(source), is_random=is_random, model=model)
        how = f"{source}, {'random' if is_random else 'chosen'}"
        note = f"{how}{f', of {model}' if model else ''}: {n} ratings of reports"
        subject = f"split {benchmark} {name}"
        add_audit(session, COMMAND_LINE, "declare draw", subject, note, benchmark=benchmark)
        split_id = split.id
    if n:
        make_queue(config().redis_url, config().queue_name).enqueue(CALIBRATE, split_id)
    click.echo(f"{n:,} rating{'' if n == 1 else 's'} of reports declared as {how}.")


@expert_group.command("changes")
@click.argument("benchmark")
@split_option
@with_appcontext
def changes_command(benchmark: str, name: str) -> None:
    """Write every change of a rating as CSV to standard output."""
    with sessions().read() as session:
        split = get_split(get_benchmark(session, benchmark), name)
        click.echo(export_changes(session, split), nl=False)


@expert_group.command("export")
@click.argument("benchmark")
@split_option
@kind_option
@with_appcontext
def export_command(benchmark: str, name: str, kind: str) -> None:
    """Write the ratings of one kind as CSV to standard output."""
    with sessions().read() as session:
        split = get_split(get_benchmark(session, benchmark), name)
        click.echo(export_ratings(session, split, RaterKind(kind)), nl=False)
