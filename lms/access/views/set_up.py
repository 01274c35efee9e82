"""The one-time address at which the first administrator sets a password (trust.md 1.4)."""

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.access.forms import SetUpForm
from lms.access.operations.passwords import set_password
from lms.access.operations.set_up import find_set_up, note_whom_it_made, use_set_up
from lms.access.password_rules import BadPassword
from lms.access.views.beginning import begin
from lms.access.views.blueprint import blueprint
from lms.access.views.passwords import hash_of_good_password
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import Person
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import public
from lms.web.languages import spoken


@blueprint.get("/setup/<token>")
@public
def set_up(token: str) -> ResponseReturnValue:
    """Where the first administrator sets a password; opening it uses nothing up."""
    find_set_up(db_session(), token, now=utc_now())
    return _set_up_page(SetUpForm(), 200)


@blueprint.post("/setup/<token>")
@public
def set_up_submit(token: str) -> ResponseReturnValue:
    """Make the first administrator and sign them in."""
    find_set_up(db_session(), token, now=utc_now())
    end_transaction()
    form = SetUpForm()
    if not form.validate():
        return _set_up_page(form, 422)
    try:
        argon2 = hash_of_good_password(form.password.data or "", email=form.email.data)
        person = _first_administrator(form, token, argon2)
    except BadPassword as error:
        form.password.errors = [spoken(error)]
        return _set_up_page(form, 422)
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        form.form_errors.append(spoken(error))
        return _set_up_page(form, 422)
    answer = begin(person, keep=False)
    if house().settings.second_factor == "required":
        answer.headers["Location"] = url_for("access.new_second_factor")
    return answer


def _first_administrator(form: SetUpForm, token: str, argon2: str) -> Person:
    session, now = db_session(), utc_now()
    use_set_up(session, token, now=now)
    person = people.add_person(
        session,
        first_name=form.first_name.data or "",
        last_name=form.last_name.data or "",
        email=form.email.data,
        unit=people.unit_named(session, form.unit.data or ""),
        roles=[Role.ADMINISTRATOR, Role.OFFICER],
    )
    note_whom_it_made(session, token, person.id)
    set_password(session, person.id, argon2, keep_sign_in=None, now=now)
    return person


def _set_up_page(form: SetUpForm, status: int) -> ResponseReturnValue:
    response = make_response(render_template("access/set_up.html", form=form), status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
