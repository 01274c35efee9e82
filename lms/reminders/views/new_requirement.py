"""/requirements/new: the form, its preview, and saving exactly what the preview said."""

import datetime as dt
from dataclasses import dataclass, replace

from babel.dates import format_date
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.audit.looks import note_list
from lms.certifications.months import add_months
from lms.certifications.operations.requiring import RequirementExists, Wish
from lms.certifications.rules.cycles import next_cycle
from lms.certifications.rules.evidence import EvidenceDates, first_evidence
from lms.certifications.rules.policy import (
    MAX_DAYS,
    PolicyValues,
    RenewalBase,
    policy_with_defaults,
)
from lms.certifications.rules.renewal import renew
from lms.certifications.rules.status import Status
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError
from lms.kernel.permissions import Permission
from lms.kernel.text import whole_number
from lms.people.calendar import WorkingCalendar
from lms.people.models import Person
from lms.people.queries import list_jobs, list_unit_sizes, working_calendar
from lms.people.rules import words_of
from lms.reminders.forms import STAGE_CHOICES, RequirementForm
from lms.reminders.operations.requiring import Consequences, Order, preview_requirement, require
from lms.reminders.plan import planned_day
from lms.reminders.queries.choosing import CourseChoice, find_people, list_courses, list_people
from lms.reminders.queries.requirements import ForWhom, list_rules_of_course
from lms.reminders.rules import RemindedCycle
from lms.reminders.views.blueprint import blueprint
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.ids import MOST_ID
from lms.web.languages import in_language, locale, spoken, table_day
from lms.web.paging import PAGE_SIZE

MOST_FOUND = 20
MOST_CHOSEN = 500
_EXAMPLE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers, with the numbers of people beside it; keys as the form sends them."""

    courses: dict[int, CourseChoice]
    unit_names: dict[str, str]
    unit_sizes: dict[str, int]
    job_sizes: dict[str, int]
    people: dict[str, Person]
    found_count: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a preview: people by how they stand afterwards."""

    people: int
    valid: int
    open: int
    open_until: dt.date | None
    late: int
    new_dates: int


@blueprint.get("/requirements/new")
@requires(Permission.CHANGE_REQUIREMENTS)
def new_requirement() -> str:
    """The empty form."""
    form = RequirementForm()
    return _form_page(form, _prepare(form))


@blueprint.post("/requirements/new")
@requires(Permission.CHANGE_REQUIREMENTS)
def create_requirement() -> ResponseReturnValue:
    """Look for people, show what would happen, or save what was shown."""
    form = RequirementForm()
    choices = _prepare(form)
    step = request.form.get("step", "preview")
    if step in ("find", "edit"):
        return _form_page(form, choices)
    if not form.validate():
        return _form_page(form, choices), 422
    try:
        return _save(form, choices) if step == "save" else _preview(form, choices)
    except DomainError as error:
        if step == "save" and isinstance(error, RequirementExists) and error.is_same:
            # A second click: what it asks for is in force.
            flash(_("Diese Pflicht ist schon gespeichert."), "note")
            return redirect(url_for("reminders.requirement", requirement_id=error.requirement_id))
        form.form_errors.append(spoken(error))
        return _form_page(form, choices), 422


def _preview(form: RequirementForm, choices: Choices) -> ResponseReturnValue:
    wish = _wish(form)
    return _preview_page(form, choices, preview_requirement(db_session(), wish, _order()))


def _save(form: RequirementForm, choices: Choices) -> ResponseReturnValue:
    done = require(db_session(), _wish(form), _order())
    if request.form.get("digest") != done.digest:
        # The status rolls back what was just done.
        return _preview_page(form, choices, done, has_changed=True), 409
    count = len(done.effects)
    flash(
        ngettext(
            "Die Pflicht gilt ab heute für %(num)s Person.",
            "Die Pflicht gilt ab heute für %(num)s Personen.",
            count,
        )
        if count
        else _("Die Pflicht gilt ab heute. Zurzeit betrifft sie niemanden."),
        "ok",
    )
    return redirect(url_for("reminders.requirement", requirement_id=done.requirement_id))


def _wish(form: RequirementForm) -> Wish:
    return Wish(course_id=int(form.course.data), scope=form.scope(), policy=form.policy())


def _order() -> Order:
    return Order(house().today(), utc_now(), viewer().person_id)


def _prepare(form: RequirementForm) -> Choices:
    """Fill in what can be chosen; people are those chosen so far and those just found."""
    session, today = db_session(), house().today()
    courses = {one.course_id: one for one in list_courses(session)}
    by_title = sorted(courses.values(), key=lambda one: in_language(one.titles).casefold())
    form.course.choices = {str(one.course_id): in_language(one.titles) for one in by_title}
    sizes = list_unit_sizes(session, today=today)
    form.units.choices = {str(one.unit.id): one.unit.name for one in sizes}
    jobs = list_jobs(session, today=today)
    form.jobs.choices = {job: job for job, _count in jobs}
    words = words_of(form.search.data or "")
    chosen = list_people(session, _chosen_ids(form), today=today)
    found = find_people(session, words, today=today, limit=MOST_FOUND) if words else []
    shown = {person.id: person for person in (*chosen, *found)}
    form.people.choices = {str(person.id): person.name for person in shown.values()}
    form.stages.choices = {str(one): stage_words(one) for one in offered_stages(form)}
    return Choices(
        courses=courses,
        unit_names={str(one.unit.id): one.unit.name for one in sizes},
        unit_sizes={str(one.unit.id): one.people_count for one in sizes},
        job_sizes=dict(jobs),
        people={str(person.id): person for person in shown.values()},
        found_count=len(found) if words else None,
    )


