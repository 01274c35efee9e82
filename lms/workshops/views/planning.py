"""/workshops/new, /workshops/<id>/edit, publishing and calling off."""

import datetime as dt

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.courses.document import Course
from lms.courses.queries import list_published
from lms.kernel.clock import utc_now
from lms.kernel.documents import in_language as text_in
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.permissions import Permission
from lms.kernel.text import whole_number
from lms.people.rules import words_of
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import requires, viewer
from lms.web.ids import MOST_ID
from lms.web.languages import in_language, locale, spoken
from lms.workshops.forms import CallOffForm, WorkshopForm
from lms.workshops.operations import planning
from lms.workshops.queries.detail import Seen, find_people, get_managed, list_trainers
from lms.workshops.rules.words import MOST_DATES, Status
from lms.workshops.views.blueprint import blueprint
from lms.workshops.views.detail import refused
from lms.workshops.views.frame import frame

MOST_FOUND = 20


@blueprint.get("/workshops/new")
@requires(Permission.ORGANISE_WORKSHOPS)
def new() -> str:
    """The empty form."""
    form = WorkshopForm(data={"trainer": str(viewer().person_id)})
    return _form_page(form, None)


@blueprint.post("/workshops/new")
@requires(Permission.ORGANISE_WORKSHOPS)
def create() -> ResponseReturnValue:
    """Add a day, look for a trainer, or save a draft, published at once if asked for."""
    form = WorkshopForm()
    step = request.form.get("step", "save")
    if step in ("add", "find"):
        return _form_page(form, None)
    _prepare(form)
    if not form.validate():
        return _form_page(form, None), 422
    session, who, now = db_session(), viewer().person_id, utc_now()
    try:
        made = planning.create(session, form.plan(house().settings.time_zone), by=who, now=now)
        if step == "publish":
            planning.publish(session, made.id, by=who, now=now)
    except DomainError as error:
        end_transaction()
        form.form_errors.append(spoken(error))
        return _form_page(form, None), 422
    words = _("Der Termin ist veröffentlicht.") if step == "publish" else _("Entwurf gespeichert.")
    flash(words, "ok")
    return _to(made.id)


@blueprint.get("/workshops/<int:workshop_id>/edit")
@requires(Permission.ORGANISE_WORKSHOPS)
def edit(workshop_id: int) -> str:
    """The form with what is stored."""
    seen = _changeable(workshop_id)
    return _form_page(WorkshopForm(data=_stored(seen)), seen)


@blueprint.post("/workshops/<int:workshop_id>/edit")
@requires(Permission.ORGANISE_WORKSHOPS)
def change(workshop_id: int) -> ResponseReturnValue:
    """Add a day, look for a trainer, or save the changes."""
    seen, form = _changeable(workshop_id), WorkshopForm()
    step = request.form.get("step", "save")
    if step in ("add", "find"):
        return _form_page(form, seen)
    _prepare(form, seen)
    if not form.validate():
        return _form_page(form, seen), 422
    session, who, now = db_session(), viewer().person_id, utc_now()
    try:
        plan = form.plan(house().settings.time_zone)
        done = planning.change(session, workshop_id, plan, by=who, frame=frame(), now=now)
        if step == "publish":
            planning.publish(session, workshop_id, by=who, now=now)
    except DomainError as error:
        end_transaction()
        form.form_errors.append(spoken(error))
        return _form_page(form, _changeable(workshop_id)), 422
    flash(_changed_words(done), "ok")
    return _to(workshop_id)


@blueprint.post("/workshops/<int:workshop_id>/publish")
@requires(Permission.ORGANISE_WORKSHOPS)
def publish(workshop_id: int) -> ResponseReturnValue:
    """Offer a draft."""
    get_managed(db_session(), workshop_id, viewer())
    try:
        planning.publish(db_session(), workshop_id, by=viewer().person_id, now=utc_now())
    except DomainError as error:
        return refused(workshop_id, error)
    flash(_("Der Termin ist veröffentlicht."), "ok")
    return _to(workshop_id)


@blueprint.get("/workshops/<int:workshop_id>/cancel")
@requires(Permission.ORGANISE_WORKSHOPS)
def ask_to_call_off(workshop_id: int) -> str:
    """Who will be told."""
    return _call_off_page(CallOffForm(), _changeable(workshop_id))


