"""Forms of certificates: a code to check, and whether the check shows a name."""

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.certifications.rules.external import NAME_LENGTH, REASON_LENGTH
from lms.web.forms import BaseForm, DayField

_NOTE_LENGTH = 1000
_TOO_LONG = lazy_gettext("Das ist zu lang, erlaubt sind %(max)d Zeichen.")
_WHEN = lazy_gettext("Gib das Datum ein, das auf dem Nachweis steht.")


class NameForm(BaseForm):
    """The holder's choice."""

    show = BooleanField(lazy_gettext("Name bei der öffentlichen Prüfung zeigen"))


class CodeForm(BaseForm):
    """A code as somebody reads it off a sheet; it changes nothing, so it needs no token."""

    class Meta(BaseForm.Meta):
        """It is sent by GET and may be linked to."""

        csrf = False

    code = StringField(lazy_gettext("Code vom Nachweis"))


class BringForm(BaseForm):
    """A document from elsewhere; the courses to choose from are handed in by the view."""

    course = SelectField(lazy_gettext("Für welchen Kurs?"))
    completed_on = DayField(lazy_gettext("Abgeschlossen am"), [InputRequired(_WHEN)])
    issuer = StringField(
        lazy_gettext("Ausgestellt von (freiwillig)"), [Length(max=NAME_LENGTH, message=_TOO_LONG)]
    )
    note = TextAreaField(
        lazy_gettext("Hinweis (freiwillig)"), [Length(max=_NOTE_LENGTH, message=_TOO_LONG)]
    )
    file = FileField(lazy_gettext("Datei"))


class ApproveForm(BaseForm):
    """The date as it stands on the paper."""

    completed_on = DayField(lazy_gettext("Datum auf dem Nachweis"), [InputRequired(_WHEN)])


class DeclineForm(BaseForm):
    """Why it does not count; the person reads it."""

    reason = TextAreaField(
        lazy_gettext("Warum nicht?"), [Length(max=REASON_LENGTH, message=_TOO_LONG)]
    )
