"""Forms of practice tasks: the report, and the officer's word on it."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from lms.web.forms import BaseForm


class ReportForm(BaseForm):
    """What somebody writes about a practice task; the rules say how long it may be."""

    text = TextAreaField(_l("Dein Bericht"))


class CommentForm(BaseForm):
    """What is missing in a report that is given back."""

    comment = TextAreaField(_l("Was noch fehlt"))
