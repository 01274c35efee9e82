"""The form of a list, and the reason for taking one back."""

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import TextAreaField

from lms.web.forms import BaseForm


class ListForm(BaseForm):
    """One CSV file."""

    file = FileField(lazy_gettext("CSV-Datei"))


class ReasonForm(BaseForm):
    """Why evidence is revoked."""

    reason = TextAreaField(lazy_gettext("Grund"))
