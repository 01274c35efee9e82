"""The second step of signing in: digits from the app, or a recovery code (trust.md 1.7)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access import queries
from lms.access.forms import CodeForm
from lms.access.operations import second_factor, signing_in, throttle
from lms.access.queries import PendingSignIn
from lms.access.rules import TooManyCodes
from lms.access.views.blueprint import blueprint
from lms.access.views.counting import counted, counted_code
from lms.kernel.clock import utc_now
from lms.web import guard
from lms.web.db import db_session, house
from lms.web.guard import public, safe_next
from lms.web.languages import spoken


@blueprint.get("/login/code")
@public
def challenge() -> ResponseReturnValue:
    """Ask for the code; without a sign-in that waits for one it leads to the beginning."""
    if _pending() is None:
        return _begin_again()
    return _challenge_page(CodeForm(), 200)


@blueprint.post("/login/code")
@public
def challenge_submit() -> ResponseReturnValue:
    """Complete the sign-in when the code is right; five tries, then begin again."""
    pending, now = _pending(), utc_now()
    if pending is None:
        return _begin_again()
    form = CodeForm()
    attempt = counted(f"code {pending.person_id}", now=now)
    try:
        counted_code(pending.id, now=now)
    except TooManyCodes as error:
        signing_in.end_sign_in(db_session(), pending.id)
        guard.end_sign_in()
        flash(spoken(error), "exp")
        return redirect(url_for("access.sign_in"))
    session = db_session()
    if not second_factor.is_right(
        session,
        pending.person_id,
        form.code.data or "",
        secret_key=house().settings.secret_key,
        now=now,
    ):
        form.code.errors = [_("Der Code stimmt nicht. Nimm den, der jetzt in der App steht.")]
        return _challenge_page(form, 422)
    throttle.forget_attempts(session, attempt, now=now)
    guard.renew_sign_in(signing_in.confirm(session, pending.id, now=now))
    return redirect(safe_next(request.form.get("next")) or "/")


def _pending() -> PendingSignIn | None:
    token = guard.sign_in_token()
    return queries.find_pending(db_session(), token, now=utc_now()) if token else None


def _begin_again() -> ResponseReturnValue:
    return redirect(url_for("access.sign_in", next=safe_next(request.values.get("next"))))


def _challenge_page(form: CodeForm, status: int) -> ResponseReturnValue:
    return (
        render_template(
            "access/challenge.html",
            form=form,
            next=safe_next(request.values.get("next")) or "",
        ),
        status,
    )
