"""Signing in and out."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from spinebench.address import read_address
from spinebench.credentials import write_credentials
from spinebench.errors import NotSignedInError, UsageError
from spinebench.invocation import Invocation, read_token
from spinebench.options import Command, pass_invocation
from spinebench.reading import read_answer
from spinebench.shapes.account import Me, QuotaRecord
from spinebench.tables import moment


@click.command(cls=Command)
@click.option("--with-token", is_flag=True, help="Read the token from standard input.")
@pass_invocation
def login(invocation: Invocation, with_token: bool) -> None:
    """Sign in with a token and save it for later.

    Asks for anything not given, and saves the token only if the server accepts it.
    """
    terminal = invocation.terminal
    kept = invocation.credentials
    url = _ask_url(invocation, kept.url)
    with invocation.api_with(url, _ask_token(invocation, url, with_token=with_token)) as api:
        raw = api.get_me()
    me = read_answer(Me, raw)
    token = invocation.token or ""
    write_credentials(invocation.credentials_path, kept.with_token(url, token))
    if terminal.as_json:
        terminal.show_json(raw)
        return
    terminal.show(f"Signed in to {url} as {me.user.name} <{me.user.email}>.")
    terminal.say(f"The token is kept in {invocation.credentials_path}, which only you can read.")
    if "submit" not in me.token.scopes:
        terminal.say("It can read but not submit: its scopes are " + ", ".join(me.token.scopes))


def _ask_url(invocation: Invocation, kept: str | None) -> str:
    given = invocation.url or invocation.environ.get("SPINEBENCH_URL")
    if given:
        return read_address(given)
    _check_can_ask("the address of the server", "--url or SPINEBENCH_URL")
    return read_address(click.prompt("Server", default=kept, err=True))


def _ask_token(invocation: Invocation, url: str, *, with_token: bool) -> str:
    """The token, which the invocation holds from then on."""
    if with_token:
        given: str | None = sys.stdin.readline()
    else:
        given = invocation.token or invocation.environ.get("SPINEBENCH_TOKEN")
    if not given and not with_token:
        _check_can_ask("a token", "--with-token or SPINEBENCH_TOKEN")
        invocation.terminal.say(f"Create a token at {url}/account")
        given = click.prompt("Token (not shown)", hide_input=True, err=True)
    invocation.token = read_token(given or "")
    return invocation.token


def _check_can_ask(what: str, instead: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"There is no terminal to ask for {what}.", remedy=f"Use {instead}.")


@click.command(cls=Command)
@pass_invocation
def logout(invocation: Invocation) -> None:
    """Delete the saved token. It stays valid until you revoke it."""
    terminal = invocation.terminal
    url = invocation.get_url()
    kept = invocation.credentials
    if url not in kept.tokens:
        raise NotSignedInError(f"Not signed in to {url}.")
    write_credentials(invocation.credentials_path, kept.without_token(url))
    if terminal.as_json:
        terminal.show_json({"url": url, "signed_in": False})
        return
    terminal.show(f"Signed out of {url}.")
    terminal.say(f"The token itself is still valid: revoke it at {url}/account")


@click.command(cls=Command)
@pass_invocation
def whoami(invocation: Invocation) -> None:
    """Show who you are signed in as."""
    with invocation.api() as api:
        raw = api.get_me()
    if invocation.terminal.as_json:
        invocation.terminal.show_json(raw)
        return
    me = read_answer(Me, raw)
    for line in _describe(me, api.url):
        invocation.terminal.show(line)


def _describe(me: Me, url: str) -> list[str]:
    token = me.token
    teams = ", ".join(f"{team.name} ({team.slug})" for team in me.teams)
    lines = [
        f"{me.user.name} <{me.user.email}>",
        f"Server  {url}",
        f"Teams   {teams or 'none yet'}",
        f"Token   {token.name}: {', '.join(token.scopes)}, until {token.expires_at:%Y-%m-%d}",
    ]
    lines += _describe_quotas(me.quotas)
    if me.day is not None:
        wait = f", the next from {moment(me.day.next_at)} UTC" if me.day.next_at else ""
        lines.append(f"Left    in 24 hours: {me.day.n_left} of {me.day.limit} submissions{wait}")
    return lines


def _describe_quotas(quotas: Sequence[QuotaRecord]) -> list[str]:
    """A line for the teams that stand alike on a split."""
    teams: dict[tuple[str, str], list[str]] = {}
    for quota in quotas:
        wait = f", the next from {moment(quota.next_at)} UTC" if quota.next_at else ""
        if quota.stopped_by:
            wait += f" (because of {' and '.join(quota.stopped_by)}, in all teams together)"
        place = f"{quota.benchmark} {quota.split}"
        left = f"{quota.n_left} of {quota.limit} submissions"
        teams.setdefault((place, f"{left}{wait}"), []).append(quota.team)
    return [
        f"Left    {', '.join(names)} on {place}: {'each ' if len(names) > 1 else ''}{state}"
        for (place, state), names in teams.items()
    ]
