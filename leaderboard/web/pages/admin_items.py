"""The host's pages of single items: what answers and raters say of them, and their keys."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.exports.formats import read_format, write_table
from leaderboard.lens.checks import (
    count_questions,
    draw_keys,
    find_verdict,
    get_item,
    is_drawn,
    read_checks,
    record_verdict,
)
from leaderboard.lens.corrected_checks import (
    ReportCheck,
    correct_check,
    describe_check,
    drop_check,
    read_report_checks,
    withdraw_check,
    write_expected,
    write_terms,
)
from leaderboard.lens.corrections import correct_key, find_correction, withdraw_correction
from leaderboard.lens.irt.read import read_irt
from leaderboard.lens.irt.request import ask_irt
from leaderboard.lens.read import read_lens
from leaderboard.lens.sign import Sign
from leaderboard.lens.table import make_item_table
from leaderboard.models.benchmark import Split, Track
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.releases import find_ranking
from leaderboard.scoring.statistics.key_bound import plan_check
from leaderboard.web.forms.hosting import CheckForm, CorrectionForm, DrawForm, VerdictForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import BENCHMARK, read_own_benchmarks, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database

LISTED = 200
SHARES = (0.01, 0.02, 0.05)
"""Of wrong keys, for which the page says how many to draw."""
PLANNED = (0, 1, 2)
"""How many of them turn out to be wrong."""
blueprint = Blueprint("admin_items", __name__, url_prefix="/admin/items")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.CHECK_ITEMS)
def index() -> str:
    """The splits, each with a link to its items."""
    splits = [split for one in read_own_benchmarks() for split in one.splits]
    return render_template("admin/item_splits.html", splits=splits)


@blueprint.get("/<slug>/<version>/<name>")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def split(slug: str, version: str, name: str) -> str:
    """The items of a split, most suspicious first, by track, subcondition and sign."""
    lens = read_lens(database(), _get_split(slug, version, name))
    asked_track, asked_sign = request.args.get("track", ""), request.args.get("sign", "")
    tracks = lens.sheets.split.benchmark.tracks
    track = Track(asked_track) if asked_track in tracks else None
    sign = Sign(asked_sign) if asked_sign in set(Sign) else None
    subcondition = request.args.get("subcondition", "")
    return render_template(
        "admin/items.html",
        lens=lens,
        irt=read_irt(database(), lens.sheets),
        rows=lens.choose(track, subcondition, sign),
        listed=LISTED,
        track=track,
        subcondition=subcondition,
        sign=sign,
        tracks=tracks,
        signs=lens.count_signs(),
    )


@blueprint.get("/<slug>/<version>/<name>/items.<ending>")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def table(slug: str, version: str, name: str, ending: str) -> FlaskResponse:
    """All figures of a split's items as a download."""
    format_, found = read_format(ending), _get_split(slug, version, name)
    lens, ranking = read_lens(database(), found), find_ranking(database(), found.id)
    made = make_item_table(
        lens, read_irt(database(), lens.sheets), ranking.ranked_at if ranking else None
    )
    response = FlaskResponse(write_table(made, format_), mimetype=format_.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}.{ending}"'
    return response


@blueprint.post("/<slug>/<version>/<name>/irt")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def fit(slug: str, version: str, name: str) -> Response:
    """Have a worker fit item response theory. Raises Conflict where too few models count."""
    done = ask_irt(database(), _get_split(slug, version, name), current_user().email)
    return finish(done, url_for(".split", slug=slug, version=version, name=name, _anchor="irt"))


@blueprint.get("/<slug>/<version>/<name>/item/<key>")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def item(slug: str, version: str, name: str, key: str) -> str:
    """One item with its key, what is said of it, and a form for a verdict on its key."""
    found = _get_split(slug, version, name)
    return _item_page(found, key, VerdictForm(), CorrectionForm())


@blueprint.post("/<slug>/<version>/<name>/item/<key>/verdict")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def check(slug: str, version: str, name: str, key: str) -> Response | tuple[str, int]:
    """Keep what a clinician says of the key of a drawn item."""
    found, form = _get_split(slug, version, name), VerdictForm(request.form)
    with form.catches():
        done = record_verdict(
            database(),
            get_item(database(), found, key),
            str(form.verdict.data or ""),
            form.checked_by.text,
            form.note.text,
            current_user().email,
        )
        return finish(done, url_for(".keys", slug=slug, version=version, name=name))
    return _item_page(found, key, form, CorrectionForm()), form.status


