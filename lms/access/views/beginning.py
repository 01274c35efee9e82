"""How every way in ends: a sign-in begins, the browser goes on to where it was going."""

from flask import Response, make_response, redirect, request

from lms.access.operations import signing_in
from lms.access.rules import Strength
from lms.kernel.clock import utc_now
from lms.people.models import Person
from lms.web import guard
from lms.web.db import db_session
from lms.web.guard import current_viewer, safe_next


def begin(person: Person, *, keep: bool, strength: Strength = Strength.FULL) -> Response:
    """Sign the person in, whoever was so in this browser before out, and go on."""
    before = current_viewer()
    if before is not None:
        signing_in.end_sign_in(db_session(), before.sign_in_id)
    token = signing_in.sign_in(
        db_session(),
        person,
        user_agent=request.user_agent.string,
        keep=keep,
        strength=strength,
        now=utc_now(),
    )
    guard.begin_sign_in(token, keep=keep)
    return make_response(redirect(safe_next(request.form.get("next")) or "/"))
