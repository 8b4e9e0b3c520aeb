"""The host's pages of campaigns: what is computed beside the ranking, what waits to be opened."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.campaigns.plan import read_plan
from leaderboard.campaigns.progress import find_kept_labels, read_campaigns, read_progress
from leaderboard.campaigns.report import read_report
from leaderboard.campaigns.rules import read_rule
from leaderboard.campaigns.start import get_campaign
from leaderboard.errors import InvalidRequest
from leaderboard.hosting import campaigns as hosting
from leaderboard.hosting.judges import ask_orders, read_newest_orders
from leaderboard.judges.order_suite import read_suite
from leaderboard.models.campaign import Cause
from leaderboard.packages.catalogue import get_benchmark, get_loaded
from leaderboard.web.forms.hosting import ActForm, RuleForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import (
    BENCHMARK,
    CAMPAIGN,
    current_reach,
    read_own_benchmarks,
    right_required,
)
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database

blueprint = Blueprint("admin_campaigns", __name__, url_prefix="/admin/campaigns")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.OPEN_RELEASES)
def index() -> str:
    """Campaigns, newest first, and the rule for labels of each benchmark."""
    return _index_page()


@blueprint.post("/start/<slug>/<version>")
@right_required(Right.OPEN_RELEASES, BENCHMARK)
def start(slug: str, version: str) -> Response:
    """Have workers compute what today's scoring would change, or what a prepared version would."""
    found, actor = get_loaded(database(), slug, version), current_user().email
    if get_benchmark(database(), slug).id == found.id:
        with_judge = bool(request.form.get("judge"))
        done = hosting.ask_campaign(database(), found, actor, with_judge=with_judge)
    else:
        done = hosting.ask_version(database(), found, actor)
    return finish(done, url_for("admin_campaigns.index"))


@blueprint.post("/order/<slug>/<version>")
@right_required(Right.OPEN_RELEASES, BENCHMARK)
def order(slug: str, version: str) -> Response:
    """Have the judges of a version's reports run on the order suite."""
    found = get_loaded(database(), slug, version)
    done = ask_orders(database(), found, current_user().email)
    return finish(done, url_for("admin_campaigns.index"))


@blueprint.post("/rule/<slug>")
@right_required(Right.OPEN_RELEASES, BENCHMARK)
def rule(slug: str) -> Response | tuple[str, int]:
    """Say from how many labels of experts on a new ranking is proposed."""
    form = RuleForm(request.form, prefix=f"{slug}-")
    with form.catches():
        done = hosting.set_rule(database(), slug, form.read_rule(), current_user().email)
        return finish(done, url_for("admin_campaigns.index"))
    return _index_page(form, slug), form.status


@blueprint.get("/<int:key>")
@right_required(Right.OPEN_RELEASES, CAMPAIGN)
def campaign(key: int) -> str:
    """How far a campaign is, and what its proposal would change."""
    return _campaign_page(key, ActForm())


@blueprint.post("/<int:key>/open")
@right_required(Right.OPEN_RELEASES, CAMPAIGN)
def open_proposal(key: int) -> Response | tuple[str, int]:
    """Let a proposal take the place of the ranking."""
    form = ActForm(request.form)
    with form.catches():
        seen = _read_seen(request.form.get("seen", ""))
        actor = current_user().email
        done = hosting.open_proposal(database(), key, actor, form.reason.text, seen)
        return finish(done, url_for("admin_campaigns.campaign", key=key))
    return _campaign_page(key, form), form.status


@blueprint.post("/<int:key>/drop")
@right_required(Right.OPEN_RELEASES, CAMPAIGN)
def drop(key: int) -> Response | tuple[str, int]:
    """End a campaign and leave every score as it is."""
    form = ActForm(request.form)
    with form.catches():
        done = hosting.drop_proposal(database(), key, current_user().email, form.reason.text)
        return finish(done, url_for("admin_campaigns.index"))
    return _campaign_page(key, form), form.status


def _read_seen(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            "The form does not say which proposal you have looked at.", "Load the page again."
        ) from None


def _index_page(failed: RuleForm | None = None, slug: str = "") -> str:
    """`failed` is the form of the benchmark `slug` that was refused."""
    own = read_own_benchmarks()
    forms = {
        one.slug: RuleForm(prefix=f"{one.slug}-", data=read_rule(database(), one.slug)._asdict())
        for one in own
    }
    if failed is not None:
        forms[slug] = failed
    kept = [find_kept_labels(database(), split) for one in own for split in one.splits]
    return render_template(
        "admin/campaigns.html",
        rows=read_campaigns(database(), current_reach()),
        benchmarks=[(one, forms[one.slug]) for one in own],
        orders={one.slug: read_newest_orders(database(), one) for one in own},
        n_order_reports=len(read_suite().reports),
        kept=[one for one in kept if one is not None],
        form=failed,
    )


def _campaign_page(key: int, form: ActForm) -> str:
    found = get_campaign(database(), key)
    return render_template(
        "admin/campaign.html",
        campaign=found,
        causes=[Cause(cause) for cause in found.causes],
        plan=read_plan(found),
        progress=read_progress(database(), found),
        report=read_report(found),
        form=form,
    )
