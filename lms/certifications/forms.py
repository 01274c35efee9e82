"""Forms of certificates: a code to check, and whether the check shows a name."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField

from lms.web.forms import BaseForm


class NameForm(BaseForm):
    """The holder's choice."""

    show = BooleanField(_l("Name bei der öffentlichen Prüfung zeigen"))


class CodeForm(BaseForm):
    """A code as somebody reads it off a sheet; it changes nothing, so it needs no token."""

    class Meta(BaseForm.Meta):
        """It is sent by GET and may be linked to."""

        csrf = False

    code = StringField(_l("Code vom Nachweis"))
