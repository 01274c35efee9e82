"""A course of the viewer as the parts of the start page show it."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from lms.courses.document import Mode
from lms.home.queries.stands import OwnCourse
from lms.home.tasks import Stand
from lms.home.views.wording import filled, said
from lms.kernel.documents import in_language
from lms.learning.rules.catalogue import CourseFacts
from lms.web.languages import locale


@dataclass(frozen=True, slots=True)
class Shown:
    """A course of the viewer: as it is stored, and as it stands."""

    own: OwnCourse
    stand: Stand

    @property
    def language(self) -> str:
        """The language it is read in here."""
        return self.own.version.document.language_for(locale())

    @property
    def title(self) -> str:
        """Its title."""
        return said(self.own.version.document.title, self.language)

    @property
    def url(self) -> str:
        """Its page."""
        return url_for("learning.course", slug=self.own.version.slug)

    @property
    def task_title(self) -> str:
        """Its title as a task."""
        if self.stand.is_short:
            return filled(_("Auffrischung: %(course)s"), course=self.title)
        return self.title


def stand_of(own: OwnCourse, today: dt.date) -> Stand:
    """How a course stands today, for the rules of tasks."""
    document, duty, begun = own.version.document, own.duty, own.begun
    facts = CourseFacts(
        course_id=own.version.course_id,
        title=in_language(document.title, document.language_for(locale())),
        has_duty=duty is not None and duty.has_duty,
        is_begun=begun is not None,
        status=duty.status if duty else None,
        due_on=duty.due_on if duty else None,
        minutes=own.minutes,
    )
    return Stand(
        facts=facts,
        grace_until=duty.grace_until if duty else None,
        has_evidence=own.evidence is not None,
        holds_today=own.evidence is not None and own.evidence.is_valid_on(today),
        is_short=own.mode is Mode.REFRESHER,
        is_waiting=own.goes_on is not None and own.goes_on.is_waiting,
    )
