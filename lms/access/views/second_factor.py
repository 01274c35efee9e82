"""One's own second factor: set up with an app, moved to another device, removed (trust.md 1.7)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access import queries, totp
from lms.access.codes import grouped
from lms.access.forms import CodeForm
from lms.access.operations import second_factor, signing_in
from lms.access.rules import FACTOR_ROLES, WrongCode
from lms.access.views.blueprint import blueprint
from lms.access.views.passwords import letterhead
from lms.kernel.clock import utc_now
from lms.people import queries as people_queries
from lms.people.models import Person
from lms.web import guard
from lms.web.commands import imported
from lms.web.db import db_session, house
from lms.web.guard import (
    before_second_factor,
    require,
    safe_next,
    signed_in,
    stepped_up,
    viewer,
)
from lms.web.languages import spoken


@blueprint.get("/account/second-factor/new")
@signed_in
@stepped_up
@before_second_factor
def new_second_factor() -> ResponseReturnValue:
    """Show a new secret as QR code and as text; nothing is stored before its digits are typed."""
    return _set_up_page(CodeForm(), _new_secret(), 200)


@blueprint.post("/account/second-factor/new")
@signed_in
@stepped_up
@before_second_factor
def set_up_second_factor() -> ResponseReturnValue:
    """Store the secret when the digits are right, and show the recovery codes, once."""
    form, who = CodeForm(), viewer()
    secret = _new_secret()
    try:
        codes = second_factor.set_up(
            db_session(),
            _person(),
            secret,
            form.code.data or "",
            letterhead(),
            secret_key=house().settings.secret_key,
            keep_sign_in=who.sign_in_id,
        )
    except WrongCode as error:
        form.code.errors = [spoken(error)]
        return _set_up_page(form, secret, 422)
    guard.renew_sign_in(signing_in.confirm(db_session(), who.sign_in_id, now=utc_now()))
    return _codes_page(codes, is_new=True)


@blueprint.post("/account/second-factor/codes")
@signed_in
@stepped_up
def renew_recovery_codes() -> ResponseReturnValue:
    """Show ten new recovery codes, once; the old ones are gone."""
    codes = second_factor.renew_codes(
        db_session(), _person(), letterhead(), secret_key=house().settings.secret_key
    )
    return _codes_page(codes, is_new=False)


@blueprint.post("/account/second-factor/remove")
@signed_in
@stepped_up
def remove_second_factor() -> ResponseReturnValue:
    """Do without from now on; not for those whose roles ask for it."""
    require(not is_required())
    second_factor.remove(db_session(), _person(), letterhead(), keep_sign_in=viewer().sign_in_id)
    flash(_("Dein zweiter Faktor ist entfernt. Andere Geräte sind abgemeldet."), "ok")
    return redirect(url_for("access.account"))


def is_required() -> bool:
    """True when the viewer's roles ask for a second factor in this installation."""
    asks = not viewer().roles.isdisjoint(FACTOR_ROLES)
    return asks and house().settings.second_factor == "required"


def _person() -> Person:
    return people_queries.get_with_unit(db_session(), viewer().person_id)


def _new_secret() -> str:
    return totp.new_secret(house().settings.secret_key, guard.sign_in_token() or "")


def _set_up_page(form: CodeForm, secret: str, status: int) -> ResponseReturnValue:
    who = viewer()
    address = totp.address(
        secret, person=who.email or who.name, organisation=f"Lernstand {who.organisation or ''}"
    )
    return (
        render_template(
            "access/new_second_factor.html",
            form=form,
            key=" ".join(grouped(secret).split("-")),
            address=address,
            picture=imported("segno:make")(address, error="m").svg_data_uri(
                border=2, light="white"
            ),
            is_required=is_required(),
            may_wait=is_required() and not who.must_set_up_factor,
            has_one=queries.has_factor(db_session(), who.person_id),
            next=_next(),
        ),
        status,
    )


def _codes_page(codes: list[str], *, is_new: bool) -> ResponseReturnValue:
    return render_template(
        "access/recovery_codes.html",
        codes=[grouped(code) for code in codes],
        is_new=is_new,
        next=_next(),
    )


def _next() -> str:
    return safe_next(request.values.get("next")) or "/"