@blueprint.post("/workshops/<int:workshop_id>/cancel")
@requires(Permission.ORGANISE_WORKSHOPS)
def call_off(workshop_id: int) -> ResponseReturnValue:
    """Call a session off and tell everybody on its lists."""
    seen, form = _changeable(workshop_id), CallOffForm()
    if not form.validate():
        return _call_off_page(form, seen), 422
    try:
        told = planning.call_off(
            db_session(),
            workshop_id,
            note=form.note.data or None,
            by=viewer().person_id,
            frame=frame(),
            now=utc_now(),
        )
    except DomainError as error:
        return refused(workshop_id, error)
    words = ngettext(
        "Der Termin ist abgesagt. %(num)s Person erfährt es.",
        "Der Termin ist abgesagt. %(num)s Personen erfahren es.",
        told,
    )
    flash(words if told else _("Der Termin ist abgesagt."), "ok")
    return _to(workshop_id)


def _changeable(workshop_id: int) -> Seen:
    seen = get_managed(db_session(), workshop_id, viewer())
    if seen.workshop.status not in (Status.DRAFT, Status.PUBLISHED):
        raise NotFound
    return seen


def _prepare(form: WorkshopForm, seen: Seen | None = None) -> int | None:
    """Fill in what can be chosen; how many people the search for a trainer found, None for none."""
    session, today = db_session(), house().today()
    courses = list_published(session)
    titles = {str(one.course_id): _title(one.document) for one in courses}
    if seen and seen.workshop.course_id and str(seen.workshop.course_id) not in titles:
        titles[str(seen.workshop.course_id)] = in_language(seen.course_titles or {})
    by_title = sorted(titles.items(), key=lambda one: one[1].casefold())
    form.course.choices = [("", _("keinen: ohne Nachweis")), *by_title]
    words = words_of(form.search.data or "")
    found = find_people(session, words, today=today, limit=MOST_FOUND) if words else []
    chosen = whole_number(str(form.trainer.data or ""), 1, MOST_ID)
    also = [viewer().person_id, *(one.id for one in found), *([chosen] if chosen else [])]
    form.trainer.choices = [
        (str(one.id), f"{one.last_name}, {one.first_name}")
        for one in list_trainers(session, today=today, also=also)
    ]
    return len(found) if words else None


def _title(course: Course) -> str:
    return text_in(course.title, course.language_for(locale()))


def _form_page(form: WorkshopForm, seen: Seen | None) -> str:
    is_added = request.form.get("step") == "add"
    if is_added and len(form.dates) < MOST_DATES:
        form.dates.append_entry()
    return render_template(
        "workshops/edit.html",
        form=form,
        seen=seen,
        found_count=_prepare(form, seen),
        can_add=len(form.dates) < MOST_DATES,
        is_added=is_added,
        is_draft=seen is None or seen.workshop.status == Status.DRAFT,
        people_count=seen.booked_count + seen.waiting_count if seen else 0,
    )


def _stored(seen: Seen) -> dict[str, object]:
    one, zone = seen.workshop, house().settings.time_zone
    return {
        "title_de": one.titles.get("de", ""),
        "title_en": one.titles.get("en", ""),
        "description_de": one.descriptions.get("de", ""),
        "description_en": one.descriptions.get("en", ""),
        "course": str(one.course_id or ""),
        "setting": one.setting,
        "method": one.method,
        "place": one.place,
        "online_url": one.online_url,
        "trainer": str(one.trainer_id),
        "capacity": one.capacity,
        "signup_opens_on": one.signup_opens_on,
        "signup_closes_on": one.signup_closes_on,
        "cancel_until": one.cancel_until,
        "min_minutes": one.min_minutes,
        "dates": [
            {
                "id": str(date.id),
                "day": date.starts_at.astimezone(zone).date(),
                "starts": _wall(date.starts_at.astimezone(zone)),
                "ends": _wall(date.ends_at.astimezone(zone)),
                "place": date.place,
                "is_cancelled": date.is_cancelled,
            }
            for date in seen.dates
        ],
    }


def _wall(local: dt.datetime) -> dt.time:
    return local.time().replace(second=0, microsecond=0)


def _changed_words(done: planning.Changed) -> str:
    words = [_("Der Termin ist gespeichert.")]
    if done.told:
        told = ngettext(
            "%(num)s Person erfährt von der Änderung.",
            "%(num)s Personen erfahren von der Änderung.",
            done.told,
        )
        words.append(told)
    if done.promoted:
        moved = ngettext(
            "%(num)s Person ist nachgerückt.",
            "%(num)s Personen sind nachgerückt.",
            len(done.promoted),
        )
        words.append(moved)
    return " ".join(words)


def _call_off_page(form: CallOffForm, seen: Seen) -> str:
    return render_template(
        "workshops/call_off.html",
        form=form,
        seen=seen,
        one=seen.workshop,
        title=in_language(seen.workshop.titles),
        people_count=seen.booked_count + seen.waiting_count,
    )


def _to(workshop_id: int) -> ResponseReturnValue:
    return redirect(url_for("workshops.workshop", workshop_id=workshop_id))
