"""The one page of all mailed links (trust.md 1.5).

Opening it changes nothing, however often mail scanners do so; the button on it uses the link.
"""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access import queries
from lms.access.codes import sha256
from lms.access.forms import LinkForm, NewPasswordForm
from lms.access.operations import throttle
from lms.access.operations.addresses import take_address
from lms.access.operations.links import use_link
from lms.access.operations.passwords import change_password
from lms.access.password_rules import BadPassword
from lms.access.queries import FoundLink
from lms.access.rules import (
    SETS_PASSWORD,
    AddressTaken,
    LinkNotGood,
    LinkState,
    Purpose,
    Strength,
)
from lms.access.views.beginning import begin
from lms.access.views.blueprint import blueprint
from lms.access.views.counting import counted
from lms.access.views.passwords import hash_of_good_password, least_for, letterhead
from lms.kernel.clock import utc_now
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import current_viewer, public, safe_next
from lms.web.languages import spoken


@blueprint.get("/link/<token>")
@public
def open_link(token: str) -> ResponseReturnValue:
    """Say what the link is for, with a button; nothing is used up."""
    found = _found(token)
    if found.state is not LinkState.GOOD:
        return _gone_page(found.state, found.purpose)
    return _link_page(found, NewPasswordForm(), 200)


@blueprint.post("/link/<token>")
@public
def press_link(token: str) -> ResponseReturnValue:
    """Use the link: sign in, set a password, confirm an address."""
    now = utc_now()
    attempt = counted(f"link {sha256(token)}", now=now)
    found = _found(token)
    if found.state is not LinkState.GOOD or found.person is None:
        return _gone_page(found.state, found.purpose)
    form = NewPasswordForm()
    argon2 = None
    if found.purpose in SETS_PASSWORD:
        try:
            argon2 = hash_of_good_password(
                form.new.data or "", person=found.person, email=found.person.email
            )
        except BadPassword as error:
            form.new.errors = [spoken(error)]
            return _link_page(found, form, 422)
    end_transaction()
    try:
        answer = _used(token, argon2)
    except LinkNotGood as error:
        return _gone_page(error.state, found.purpose)
    except AddressTaken as error:
        flash(spoken(error), "exp")
        return redirect(url_for("access.account"))
    throttle.forget_attempts(db_session(), attempt, now=now)
    return answer


def _used(token: str, argon2: str | None) -> ResponseReturnValue:
    head, session = letterhead(), db_session()
    purpose, person, address = use_link(session, sha256(token), today=head.today, now=head.now)
    if purpose is Purpose.CONFIRM_ADDRESS:
        who = current_viewer()
        here = who.sign_in_id if who and who.person_id == person.id else None
        take_address(session, person, address or "", keep_sign_in=here, now=head.now)
        flash(_("Die Adresse gehört jetzt zu deinem Konto."), "ok")
        return redirect(url_for("access.account"))
    if argon2 is None:
        keep = bool(request.form.get("keep"))
        return begin(person, keep=keep, strength=Strength.MAIL)
    change_password(session, person, argon2, head, keep_sign_in=None)
    flash(_("Dein Passwort gilt ab jetzt."), "ok")
    return begin(person, keep=False)


def _found(token: str) -> FoundLink:
    return queries.find_link(db_session(), sha256(token), today=house().today(), now=utc_now())


def _link_page(found: FoundLink, form: NewPasswordForm, status: int) -> ResponseReturnValue:
    return _private(
        render_template(
            "access/link.html",
            purpose=found.purpose.value if found.purpose else "",
            person=found.person,
            address=found.address,
            form=form,
            sets_password=found.purpose in SETS_PASSWORD,
            least=least_for(found.person.id if found.person else None),
            next=safe_next(request.values.get("next")) or "",
        ),
        status,
    )


def _gone_page(state: LinkState, purpose: Purpose | None) -> ResponseReturnValue:
    """Why the link does not work any more, and a form for a new one."""
    status = 404 if state is LinkState.UNKNOWN else 410
    return _private(
        render_template(
            "access/link_gone.html",
            state=state.value,
            is_for_password=purpose in SETS_PASSWORD,
            form=LinkForm(),
        ),
        status,
    )


def _private(page: str, status: int) -> ResponseReturnValue:
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
