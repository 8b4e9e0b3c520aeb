"""`flask user`, `team`, `model` and `token`: people and what they bring."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TextIO

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from leaderboard.accounts.confirmation import confirm, counts_as_confirmed
from leaderboard.accounts.second_factor import reseal_secrets
from leaderboard.accounts.secret_box import SecretBox
from leaderboard.accounts.teams import add_member, change_model_card, make_model_card, make_team
from leaderboard.accounts.tokens import DEFAULT_DAYS, make_token
from leaderboard.accounts.tokens import revoke_tokens as revoke_all
from leaderboard.accounts.users import find_user, register, set_password
from leaderboard.audit import COMMAND_LINE, add_audit
from leaderboard.host_cli.group import HostGroup, config, finish, sessions
from leaderboard.host_cli.moderation import make_act_command
from leaderboard.hosting.act import read_reason
from leaderboard.hosting.people import (
    ban_team,
    ban_user,
    confirm_user,
    reset_second_factor,
    unban_team,
    unban_user,
    unverify_model,
    verify_model,
)
from leaderboard.hosting.roles import grant, revoke
from leaderboard.models.identity import Means
from leaderboard.models.role import SITE, Role
from leaderboard.models.team import ModelCard, Scope, Team, User
from leaderboard.people.deletion import delete_account

set_up_option = click.option(
    "--set-up", is_flag=True, help="The account page says that a set-up confirmed the address."
)


@click.group("user", cls=HostGroup)
def user_group() -> None:
    """Users."""


@user_group.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@set_up_option
@with_appcontext
def add_user_command(email: str, name: str, password_stdin: bool, set_up: bool) -> None:
    """Add a user with a confirmed e-mail address; one who exists stays as they are."""
    password = _read_password(password_stdin)
    with sessions().write() as session:
        if find_user(session, email) is not None:
            click.echo(f"{email} already has an account.")
            return
        user = register(session, email=email, name=name, password=password)
        confirm(session, user, _by(set_up))
    click.echo(f"{email} can now sign in.")


@user_group.command("set-password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--revoke-tokens", is_flag=True, help="Revoke their API tokens too.")
@with_appcontext
def set_password_command(email: str, password_stdin: bool, revoke_tokens: bool) -> None:
    """Set a user's password; their sessions end."""
    password = _read_password(password_stdin)
    with sessions().write() as session:
        user = _get_user(find_user(session, email), email)
        set_password(session, user, password)
        n_revoked = revoke_all(session, user) if revoke_tokens else 0
    revoked = f" API tokens revoked: {n_revoked}." if revoke_tokens else ""
    click.echo(f"The password of {email} has been set.{revoked}")


@user_group.command("confirm")
@click.argument("email")
@set_up_option
@with_appcontext
def confirm_command(email: str, set_up: bool) -> None:
    """Confirm that a user's e-mail address is theirs, as you know from elsewhere."""
    with sessions().write() as session:
        if _get_user(find_user(session, email), email).is_confirmed:
            click.echo(f"{email} is already confirmed.")
            return
        done = confirm_user(session, email, COMMAND_LINE, means=_by(set_up))
    finish(done)


@user_group.command("delete")
@click.argument("email")
@click.option("--reason", required=True, help="Why, for the audit trail.")
@click.confirmation_option(prompt="Published results stay, under a pseudonym. Delete the account?")
@with_appcontext
def delete_user_command(email: str, reason: str) -> None:
    """Delete a user's account, as they could themselves; it cannot be undone."""
    with sessions().write() as session:
        user = _get_user(find_user(session, email), email)
        pseudonym = delete_account(session, user, COMMAND_LINE, read_reason(reason))
    sessions().empty_log()
    click.echo(f"The account is deleted. What it sent stays under the name {pseudonym}.")


@user_group.command("reseal")
@with_appcontext
def reseal_command() -> None:
    """Encrypt the secrets of all authenticators with the first SECRET_KEY."""
    box = SecretBox(config().secret_keys)
    with sessions().write() as session:
        n_sealed, lost = reseal_secrets(session, box)
        add_audit(session, COMMAND_LINE, "reseal", "second factors", f"{n_sealed} of them")
    click.echo(f"{n_sealed:,} secrets are encrypted with the first key.")
    if lost:
        raise click.ClickException(
            f"No key opens {len(lost):,} others: put the key that sealed them back for a while, "
            "or reset these people's second factors."
        )


@click.group("team", cls=HostGroup)
def team_group() -> None:
    """Teams."""


