"""The host's pages: what needs a hand now, submissions, models, announcements, audit trail.

A host sees and does there what is about their benchmarks, an administrator everything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.audit import read_audit
from leaderboard.campaigns.progress import read_campaigns
from leaderboard.commitments.answers import read_answers
from leaderboard.commitments.dates import read_dates, read_holds
from leaderboard.commitments.opened import count_revealed
from leaderboard.db import now
from leaderboard.disclosure import Viewer, is_protected
from leaderboard.endpoints.registry.splits import read_allowed
from leaderboard.errors import NotFound
from leaderboard.evaluation.publish import MODELS_PER_RELEASE, read_candidates
from leaderboard.exposure.results import MEANING, read_exposures
from leaderboard.hosting import submissions as hosting
from leaderboard.hosting.act import Act
from leaderboard.hosting.announcements import announce, end_announcement, read_announcements
from leaderboard.hosting.apart import rank_together, set_apart
from leaderboard.hosting.overview import read_overview, read_submissions
from leaderboard.hosting.releases import open_next, rank_again
from leaderboard.hosting.reveals import (
    REVEAL_WARNING,
    date_reveal,
    reveal_items,
    reveal_version,
)
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.campaign import CampaignState
from leaderboard.models.moderation import HiddenSubmission
from leaderboard.models.submission import Status, Submission
from leaderboard.objections.read import count_open
from leaderboard.packages.catalogue import (
    get_benchmark,
    get_split,
    read_older_versions,
    read_prepared,
)
from leaderboard.queue import send_nudges
from leaderboard.rankings.apart import sets_apart
from leaderboard.rankings.read import count_items
from leaderboard.rankings.releases import find_ranking
from leaderboard.robustness.results import read_audits
from leaderboard.web.downloads import send_bundle
from leaderboard.web.forms.hosting import (
    ActForm,
    AnnouncementForm,
    RevealDateForm,
    RevealForm,
)
from leaderboard.web.rights import (
    ANNOUNCEMENT,
    BENCHMARK,
    SUBMISSION,
    current_reach,
    read_own_benchmarks,
    right_required,
)
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database, safe_back, services

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.after_request(keep_private)
AnyAct = TypeVar("AnyAct")
KeyAct = Callable[[Session, str, str, str], Act]
SplitAct = Callable[[Session, Split, str, str], Act]
SUBMISSION_ACTS: dict[str, KeyAct] = {
    "hide": hosting.hide,
    "show": hosting.show,
    "requeue": hosting.requeue,
    "accept": hosting.accept,
}
TRAINED_ACTS: dict[str, SplitAct] = {"apart": set_apart, "together": rank_together}
AUDIT_LISTED = 500


@blueprint.get("")
@right_required(Right.READ_SUBMISSIONS)
def overview() -> str:
    """What needs a hand now."""
    reach = current_reach()
    found = read_overview(database(), reach)
    return render_template(
        "admin/overview.html",
        overview=found,
        queue=services().queue.find_state(),
        is_whole=reach.is_whole,
        endpoints_on=services().vault.is_open,
        proposals=[
            one for one in read_campaigns(database(), reach) if one.state is CampaignState.PROPOSED
        ],
        n_objections=count_open(database(), reach),
        refits=[database().get_one(Split, split_id) for split_id in found.refits],
        holds=[(database().get_one(Split, one.split_id), one) for one in found.holds],
        now=now(),
    )


@blueprint.get("/submissions")
@right_required(Right.READ_SUBMISSIONS)
def submissions() -> str:
    """Submissions of everybody, newest first."""
    name = request.args.get("status", "")
    status = Status(name) if name in set(Status) else None
    rows = read_submissions(database(), status, current_reach())
    return render_template("admin/submissions.html", rows=rows, status=status, statuses=Status)


@blueprint.get("/submissions/<key>")
@right_required(Right.READ_SUBMISSIONS, SUBMISSION)
def submission(key: str) -> str:
    """One submission with its events, and what may be done with it."""
    return _submission_page(key, ActForm())


@blueprint.get("/submissions/<key>/bundle")
@right_required(Right.READ_ITEMS, SUBMISSION)
def bundle(key: str) -> Response:
    """What the scores of a submission follow from, hidden answers and values included."""
    return send_bundle(database().get_one(Submission, key), Viewer.HOST)


@blueprint.post("/submissions/<key>/<act>")
@right_required(Right.MODERATE_SUBMISSIONS, SUBMISSION)
def act_on_submission(key: str, act: str) -> Response | tuple[str, int]:
    """Hide, show, requeue or accept."""
    chosen, form = choose_act(SUBMISSION_ACTS, act), ActForm(request.form)
    with form.catches():
        done = chosen(database(), key, current_user().email, form.reason.text)
        return finish(done, url_for("admin.submission", key=key))
    return _submission_page(key, form), form.status


@blueprint.post("/requeue-held")
@right_required(Right.MODERATE_SUBMISSIONS)
def requeue_held() -> Response:
    """Put every held submission back into the queue, and ask judges that are waited for again."""
    done = hosting.requeue_all_held(database(), current_user().email, current_reach())
    return finish(done, url_for("admin.overview"))


@blueprint.get("/benchmarks")
@right_required(Right.OPEN_RELEASES)
def benchmarks() -> str:
    """Benchmarks with their splits, and the ranking of each."""
    return _benchmarks_page(ActForm())


@blueprint.post("/benchmarks/<slug>/<version>/<name>/rank")
@right_required(Right.OPEN_RELEASES, BENCHMARK)
def rank(slug: str, version: str, name: str) -> Response:
    """Have a worker rank a split again."""
    split = get_split(get_benchmark(database(), slug, version), name)
    done = rank_again(database(), split, current_user().email)
    return finish(done, url_for("admin.benchmarks"))


@blueprint.post("/benchmarks/<slug>/<version>/<name>/release")
@right_required(Right.OPEN_RELEASES, BENCHMARK)
def open_release(slug: str, version: str, name: str) -> Response | tuple[str, int]:
    """Keep the ranking of a split as it is, and go on in the next release."""
    form = ActForm(request.form)
    with form.catches():
        split = get_split(get_benchmark(database(), slug, version), name)
        seen = request.form.getlist("seen")
        done = open_next(database(), split, current_user().email, form.reason.text, seen)
        return finish(done, url_for("admin.benchmarks"))
    return _benchmarks_page(form), form.status


@blueprint.get("/benchmarks/<slug>/<version>/reveal")
@right_required(Right.REVEAL_ANSWERS, BENCHMARK)
def reveal(slug: str, version: str) -> str:
    """What a reveal does, and the form for it."""
    return _reveal_page(slug, version, RevealForm())


@blueprint.post("/benchmarks/<slug>/<version>/reveal")
@right_required(Right.REVEAL_ANSWERS, BENCHMARK)
def reveal_answers(slug: str, version: str) -> Response | tuple[str, int]:
    """Make hidden answers public for good."""
    form = RevealForm(request.form)
    with form.catches():
        found, actor = get_benchmark(database(), slug, version), current_user().email
        keys, reason = form.read_keys(f"{slug} {version}"), form.reason.text
        if keys is None:
            done = reveal_version(database(), found, actor, reason)
        else:
            done = reveal_items(database(), found, keys, actor, reason)
        return finish(done, url_for("admin.reveal", slug=slug, version=version))
    return _reveal_page(slug, version, form), form.status


@blueprint.post("/benchmarks/<slug>/<version>/reveal/date")
@right_required(Right.REVEAL_ANSWERS, BENCHMARK)
def date_answers(slug: str, version: str) -> Response | tuple[str, int]:
    """Say from when on the hidden answers of a split are public, or take that back."""
    found = get_benchmark(database(), slug, version)
    form = RevealDateForm(request.form, prefix="date-")
    with form.catches():
        split = get_split(found, str(form.split.data))
        done = date_reveal(database(), split, form.at.text, current_user().email)
        return finish(done, url_for("admin.reveal", slug=slug, version=version))
    return _reveal_page(slug, version, RevealForm(), form), form.status


@blueprint.post("/benchmarks/<slug>/<version>/<name>/trained/<act>")
@right_required(Right.SET_APART, BENCHMARK)
def act_on_trained(slug: str, version: str, name: str, act: str) -> Response | tuple[str, int]:
    """Have models that were trained on the questions stand apart, or rank them with all others."""
    chosen, form = choose_act(TRAINED_ACTS, act), ActForm(request.form)
    with form.catches():
        split = get_split(get_benchmark(database(), slug, version), name)
        done = chosen(database(), split, current_user().email, form.reason.text)
        return finish(done, url_for("admin.benchmarks"))
    return _benchmarks_page(form), form.status


@blueprint.get("/announcements")
@right_required(Right.ANNOUNCE)
def announcements() -> str:
    """What stands above every page, and a form for more."""
    return _announcements_page(_offer_places(AnnouncementForm()))


@blueprint.post("/announcements")
@right_required(Right.ANNOUNCE)
def create_announcement() -> Response | tuple[str, int]:
    """Put a text above every page, or above those of a benchmark."""
    form = _offer_places(AnnouncementForm(request.form))
    with form.catches():
        place = form.read_place()
        done = announce(database(), form.text.text, form.until.text, current_user().email, place)
        return finish(done, url_for("admin.announcements"))
    return _announcements_page(form), form.status


@blueprint.post("/announcements/<int:key>/end")
@right_required(Right.ANNOUNCE, ANNOUNCEMENT)
def stop_announcement(key: int) -> Response:
    """Take a text down."""
    done = end_announcement(database(), key, current_user().email)
    return finish(done, url_for("admin.announcements"))


@blueprint.get("/audit")
@right_required(Right.READ_AUDIT)
def audit() -> str:
    """Every act of hosts, newest first."""
    rows = read_audit(database(), AUDIT_LISTED, current_reach().named)
    return render_template("admin/audit.html", rows=rows, limit=AUDIT_LISTED)


def choose_act(acts: dict[str, AnyAct], name: str) -> AnyAct:
    """The act of that name. Raises NotFound."""
    if name not in acts:
        raise NotFound("There is no such action.", "Use the buttons on the host's pages.")
    return acts[name]


def finish(done: Act, page: str) -> Response:
    """Commit an act, have the workers do what follows, and go back with its message."""
    database().commit()
    send_nudges(services().queue, done.nudges)
    flash(done.message, "success")
    return redirect(safe_back(request.form.get("back")) or page)


def _submission_page(key: str, form: ActForm) -> str:
    found = hosting.get_submission(database(), key)
    hidden = database().get(HiddenSubmission, key)
    return render_template(
        "admin/submission.html",
        submission=found,
        hidden=hidden,
        form=form,
        exposures=read_exposures(database(), key),
        audits=read_audits(database(), key),
        exposure_meaning=MEANING,
    )


def _benchmarks_page(form: ActForm) -> str:
    covers, own = current_reach().covers, read_own_benchmarks()
    older = [one for one in read_older_versions(database()) if covers(one.slug)]
    prepared = [one for one in read_prepared(database()) if covers(one.slug)]
    waiting = {
        split.id: found
        for benchmark in (*own, *older)
        for split in benchmark.splits
        if is_protected(split) and (found := read_candidates(database(), split))
    }
    shown = [split for benchmark in own for split in benchmark.splits]
    shown += [split for one in older for split in one.splits if split.id in waiting]
    rows = [
        (
            split,
            sum(count_items(database(), split).values()),
            find_ranking(database(), split.id),
        )
        for split in shown
    ]
    return render_template(
        "admin/benchmarks.html",
        rows=rows,
        candidates=waiting,
        seen={
            split_id: [("seen", run.id) for one in found if one.is_published for run in one.runs]
            for split_id, found in waiting.items()
        },
        models_per_release=MODELS_PER_RELEASE,
        apart={split.id for split, _, _ in rows if sets_apart(database(), split.id)},
        older=older,
        prepared=prepared,
        allowed={one.split_id: one.allowed_at for one in read_allowed(database())},
        form=form,
    )


def _reveal_page(
    slug: str, version: str, form: RevealForm, dating: RevealDateForm | None = None
) -> str:
    found = get_benchmark(database(), slug, version)
    dating = RevealDateForm(prefix="date-") if dating is None else dating
    dating.offer([one for one in found.splits if one.answers is Answers.HIDDEN])
    committed = read_answers(database(), found)
    return render_template(
        "admin/reveal.html",
        benchmark=found,
        committed=committed,
        n_revealed=count_revealed(database(), found),
        warning=REVEAL_WARNING,
        dates=read_dates(database(), found),
        holds=read_holds(database(), [split.id for split in found.splits]),
        form=form if dating.failure is None else dating,
        revealing=form,
        dating=dating,
    )


def _announcements_page(form: AnnouncementForm) -> str:
    rows = [one for one in read_announcements(database()) if current_reach().covers(one.benchmark)]
    return render_template("admin/announcements.html", rows=rows, form=form)


def _offer_places(form: AnnouncementForm) -> AnnouncementForm:
    form.offer(read_own_benchmarks(), is_whole=current_reach().is_whole)
    return form
