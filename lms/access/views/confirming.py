"""Showing once more who one is, before what weighs heavily (trust.md 1.18)."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from lms.access import hashing, queries
from lms.access.forms import ConfirmForm
from lms.access.operations import signing_in, throttle
from lms.access.views import demonstration
from lms.access.views.blueprint import blueprint
from lms.access.views.counting import counted
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.web import guard
from lms.web.db import db_session, end_transaction
from lms.web.guard import safe_next, signed_in, viewer


@blueprint.get("/account/confirm")
@signed_in
def confirm() -> ResponseReturnValue:
    """Ask for the password once more."""
    return _confirm_page(ConfirmForm(), 200)


@blueprint.post("/account/confirm")
@signed_in
def confirm_submit() -> ResponseReturnValue:
    """Go on to where the person was when the password is right."""
    who, form, now = viewer(), ConfirmForm(), utc_now()
    attempt = counted(f"confirm {who.person_id}", now=now)
    _person, argon2 = queries.password_of(db_session(), who.person_id)
    end_transaction()
    if not hashing.matches(argon2, form.password.data or ""):
        return _confirm_page(form, 422, failed=True)
    throttle.forget_attempts(db_session(), attempt, now=now)
    return _confirmed()


@blueprint.post("/account/confirm/demonstration")
@signed_in
def confirm_demonstration() -> ResponseReturnValue:
    """One click is enough for the invented people of a demonstration; 404 anywhere else."""
    if not demonstration.is_one_of_them(viewer().email):
        raise NotFound
    return _confirmed()


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
            next=safe_next(request.values.get("next")) or "",
            is_demonstration=demonstration.is_one_of_them(viewer().email),
        ),
        status,
    )
