"""Forms of signing in, of setting up and of one's account."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from lms.web.forms import BaseForm

_NEEDED = _l("Hier fehlt noch etwas.")


class SignInForm(BaseForm):
    """Identifier and password; one sentence for every failure is the view's business."""

    identifier = StringField(_l("E-Mail-Adresse oder Personalnummer"))
    password = PasswordField(_l("Passwort"))
    keep = BooleanField(_l("Angemeldet bleiben"))


class SetUpForm(BaseForm):
    """The first administrator."""

    first_name = StringField(_l("Vorname"), [DataRequired(_NEEDED), Length(max=100)])
    last_name = StringField(_l("Nachname"), [DataRequired(_NEEDED), Length(max=100)])
    email = StringField(_l("E-Mail-Adresse"), [DataRequired(_NEEDED), Length(max=254)])
    unit = StringField(_l("Bereich"), [DataRequired(_NEEDED), Length(max=200)])
    password = PasswordField(_l("Passwort"), [InputRequired(_NEEDED)])


class LinkForm(BaseForm):
    """An address that a link shall go to."""

    address = StringField(_l("E-Mail-Adresse"))


class AddressForm(BaseForm):
    """The address of somebody who had none so far."""

    address = StringField(_l("E-\u2060Mail-Adresse"))


class NewPasswordForm(BaseForm):
    """The password that somebody sets who came by a link."""

    new = PasswordField(_l("Neues Passwort"))


class LetterForm(BaseForm):
    """What stands on an access letter, and the password of one's own choice."""

    identifier = StringField(_l("Personalnummer"))
    code = StringField(_l("Code aus dem Brief"))
    new = PasswordField(_l("Neues Passwort"))


class PasswordForm(BaseForm):
    """A new password, confirmed by the present one."""

    present = PasswordField(_l("Bisheriges Passwort"), [InputRequired(_NEEDED)])
    new = PasswordField(_l("Neues Passwort"), [InputRequired(_NEEDED)])


class ConfirmForm(BaseForm):
    """The person shows once more who they are: by password, or by a code where there is one."""

    password = PasswordField(_l("Passwort"))
    code = StringField(_l("Code aus der App"))


class CodeForm(BaseForm):
    """Six digits, or a recovery code where one counts."""

    code = StringField(_l("Code aus der App"))
