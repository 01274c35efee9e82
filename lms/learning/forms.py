"""Forms of practice tasks: the report, and the officer's word on it."""

from flask_babel import lazy_gettext
from wtforms import TextAreaField

from lms.web.forms import BaseForm


class ReportForm(BaseForm):
    """What somebody writes about a practice task; the rules say how long it may be."""

    text = TextAreaField(lazy_gettext("Dein Bericht"))


class CommentForm(BaseForm):
    """What is missing in a report that is given back."""

    comment = TextAreaField(lazy_gettext("Was noch fehlt"))