def _chosen_ids(form: RequirementForm) -> list[int]:
    ids = [whole_number(one, 1, MOST_ID) for one in (form.people.data or ())[:MOST_CHOSEN]]
    return [one for one in ids if one is not None]


def offered_stages(form: RequirementForm) -> list[int]:
    """The usual moments and the one that was typed."""
    typed = form.extra_stage.data
    offered = set(STAGE_CHOICES)
    if typed is not None and 0 <= typed <= MAX_DAYS:
        offered.add(-typed)
    return sorted(offered)


def stage_words(stage: int) -> str:
    """A moment in words: so many days before the due date, or on it."""
    if stage == 0:
        return str(_("Am Tag der Frist"))
    return str(ngettext("%(num)s Tag vorher", "%(num)s Tage vorher", -stage))


def _form_page(form: RequirementForm, choices: Choices) -> str:
    today = house().today()
    due_on = today + dt.timedelta(days=_EXAMPLE_DAYS)
    calendar = working_calendar(db_session(), years=range(today.year - 1, today.year + 2))
    return render_template(
        "reminders/new_requirement.html",
        form=form,
        choices=choices,
        bases=_base_words(today),
        example_due_on=due_on,
        stage_days=_stage_days(form, due_on, calendar),
    )


def _stage_days(
    form: RequirementForm, due_on: dt.date, calendar: WorkingCalendar
) -> dict[str, str]:
    """The real day of each offered stage for a due date, weekends and holidays considered."""
    stages = offered_stages(form)
    example = RemindedCycle(
        opens_on=due_on - dt.timedelta(days=365),
        due_on=due_on,
        grace_until=due_on,
        stages=tuple(stages),
    )
    days = {stage: planned_day(stage, example, calendar) for stage in (*stages, 7)}
    return {str(stage): _brief(day) for stage, day in days.items()}


def _brief(day: dt.date) -> str:
    """Fr., 30.10. or Fri 30 Oct: under the rungs there is little room."""
    if locale() == "de":
        return str(format_date(day, "EEE d.M.", locale="de_DE")).replace(" ", ", ")
    return str(format_date(day, "EEE d MMM", locale="en_GB"))


def _base_words(today: dt.date) -> dict[str, str]:
    """What each base means, by the example of a proof that is renewed a month before its end."""
    found = {}
    for base in RenewalBase:
        values = PolicyValues(renewal_base=base)
        if base is RenewalBase.FIXED:
            values["fixed_month"], values["fixed_day"] = 12, 31
        policy = policy_with_defaults(**values)
        ends_on = add_months(today, 3)
        old = replace(first_evidence(policy, add_months(ends_on, -12)), valid_until=ends_on)
        renewed_on = add_months(ends_on, -1)
        new = renew(policy, old, next_cycle(policy, old), renewed_on)
        until = new.valid_until if isinstance(new, EvidenceDates) else None
        found[base.value] = _(
            "Beispiel: gültig bis %(old)s, erneuert am %(day)s, danach gültig bis %(new)s.",
            old=table_day(ends_on),
            day=table_day(renewed_on),
            new=table_day(until or ends_on),
        )
    return found


def _preview_page(
    form: RequirementForm, choices: Choices, done: Consequences, *, has_changed: bool = False
) -> str:
    wish = _wish(form)
    rules = list_rules_of_course(db_session(), wish.course_id)
    note_list(len(done.effects[:PAGE_SIZE]))
    return render_template(
        "reminders/preview_requirement.html",
        course=choices.courses[wish.course_id],
        for_whom=_for_whom(form, choices),
        policy=wish.policy,
        done=done,
        shown=done.effects[:PAGE_SIZE],
        figures=_figures(done),
        others=[one for one in rules if one.requirement_id != done.requirement_id],
        typed=_typed(form),
        has_changed=has_changed,
        today=house().today(),
    )


def _figures(done: Consequences) -> Figures:
    open_ = [effect for effect in done.effects if effect.status is Status.OPEN]
    days = [effect.due_on for effect in open_ if effect.due_on]
    return Figures(
        people=len(done.effects),
        valid=done.count(Status.VALID, Status.DUE),
        open=len(open_),
        open_until=max(days, default=None),
        late=done.count(Status.OVERDUE, Status.GRACE),
        new_dates=sum(effect.is_new_date for effect in done.effects),
    )


def _for_whom(form: RequirementForm, choices: Choices) -> ForWhom:
    if form.scope().everyone:
        return ForWhom(everyone=True)
    return ForWhom(
        units=tuple(choices.unit_names[one] for one in form.units.data or ()),
        jobs=tuple(form.jobs.data or ()),
        people=len(form.people.data or ()),
    )


def _typed(form: RequirementForm) -> list[tuple[str, str]]:
    """Everything that was typed, to be sent again with the next step."""
    names = {field.name for field in form}
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name in names and name not in ("csrf_token", "search")
    ]
