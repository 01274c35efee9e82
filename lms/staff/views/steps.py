"""Form, preview, saved: the two steps that every deed on a person goes through."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lms.kernel.permissions import Permission, may
from lms.people.models import Person
from lms.staff.faults import OwnRecord
from lms.staff.operations.previewing import Becomes, Deed, Effect, hold, preview
from lms.staff.queries.people import fingerprint, get_master_data
from lms.web.db import db_session, house
from lms.web.forms import BaseForm
from lms.web.guard import viewer
from lms.workshops.rules.words import Frame

PREVIEW, SAVE, EDIT, FIND = "preview", "save", "edit", "find"


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of a person that changes."""

    term: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a preview says: the result as heading, what else to know, the word on the button.

    `action` is where the form goes, `back` where "Abbrechen" leads; without `can_edit` there is
    no form to go back to. For merging: both entries as `sides`, where to `swap` them, and what to
    `confirm` by a tick, since it cannot be undone.
    """

    title: str
    lead: str
    button: str
    action: str
    back: str
    person: Person | None = None
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    can_edit: bool = True
    sides: tuple[dict[str, object], ...] = ()
    swap: tuple[str, str] | None = None
    confirm: str | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Where to go and what to say once the deed is made."""

    message: str
    url: Callable[[Collection[int]], str]


def step() -> str:
    """Which button was pressed; the return key asks for the preview."""
    return request.form.get("step", PREVIEW)


def actor() -> str:
    """Who acts, for the log."""
    return f"person:{viewer().person_id}"


def frame() -> Frame:
    """How those who must hear of it are written to."""
    settings = house().settings
    return Frame(settings.time_zone, settings.mail_domain, settings.default_locale)


def held_person(person_id: int) -> Person:
    """A person whom the viewer may change, with unit and roles; OwnRecord for oneself."""
    if person_id == viewer().person_id:
        raise OwnRecord
    return present_person(person_id)


def present_person(person_id: int) -> Person:
    """A person with unit and roles; while something is saved nobody else changes them."""
    if request.method == "POST" and step() == SAVE:
        hold(db_session(), person_id)
    return get_master_data(db_session(), person_id)


def preview_or_save(
    words: Callable[[Effect], Words],
    form: BaseForm,
    deed: Deed,
    done: Done,
    *,
    person: Person | None = None,
    shown: Deed | None = None,
    stand: str = "",
    is_confirmed: bool = True,
) -> ResponseReturnValue:
    """Show what the deed would do, or make it if it still does what was shown.

    `shown` is what the preview plays, where more follows later than the deed does today; `stand`
    says what else must be as it was shown. Faults come through: the view shows its form again.
    """
    session = db_session()
    ids = [person.id] if person else []
    stand += fingerprint(person) if person else ""
    found = preview(session, ids, shown or deed, today=house().today())
    if person:
        # The savepoint was taken back and with it what was loaded.
        get_master_data(session, person.id)
    digest = hashlib.sha256((found.digest + stand).encode()).hexdigest()[:32]
    is_as_shown = step() != SAVE or request.form.get("digest") == digest
    if step() == SAVE and is_as_shown and is_confirmed:
        touched = deed()
        flash(done.message, "ok")
        return redirect(done.url(touched))
    shown_words = words(found)
    page = render_template(
        "staff/preview.html",
        words=shown_words,
        effect=found,
        counts={one.value: found.count(one) for one in Becomes},
        shows_duties=may(viewer(), Permission.SEE_STATUS),
        digest=digest,
        typed=[*typed(form), *shown_words.hidden],
        has_changed=not is_as_shown,
        lacks_tick=is_as_shown and not is_confirmed,
    )
    if not is_as_shown:
        return page, 409
    return page if is_confirmed else (page, 422)


def typed(form: BaseForm) -> list[tuple[str, str]]:
    """Everything that was typed, to be sent again with the next step."""
    names = {field.name for field in form}
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name in names and name not in ("csrf_token", "search", "confirmed")
    ]
