"""Showing once more who one is, before what weighs heavily (trust.md 1.18)."""

import datetime as dt

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from lms.access import hashing, queries
from lms.access.forms import ConfirmForm
from lms.access.operations import second_factor, signing_in, throttle
from lms.access.views import demonstration
from lms.access.views.blueprint import blueprint
from lms.access.views.counting import counted
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.web import guard
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import before_second_factor, safe_next, signed_in, viewer


@blueprint.get("/account/confirm")
@signed_in
@before_second_factor
def confirm() -> ResponseReturnValue:
    """Ask for the password once more, or for a code of whoever has a second factor."""
    return _confirm_page(ConfirmForm(), 200)


@blueprint.post("/account/confirm")
@signed_in
@before_second_factor
def confirm_submit() -> ResponseReturnValue:
    """Go on to where the person was when it is right."""
    who, form, now = viewer(), ConfirmForm(), utc_now()
    attempt = counted(f"confirm {who.person_id}", now=now)
    if not _is_right(who.person_id, form, now):
        return _confirm_page(form, 422, failed=True)
    throttle.forget_attempts(db_session(), attempt, now=now)
    return _confirmed()


@blueprint.post("/account/confirm/demonstration")
@signed_in
@before_second_factor
def confirm_demonstration() -> ResponseReturnValue:
    """One click is enough for the invented people of a demonstration; 404 anywhere else."""
    if not demonstration.is_one_of_them(viewer().email):
        raise NotFound
    return _confirmed()


def _is_right(person_id: int, form: ConfirmForm, now: dt.datetime) -> bool:
    session = db_session()
    if queries.has_factor(session, person_id):
        code, secret_key = form.code.data or "", house().settings.secret_key
        return second_factor.is_right(session, person_id, code, secret_key=secret_key, now=now)
    _person, argon2 = queries.password_of(session, person_id)
    end_transaction()
    return hashing.matches(argon2, form.password.data or "")


def _confirmed() -> ResponseReturnValue:
    token = signing_in.confirm(db_session(), viewer().sign_in_id, now=utc_now())
    guard.renew_sign_in(token)
    return redirect(safe_next(request.form.get("next")) or "/account")


def _confirm_page(form: ConfirmForm, status: int, *, failed: bool = False) -> ResponseReturnValue:
    return (
        render_template(
            "access/confirm.html",
            form=form,
            failed=failed,
            asks_for_code=queries.has_factor(db_session(), viewer().person_id),
            next=safe_next(request.values.get("next")) or "",
            is_demonstration=demonstration.is_one_of_them(viewer().email),
        ),
        status,
    )