@team_group.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--member", "email", required=True, help="The e-mail address of an owner.")
@with_appcontext
def add_team_command(slug: str, name: str, email: str) -> None:
    """Add a team; to one that exists the user is added as a member."""
    with sessions().write() as session:
        user = _get_user(find_user(session, email), email)
        if not counts_as_confirmed(user, timedelta(days=config().confirm_grace_days)):
            raise click.ClickException(
                f"{email} is not confirmed. If you know that the address is theirs: `user confirm`."
            )
        team = session.scalar(select(Team).where(Team.slug == slug))
        if team is None:
            make_team(session, user, slug=slug, name=name)
        else:
            add_member(session, team, user)
    click.echo(f"{email} is in {slug}.")


@click.group("model", cls=HostGroup)
def model_group() -> None:
    """Model cards."""


@model_group.command("add")
@click.argument("slug")
@click.option("--team", required=True)
@click.option("--file", "place", type=click.File("r", encoding="utf-8"), required=True)
@with_appcontext
def add_model_command(slug: str, team: str, place: TextIO) -> None:
    """Add the model card in a JSON file, or bring the one of this short name up to it."""
    values = {**json.loads(place.read()), "slug": slug}
    with sessions().write() as session:
        owner = session.scalar(select(Team).where(Team.slug == team))
        if owner is None:
            raise click.ClickException(f"There is no team {team!r}. Add it with `team add`.")
        card = session.scalar(select(ModelCard).where(ModelCard.slug == slug))
        if card is None:
            make_model_card(session, owner, values)
        elif card.team_id != owner.id:
            raise click.ClickException(f"The model {slug!r} belongs to another team.")
        else:
            change_model_card(session, card, values)
    click.echo(f"The model card {slug} is ready.")


@click.group("token", cls=HostGroup)
def token_group() -> None:
    """API tokens."""


@token_group.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--scope", "scopes", type=click.Choice([s.value for s in Scope]), multiple=True)
@click.option("--days", default=DEFAULT_DAYS, show_default=True)
@with_appcontext
def add_token_command(email: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token of a user and print it, this one time."""
    with sessions().write() as session:
        user = _get_user(find_user(session, email), email)
        chosen = [Scope(scope) for scope in scopes]
        token = make_token(session, user, name=name, scopes=chosen, days=days)
        text = token.text
    click.echo(text)


benchmark_argument = click.argument("benchmark", default=SITE)
role_argument = click.argument("role", type=click.Choice([role.value for role in Role]))


@user_group.command("grant")
@click.argument("email")
@role_argument
@benchmark_argument
@click.option(
    "--confirm", "confirms", is_flag=True, help="You know that the address is this person's."
)
@with_appcontext
def grant_command(email: str, role: str, benchmark: str, confirms: bool) -> None:
    """Give a user ROLE: a host runs BENCHMARK, an expert rates its reports.

    An admin runs the site, and BENCHMARK is left out. The e-mail address has to be confirmed.
    """
    with sessions().write() as session:
        done = grant(session, email, role, benchmark, COMMAND_LINE, confirms=confirms)
    finish(done)


@user_group.command("revoke")
@click.argument("email")
@role_argument
@benchmark_argument
@with_appcontext
def revoke_command(email: str, role: str, benchmark: str) -> None:
    """Take ROLE on BENCHMARK from a user."""
    with sessions().write() as session:
        done = revoke(session, email, role, benchmark, COMMAND_LINE)
    finish(done)


for _group, _command in (
    (
        user_group,
        make_act_command(
            "reset-second-factor",
            reset_second_factor,
            "Remove a user's second factor, once you know that it is they who ask.",
        ),
    ),
    (user_group, make_act_command("ban", ban_user, "Ban a user and withhold their results.")),
    (user_group, make_act_command("unban", unban_user, "Lift a user's ban.")),
    (
        team_group,
        make_act_command(
            "ban", ban_team, "Ban a team: it cannot submit, and its results are withheld."
        ),
    ),
    (team_group, make_act_command("unban", unban_team, "Lift a team's ban.")),
    (model_group, make_act_command("verify", verify_model, "Mark a model card as checked.")),
    (model_group, make_act_command("unverify", unverify_model, "Remove that mark.")),
):
    _group.add_command(_command)


def _by(set_up: bool) -> Means:
    return Means.SET_UP if set_up else Means.HOST


def _get_user(user: User | None, email: str) -> User:
    if user is None:
        raise click.ClickException(f"There is no user {email!r}. Add one with `user add`.")
    return user


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