@blueprint.post("/<slug>/<version>/<name>/item/<key>/correct")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def correct(slug: str, version: str, name: str, key: str) -> Response | tuple[str, int]:
    """Have the next version say another answer."""
    found, form = _get_split(slug, version, name), CorrectionForm(request.form)
    with form.catches():
        item, actor = get_item(database(), found, key), current_user().email
        done = correct_key(database(), item, form.answer.text, form.reason.text, actor)
        return finish(done, url_for("admin_corrections.index", slug=slug, version=version))
    return _item_page(found, key, VerdictForm(), form), form.status


@blueprint.post("/<slug>/<version>/<name>/item/<key>/withdraw")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def withdraw(slug: str, version: str, name: str, key: str) -> Response:
    """Leave the key as it is."""
    item = get_item(database(), _get_split(slug, version, name), key)
    done = withdraw_correction(database(), item, current_user().email)
    return finish(done, url_for("admin_corrections.index", slug=slug, version=version))


@blueprint.post("/<slug>/<version>/<name>/item/<key>/checks/<check>/correct")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def correct_asked(
    slug: str, version: str, name: str, key: str, check: str
) -> Response | tuple[str, int]:
    """Have the next version ask something else by a check of a report, or leave it out."""
    found, form = _get_split(slug, version, name), CheckForm(request.form, prefix=_prefix(check))
    with form.catches():
        item, actor = get_item(database(), found, key), current_user().email
        reason = form.reason.text
        if request.form.get("act") == "drop":
            done = drop_check(database(), item, check, reason, actor)
        else:
            done = correct_check(database(), item, check, form.read_edit(), reason, actor)
        return finish(done, url_for("admin_corrections.index", slug=slug, version=version))
    page = _item_page(found, key, VerdictForm(), CorrectionForm(), {check: form})
    return page, form.status


@blueprint.post("/<slug>/<version>/<name>/item/<key>/checks/<check>/withdraw")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def withdraw_asked(slug: str, version: str, name: str, key: str, check: str) -> Response:
    """Leave a check as it is."""
    item = get_item(database(), _get_split(slug, version, name), key)
    done = withdraw_check(database(), item, check, current_user().email)
    return finish(done, url_for("admin_corrections.index", slug=slug, version=version))


@blueprint.get("/<slug>/<version>/<name>/keys")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def keys(slug: str, version: str, name: str) -> str:
    """The random check of a split's keys: how many to draw, what was drawn, and the bound."""
    return _keys_page(_get_split(slug, version, name), DrawForm())


@blueprint.post("/<slug>/<version>/<name>/keys/draw")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def draw(slug: str, version: str, name: str) -> Response | tuple[str, int]:
    """Draw keys to be checked."""
    found, form = _get_split(slug, version, name), DrawForm(request.form)
    with form.catches():
        n, track = form.read_number(), str(form.track.data or "")
        done = draw_keys(database(), found, n, track, current_user().email)
        return finish(done, url_for(".keys", slug=slug, version=version, name=name))
    return _keys_page(found, form), form.status


def _get_split(slug: str, version: str, name: str) -> Split:
    return get_split(get_benchmark(database(), slug, version), name)


def _prefix(check: str) -> str:
    return f"ask-{check}"


def _make_check_form(one: ReportCheck) -> CheckForm:
    """A form filled in with a check as the next version will have it."""
    now = one.after or one.check
    data = {
        "terms": write_terms(now),
        "expected": write_expected(now),
        "weight": repr(now.weight).removesuffix(".0"),
        "reason": one.correction.reason if one.correction else "",
    }
    return CheckForm(prefix=_prefix(one.check.key), data=data)


def _item_page(
    found: Split,
    key: str,
    verdict_form: VerdictForm,
    correction_form: CorrectionForm,
    sent: Mapping[str, CheckForm] | None = None,
) -> str:
    lens = read_lens(database(), found)
    one = lens.get(key)
    checks = read_report_checks(database(), one.item)
    forms = {each.check.key: _make_check_form(each) for each in checks} | dict(sent or {})
    failed = [form for form in (correction_form, *forms.values()) if form.failure]
    return render_template(
        "admin/item.html",
        lens=lens,
        irt=read_irt(database(), lens.sheets),
        one=one,
        is_drawn=is_drawn(database(), one.item),
        verdict=find_verdict(database(), one.item),
        correction=find_correction(database(), one.item),
        verdict_form=verdict_form,
        correction_form=correction_form,
        checks=checks,
        check_forms=forms,
        describe_check=describe_check,
        form=failed[0] if failed else verdict_form,
    )


def _keys_page(found: Split, form: DrawForm) -> str:
    n_questions = count_questions(database(), found)
    return render_template(
        "admin/keys.html",
        split=found,
        n_questions=n_questions,
        plans=[(share, [plan_check(n_questions, share, n) for n in PLANNED]) for share in SHARES],
        planned=PLANNED,
        checks=read_checks(database(), found),
        form=form,
    )
