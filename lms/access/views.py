"""Signing in and out, the one-time set-up address, and one's own account."""

import json
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access import blocklist, hashing, operations, queries, rules
from lms.access.forms import PasswordForm, SetUpForm, SignInForm
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people import queries as people_queries
from lms.people.models import Person
from lms.settings import LOCALES
from lms.web import guard
from lms.web.db import beside_the_request, db_session, end_transaction, house
from lms.web.guard import current_viewer, public, safe_next, signed_in, viewer
from lms.web.languages import LOCALE_COOKIE, spoken

blueprint = Blueprint("access", __name__)
_A_YEAR = 365 * 24 * 3600
_SHOWN_ROLES = (
    Role.EMPLOYEE,
    Role.OFFICER,
    Role.AUTHOR,
    Role.MANAGEMENT,
    Role.ADMINISTRATOR,
    Role.DPO,
)


@blueprint.get("/login")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; who is signed in already goes home."""
    if current_viewer() is not None:
        return redirect(safe_next(request.args.get("next")) or "/")
    return _sign_in_page(SignInForm(), 200)


@blueprint.post("/login")
@public
def sign_in_submit() -> ResponseReturnValue:
    """Check identifier and password; every failure looks alike and costs a hash."""
    end_transaction()
    form = SignInForm()
    now = utc_now()
    attempt = operations.Attempt.of(
        house().settings.secret_key, form.identifier.data or "", request.remote_addr or ""
    )
    with beside_the_request() as session:
        operations.count_attempt(session, attempt, now=now)
    person, argon2 = queries.find_password(
        db_session(), form.identifier.data or "", house().today()
    )
    end_transaction()
    password = form.password.data or ""
    if not hashing.matches(argon2, password) or person is None:
        return _sign_in_page(form, 422, failed=True)
    renewed = hashing.hashed(password) if argon2 and hashing.is_outdated(argon2) else None
    session = db_session()
    if renewed:
        operations.rehash(session, person.id, renewed)
    operations.forget_attempts(session, attempt, now=now)
    return _begin(person, keep=bool(form.keep.data))


@blueprint.post("/login/demonstration")
@public
def sign_in_as() -> ResponseReturnValue:
    """One click into a role of the demonstration organisation; 404 anywhere else."""
    end_transaction()
    known = _demonstration()
    role = request.form.get("role", "")
    if role not in known:
        raise NotFound
    person = people_queries.get_person(db_session(), known[role]["email"])
    return _begin(person, keep=False)


@blueprint.post("/logout")
@public
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in."""
    found = current_viewer()
    if found is not None:
        operations.end_sign_in(db_session(), found.sign_in_id)
    guard.end_sign_in()
    response = make_response(redirect(url_for("access.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/setup/<token>")
@public
def set_up(token: str) -> ResponseReturnValue:
    """Where the first administrator sets a password; opening it uses nothing up."""
    operations.find_set_up(db_session(), token, now=utc_now())
    return _set_up_page(SetUpForm(), 200)


@blueprint.post("/setup/<token>")
@public
def set_up_submit(token: str) -> ResponseReturnValue:
    """Make the first administrator and sign them in."""
    operations.find_set_up(db_session(), token, now=utc_now())
    end_transaction()
    form = SetUpForm()
    if not form.validate():
        return _set_up_page(form, 422)
    try:
        rules.require_good_password(
            form.password.data or "",
            common=blocklist.passwords(),
            words=_house_words(form.email.data),
        )
        argon2 = hashing.hashed(form.password.data or "")
        person = _first_administrator(form, token, argon2)
    except (rules.PasswordTooShort, rules.PasswordTooLong, rules.PasswordTooCommon) as error:
        form.password.errors = [spoken(error)]
        return _set_up_page(form, 422)
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        form.form_errors.append(spoken(error))
        return _set_up_page(form, 422)
    return _begin(person, keep=False)


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
    response = make_response(redirect(_back()))
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
def choose_appearance() -> ResponseReturnValue:
    """Light, dark, or as the device says."""
    chosen = request.form.get("theme", "")
    if chosen not in ("auto", "light", "dark"):
        raise NotFound
    people.choose_appearance(db_session(), viewer().person_id, chosen)
    return redirect(_back())


@blueprint.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Set a new password; all other sign-ins end."""
    who = viewer()
    _person, argon2 = queries.password_of(db_session(), who.person_id)
    end_transaction()
    form = PasswordForm()
    if not form.validate():
        return _account_page(form, 422)
    try:
        if not hashing.matches(argon2, form.present.data or ""):
            form.present.errors = [_("Das bisherige Passwort stimmt nicht.")]
            return _account_page(form, 422)
        rules.require_good_password(
            form.new.data or "", common=blocklist.passwords(), words=_house_words(who.email)
        )
    except DomainError as error:
        if error.status != 422:
            raise
        form.new.errors = [spoken(error)]
        return _account_page(form, 422)
    new = hashing.hashed(form.new.data or "")
    operations.set_password(
        db_session(), who.person_id, new, keep_sign_in=who.sign_in_id, now=utc_now()
    )
    flash(_("Dein neues Passwort gilt. Andere Geräte sind abgemeldet."), "ok")
    return redirect(url_for("access.account"))


def _begin(person: Person, *, keep: bool) -> Response:
    token = operations.sign_in(
        db_session(), person, user_agent=request.user_agent.string, keep=keep, now=utc_now()
    )
    guard.begin_sign_in(token, keep=keep)
    return make_response(redirect(safe_next(request.form.get("next")) or "/"))


def _first_administrator(form: SetUpForm, token: str, argon2: str) -> Person:
    session, now = db_session(), utc_now()
    operations.use_set_up(session, token, now=now)
    person = people.add_person(
        session,
        first_name=form.first_name.data or "",
        last_name=form.last_name.data or "",
        email=form.email.data,
        unit=people.unit_named(session, form.unit.data or ""),
        roles=[Role.ADMINISTRATOR, Role.OFFICER],
    )
    operations.set_password(session, person.id, argon2, keep_sign_in=None, now=now)
    return person


def _house_words(email: str | None) -> frozenset[str]:
    names = {"lernstand", house().settings.organisation.casefold(), (email or "").casefold()}
    return frozenset(names | {name.replace(" ", "") for name in names})


def _demonstration() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(house().settings.demonstration_file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _back() -> str:
    referrer = request.referrer or ""
    own = f"{request.scheme}://{request.host}"
    return (
        safe_next(referrer.removeprefix(own)) if referrer.startswith(own + "/") else None
    ) or "/"


def _sign_in_page(form: SignInForm, status: int, *, failed: bool = False) -> ResponseReturnValue:
    known = _demonstration()
    return (
        render_template(
            "access/sign_in.html",
            form=form,
            failed=failed,
            next=safe_next(request.values.get("next")) or "",
            roles=[role for role in _SHOWN_ROLES if role in known],
            people=people_queries.by_email(
                db_session(), [entry["email"] for entry in known.values()]
            ),
            known=known,
        ),
        status,
    )


def _set_up_page(form: SetUpForm, status: int) -> ResponseReturnValue:
    response = make_response(render_template("access/set_up.html", form=form), status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _account_page(form: PasswordForm, status: int) -> ResponseReturnValue:
    person = people_queries.get_with_unit(db_session(), viewer().person_id)
    tells_supervisor = house().settings.supervisor_digest == "names"
    return (
        render_template(
            "access/account.html", form=form, person=person, tells_supervisor=tells_supervisor
        ),
        status,
    )
