"""Asking for a link by mail: to sign in, or for a new password.

Known and unknown addresses get the same answer and cost the same work (trust.md 1.10).
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access import queries
from lms.access.forms import LinkForm
from lms.access.operations import throttle
from lms.access.operations.links import ask_for_link
from lms.access.rules import Purpose
from lms.access.views.blueprint import blueprint
from lms.access.views.counting import counted_link
from lms.access.views.passwords import letterhead
from lms.access.views.signing_in import sign_in_page
from lms.people.rules import BadAddress, normal_email
from lms.web.db import db_session
from lms.web.guard import public, safe_next
from lms.web.languages import spoken


@blueprint.post("/login/link")
@public
def ask_to_sign_in() -> ResponseReturnValue:
    """Send a link to sign in with, if somebody has this address."""
    form = LinkForm()
    if not _is_sent(form, Purpose.SIGN_IN):
        return sign_in_page(422, link_form=form)
    return redirect(url_for("access.sign_in", next=safe_next(request.form.get("next"))))


@blueprint.get("/login/forgotten")
@public
def forgotten() -> ResponseReturnValue:
    """Where somebody asks for a new password."""
    return render_template("access/forgotten.html", form=LinkForm())


@blueprint.post("/login/forgotten")
@public
def ask_for_reset() -> ResponseReturnValue:
    """Send a link for a new password, if somebody has this address."""
    form = LinkForm()
    if not _is_sent(form, Purpose.RESET):
        return render_template("access/forgotten.html", form=form), 422
    return redirect(url_for("access.sign_in"))


def _is_sent(form: LinkForm, purpose: Purpose) -> bool:
    """Queue the mail; False when what was typed is no address."""
    try:
        address = normal_email(form.address.data or "")
    except BadAddress as error:
        form.address.errors = [spoken(error) if form.address.data else _("Hier fehlt noch etwas.")]
        return False
    head = letterhead()
    counted_link(address, now=head.now)
    session = db_session()
    person = queries.find_by_address(session, address, head.today)
    if person is None:
        throttle.note_nobody(session, now=head.now)
    else:
        goes_on = safe_next(request.form.get("next")) if purpose is Purpose.SIGN_IN else None
        ask_for_link(session, person, purpose, head, next_path=goes_on)
    flash(
        _(
            "Schau in dein Postfach. Gehört die Adresse zu jemandem hier, "
            "kommt gleich eine E-\u2060Mail mit einem Link. Er gilt 15 Minuten."
        ),
        "ok",
    )
    return True
