"""Signing in and out."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.access import hashing, queries
from lms.access.forms import LinkForm, SignInForm
from lms.access.operations import passwords, signing_in, throttle
from lms.access.views import demonstration
from lms.access.views.beginning import begin
from lms.access.views.blueprint import blueprint
from lms.access.views.counting import counted
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role
from lms.people import queries as people_queries
from lms.web import guard
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import current_viewer, public, safe_next

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
    return sign_in_page(200)


@blueprint.post("/login")
@public
def sign_in_submit() -> ResponseReturnValue:
    """Check identifier and password; every failure looks alike and costs a hash."""
    form = SignInForm()
    now = utc_now()
    attempt = counted(form.identifier.data or "", now=now)
    person, argon2 = queries.find_password(
        db_session(), form.identifier.data or "", house().today()
    )
    end_transaction()
    password = form.password.data or ""
    if not hashing.matches(argon2, password) or person is None:
        return sign_in_page(422, form=form, failed=True)
    renewed = hashing.hashed(password) if argon2 and hashing.is_outdated(argon2) else None
    session = db_session()
    if renewed:
        passwords.rehash(session, person.id, renewed)
    throttle.forget_attempts(session, attempt, now=now)
    return begin(person, keep=bool(form.keep.data))


@blueprint.post("/login/demonstration")
@public
def sign_in_as() -> ResponseReturnValue:
    """One click into a role of the demonstration organisation; 404 anywhere else."""
    end_transaction()
    known = demonstration.sign_ins()
    role = request.form.get("role", "")
    if role not in known:
        raise NotFound
    person = people_queries.get_person(db_session(), known[role]["email"])
    return begin(person, keep=False)


@blueprint.post("/logout")
@public
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in."""
    found = current_viewer()
    if found is not None:
        signing_in.end_sign_in(db_session(), found.sign_in_id)
    guard.end_sign_in()
    response = make_response(redirect(url_for("access.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def sign_in_page(
    status: int,
    *,
    form: SignInForm | None = None,
    link_form: LinkForm | None = None,
    failed: bool = False,
) -> ResponseReturnValue:
    """Both ways in, with what was typed."""
    known = demonstration.sign_ins()
    return (
        render_template(
            "access/sign_in.html",
            form=form or SignInForm(formdata=None),
            link_form=link_form or LinkForm(formdata=None),
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
