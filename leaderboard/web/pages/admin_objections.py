"""The host's page of objections: who objects to what, and a form to answer."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.hosting.objections import answer_objection
from leaderboard.objections.read import read_objections
from leaderboard.objections.send import WORDS
from leaderboard.web.forms.objections import EFFECTS, AnswerForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import OBJECTION, current_reach, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database

LISTED = 200
blueprint = Blueprint("admin_objections", __name__, url_prefix="/admin/objections")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.ANSWER_OBJECTIONS)
def index() -> str:
    """Objections to the host's benchmarks: open ones first, then newest first."""
    return _page(AnswerForm(), 0)


@blueprint.post("/<int:key>/answer")
@right_required(Right.ANSWER_OBJECTIONS, OBJECTION)
def answer(key: int) -> Response | tuple[str, int]:
    """Answer one."""
    form = AnswerForm(request.form, prefix=_prefix(key))
    with form.catches():
        text, effect = form.text.text, str(form.effect.data or "")
        done = answer_objection(database(), key, text, effect, current_user().email)
        return finish(done, url_for(".index"))
    return _page(form, key), form.status


def _page(form: AnswerForm, key: int) -> str:
    """The list, with what was sent in the form of the objection `key`."""
    rows = read_objections(database(), current_reach(), limit=LISTED)
    forms = {
        one.objection.id: form
        if one.objection.id == key
        else AnswerForm(prefix=_prefix(one.objection.id))
        for one in rows
        if one.answer is None
    }
    return render_template(
        "admin/objections.html",
        rows=rows,
        forms=forms,
        form=form,
        words=WORDS,
        effects=EFFECTS,
        listed=LISTED,
    )


def _prefix(key: int) -> str:
    return f"o{key}"
