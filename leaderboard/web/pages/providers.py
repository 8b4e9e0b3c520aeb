"""Sign in by a provider, and link one to an account."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.providers.ask import (
    Flow,
    Identity,
    begin_flow,
    expired,
    finish_flow,
)
from leaderboard.accounts.providers.links import (
    find_linked,
    link,
    register_linked,
    unlink,
)
from leaderboard.accounts.providers.settings import Provider
from leaderboard.errors import NotFound
from leaderboard.models.factor import FactorMeans
from leaderboard.web.forms.providers import LinkForm
from leaderboard.web.guessing import asks_for_password
from leaderboard.web.proof import require_proof
from leaderboard.web.protection import limiter, sign_in_limit
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    begin_writing,
    current_user,
    database,
    find_current_user,
    post_ways,
    reading_first,
    safe_back,
    services,
    sign_in,
    signed_in_unconfirmed,
)

blueprint = Blueprint("providers", __name__)
blueprint.after_request(keep_private)
FLOW = "provider_flow"
PURPOSE = "sign-in by a provider"
FLOW_LASTS = timedelta(minutes=10)


@blueprint.get("/sign-in/with/<name>")
@limiter.limit(sign_in_limit)
def start(name: str) -> Response:
    """Send the browser to a provider, to come back signed in."""
    return redirect(_begin(_get_provider(name), back=safe_back(request.args.get("back"))))


@blueprint.get("/sign-in/with/<name>/callback")
@limiter.limit(sign_in_limit)
@reading_first
def callback(name: str) -> Response:
    """Take what the provider says of somebody, once, in the browser that began it."""
    provider, sealed = _get_provider(name), session.pop(FLOW, "")
    text = services().secret_box.find(sealed, PURPOSE, FLOW_LASTS)
    if text is None:
        raise expired()
    flow = msgspec.json.decode(text, type=Flow)
    # The provider is asked before the database is written to: it may take its time.
    found = finish_flow(provider, _name_callback(name), flow, request.args)
    begin_writing()
    if flow.user_id is not None:
        return _link(provider, flow.user_id, found)
    return _sign_in(provider, found, flow.back)


@blueprint.post("/account/providers/<name>")
@signed_in_unconfirmed
@asks_for_password()
def start_link(name: str) -> Response | tuple[str, int]:
    """Show the way to a provider, to come back with it linked to the account."""
    provider, form = _get_provider(name), LinkForm(request.form)
    url = ""
    with form.catches():
        require_proof(form.password.text, "password")
        # A page with a link, for a form may lead to no other site (Content-Security-Policy).
        url = _begin(provider, user_id=current_user().id)
    page = render_template(
        "providers/continue.html", provider=provider, form=form, url=url, user=current_user()
    )
    return page, form.status


@blueprint.post("/account/providers/links/<int:link_id>/remove", endpoint="unlink")
@signed_in_unconfirmed
def remove_link(link_id: int) -> Response:
    """Let an account with a provider sign the user in no more; the last way stays."""
    user = current_user()
    unlink(database(), user, link_id)
    post_ways(user)
    flash("The link has been removed.")
    return redirect(url_for("account.account"))


def _begin(provider: Provider, *, back: str | None = None, user_id: int | None = None) -> str:
    url, flow = begin_flow(provider, _name_callback(provider.name), back=back, user_id=user_id)
    session[FLOW] = services().secret_box.seal(msgspec.json.encode(flow).decode(), PURPOSE)
    return url


def _name_callback(name: str) -> str:
    """The address that a provider sends browsers back to: by BASE_URL, whatever a request says."""
    return services().base_url + url_for("providers.callback", name=name)


def _get_provider(name: str) -> Provider:
    found = services().providers.get(name)
    if found is None:
        raise NotFound("This server knows no such provider.", "See the page where you sign in.")
    return found


def _link(provider: Provider, user_id: int, found: Identity) -> Response:
    user = find_current_user()
    if user is None or user.id != user_id:
        raise expired()
    link(database(), user, found)
    post_ways(user)
    flash(f"{provider.label} now signs you in, as {found.handle}.", "success")
    return redirect(url_for("account.account"))


def _sign_in(provider: Provider, found: Identity, back: str | None) -> Response:
    user = find_linked(database(), found)
    is_new = user is None
    if user is None:
        user = register_linked(database(), found)
    is_done = sign_in(user, FactorMeans.PROVIDER if found.has_second_factor else None)
    database().commit()
    if is_new:
        flash(f"You have an account now, and sign in to it with {provider.label}.", "success")
    if not is_done:
        return redirect(url_for("second_factor.enter", back=back))
    return redirect(back or url_for("account.account"))
