"""How every way in ends: a sign-in begins, the browser goes on to where it was going."""

from flask import Response, make_response, redirect, request, url_for

from lms.access import queries
from lms.access.operations import signing_in
from lms.access.rules import Strength
from lms.kernel.clock import utc_now
from lms.people.models import Person
from lms.web import guard
from lms.web.db import db_session
from lms.web.guard import current_viewer, safe_next


def begin(person: Person, *, keep: bool, strength: Strength = Strength.FULL) -> Response:
    """Sign the person in, whoever was so in this browser before out, and go on.

    Somebody with a second factor is asked for it first, however they came.
    """
    before = current_viewer()
    if before is not None:
        signing_in.end_sign_in(db_session(), before.sign_in_id)
    has_factor = queries.has_factor(db_session(), person.id)
    token = signing_in.sign_in(
        db_session(),
        person,
        user_agent=request.user_agent.string,
        keep=keep,
        strength=Strength.PENDING if has_factor else strength,
        now=utc_now(),
    )
    guard.begin_sign_in(token, keep=keep)
    goes_on = safe_next(request.form.get("next"))
    if has_factor:
        return make_response(redirect(url_for("access.challenge", next=goes_on)))
    return make_response(redirect(goes_on or "/"))
