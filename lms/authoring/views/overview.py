"""/authoring/: all courses as those who write them see them."""

import datetime as dt
from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.authoring.queries import Written, list_written
from lms.authoring.views.blueprint import blueprint
from lms.authoring.views.wording import (
    change_lines,
    kind_counts,
    languages_in_words,
    minutes,
    month_words,
    next_review,
    question_count,
    said,
)
from lms.courses.lessons import minutes_of
from lms.kernel.permissions import Permission
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.languages import day, locale


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCard:
    """A course in the list."""

    url: str
    title: str
    version: str
    length: str
    kinds: str
    owner: str
    languages: str
    review: str
    is_review_due: bool
    changes: list[str]


@blueprint.get("/authoring/")
@requires(Permission.AUTHOR_COURSES)
def courses() -> str:
    """Every course with its newest version; what is to be reviewed first stands first."""
    today = house().today()
    found = sorted(list_written(db_session()), key=next_review)
    return render_template(
        "authoring/courses.html",
        cards=[_card(one, today) for one in found],
        due=sum(next_review(one) <= today for one in found),
    )


def _card(one: Written, today: dt.date) -> CourseCard:
    course, version = one.published.document, one.newest
    language = course.language_for(locale())
    questions = question_count(course)
    return CourseCard(
        url=url_for("authoring.course", slug=one.published.slug),
        title=said(course.title, language),
        version=_(
            "Fassung %(number)s vom %(day)s", number=version.number, day=day(version.published_on)
        ),
        length=minutes(minutes_of(course.lessons)),
        kinds=f"{kind_counts(course)}, " + ngettext("%(num)s Frage", "%(num)s Fragen", questions),
        owner=said(course.owner, language),
        languages=languages_in_words(course),
        review=month_words(next_review(one)),
        is_review_due=next_review(one) <= today,
        changes=change_lines(version, course),
    )
