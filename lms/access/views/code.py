"""/code: where somebody without an e-mail address comes with a letter (trust.md 1.4, 1.5)."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access.forms import LetterForm
from lms.access.operations import letters, passwords, throttle
from lms.access.password_rules import SHORTEST, BadPassword
from lms.access.rules import LinkNotGood, WrongLetterCode
from lms.access.views.beginning import begin
from lms.access.views.blueprint import blueprint
from lms.access.views.counting import counted
from lms.access.views.passwords import hash_of_good_password, letterhead
from lms.kernel.clock import utc_now
from lms.web.db import db_session, house
from lms.web.guard import public
from lms.web.languages import spoken


@blueprint.get("/code")
@public
def code() -> ResponseReturnValue:
    """The empty form; the QR code on the letter brings the number along."""
    return _code_page(LetterForm(data={"identifier": request.args.get("number", "")[:80]}), 200)


@blueprint.post("/code")
@public
def code_submit() -> ResponseReturnValue:
    """Set the first password with number and code, and go in."""
    form, now = LetterForm(), utc_now()
    identifier = form.identifier.data or ""
    attempt = counted(identifier, now=now)
    head, secret_key = letterhead(), house().settings.secret_key
    try:
        person, token_hash = letters.find_by_code(
            db_session(),
            identifier,
            form.code.data or "",
            secret_key=secret_key,
            today=head.today,
            now=head.now,
        )
        argon2 = hash_of_good_password(form.new.data or "", person=person, email=person.email)
        person = letters.use_letter(db_session(), token_hash, today=head.today, now=head.now)
    except BadPassword as error:
        form.new.errors = [spoken(error)]
        return _code_page(form, 422)
    except (WrongLetterCode, LinkNotGood):
        return _code_page(form, 422, failed=True)
    passwords.change_password(db_session(), person, argon2, head, keep_sign_in=None)
    throttle.forget_attempts(db_session(), attempt, now=now)
    flash(_("Dein Passwort gilt ab jetzt."), "ok")
    return begin(person, keep=False)


def _code_page(form: LetterForm, status: int, *, failed: bool = False) -> ResponseReturnValue:
    page = render_template("access/code.html", form=form, failed=failed, least=SHORTEST)
    return page, status, {"Referrer-Policy": "no-referrer"}
