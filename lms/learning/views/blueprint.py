"""The one blueprint of learning; each page registers its addresses on it."""

import datetime as dt

from flask import Blueprint

from lms.kernel.clock import local_date
from lms.web.db import house

blueprint = Blueprint("learning", __name__)


@blueprint.app_template_filter("local_day")
def local_day(instant: dt.datetime) -> dt.date:
    """The calendar day of an instant in the organisation's zone."""
    return local_date(instant, house().settings.time_zone)
