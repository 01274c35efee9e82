"""One's own account: language, appearance, password."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.access import hashing, queries
from lms.access.forms import AddressForm, PasswordForm
from lms.access.operations import passwords, signing_in
from lms.access.operations.addresses import ask_to_confirm
from lms.access.password_rules import shortest
from lms.access.views.blueprint import blueprint
from lms.access.views.counting import counted, counted_link
from lms.access.views.passwords import hash_of_good_password, letterhead
from lms.access.views.second_factor import is_required
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.people import operations as people
from lms.people import queries as people_queries
from lms.people.rules import BadAddress
from lms.settings import LOCALES
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import (
    before_second_factor,
    current_viewer,
    own_referrer,
    public,
    signed_in,
    viewer,
)
from lms.web.languages import LOCALE_COOKIE, spoken

_A_YEAR = 365 * 24 * 3600


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Language, appearance and password."""
    return _account_page(PasswordForm(), 200)


@blueprint.post("/account/language")
@public
def choose_language() -> ResponseReturnValue:
    """Keep the chosen language: for a person in their record, else in this browser."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        raise NotFound
    found = current_viewer()
    if found is not None:
        people.choose_language(db_session(), found.person_id, chosen)
    response = make_response(redirect(own_referrer() or "/"))
    response.set_cookie(
        LOCALE_COOKIE,
        chosen,
        max_age=_A_YEAR,
        httponly=True,
        secure=house().settings.is_https,
        samesite="Lax",
    )
    return response


@blueprint.post("/account/appearance")
@signed_in
@before_second_factor
def choose_appearance() -> ResponseReturnValue:
    """Light, dark, or as the device says."""
    chosen = request.form.get("theme", "")
    if chosen not in ("auto", "light", "dark"):
        raise NotFound
    people.choose_appearance(db_session(), viewer().person_id, chosen)
    return redirect(own_referrer() or "/")


@blueprint.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Set a new password; all other sign-ins end."""
    who, form = viewer(), PasswordForm()
    if not form.validate():
        return _account_page(form, 422)
    counted(f"confirm {who.person_id}", now=utc_now())
    person, argon2 = queries.password_of(db_session(), who.person_id)
    end_transaction()
    try:
        if not hashing.matches(argon2, form.present.data or ""):
            form.present.errors = [_("Das bisherige Passwort stimmt nicht.")]
            return _account_page(form, 422)
        new = hash_of_good_password(form.new.data or "", person=person, email=who.email)
    except DomainError as error:
        if error.status != 422:
            raise
        form.new.errors = [spoken(error)]
        return _account_page(form, 422)
    passwords.change_password(db_session(), person, new, letterhead(), keep_sign_in=who.sign_in_id)
    flash(_("Dein neues Passwort gilt. Andere Geräte sind abgemeldet."), "ok")
    return redirect(url_for("access.account"))


@blueprint.post("/account/sign-ins/<int:sign_in_id>/end")
@signed_in
def end_one_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign one of one's other devices out."""
    signing_in.end_own_sign_in(db_session(), viewer().person_id, sign_in_id)
    flash(_("Das Gerät ist abgemeldet."), "ok")
    return redirect(url_for("access.account"))


@blueprint.post("/account/sign-ins/end-others")
@signed_in
def end_other_sign_ins() -> ResponseReturnValue:
    """Sign all devices out but this one."""
    who = viewer()
    count = signing_in.end_other_sign_ins(db_session(), who.person_id, keep=who.sign_in_id)
    flash(ngettext("%(num)s Gerät ist abgemeldet.", "%(num)s Geräte sind abgemeldet.", count), "ok")
    return redirect(url_for("access.account"))


@blueprint.post("/account/address")
@signed_in
def add_address() -> ResponseReturnValue:
    """Somebody without an address names one; a link goes there to confirm it."""
    form, head = AddressForm(), letterhead()
    address = form.address.data or ""
    try:
        counted_link(address, now=head.now)
        person = people_queries.get_with_unit(db_session(), viewer().person_id)
        ask_to_confirm(db_session(), person, address, head)
    except BadAddress as error:
        form.address.errors = [spoken(error)]
        return _account_page(PasswordForm(formdata=None), 422, address_form=form)
    flash(_("Schau in das Postfach. Der Link darin gilt 15 Minuten."), "ok")
    return redirect(url_for("access.account"))


def _account_page(
    form: PasswordForm, status: int, *, address_form: AddressForm | None = None
) -> ResponseReturnValue:
    session, who = db_session(), viewer()
    has_factor = queries.has_factor(session, who.person_id)
    return (
        render_template(
            "access/account.html",
            form=form,
            address_form=address_form or AddressForm(formdata=None),
            person=people_queries.get_with_unit(session, who.person_id),
            tells_supervisor=house().settings.supervisor_digest == "names",
            sign_ins=queries.list_sign_ins(session, who, now=utc_now()),
            has_factor=has_factor,
            codes_left=queries.count_codes_left(session, who.person_id) if has_factor else 0,
            factor_is_required=is_required(),
            least=shortest(has_factor=has_factor),
        ),
        status,
    )
