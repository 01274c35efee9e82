"""Forms of certificates: a code to check, and whether the check shows a name."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, StringField

from lms.web.forms import BaseForm


class NameForm(BaseForm):
    """The holder's choice."""

    show = BooleanField(lazy_gettext("Name bei der öffentlichen Prüfung zeigen"))


class CodeForm(BaseForm):
    """A code as somebody reads it off a sheet; it changes nothing, so it needs no token."""

    class Meta(BaseForm.Meta):
        """It is sent by GET and may be linked to."""

        csrf = False

    code = StringField(lazy_gettext("Code vom Nachweis"))
