"""/reminders/holds: what waits after an import or a bulk change, and letting it go."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from lms.audit.looks import note_list
from lms.certifications.models import Batch
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.kernel.text import whole_number
from lms.people.calendar import WorkingCalendar
from lms.reminders.operations.releasing import AlreadyReleased, NobodyChosen, release
from lms.reminders.queries.holding import (
    HeldPerson,
    SendDay,
    count_mails,
    get_waiting,
    list_held,
    send_day,
)
from lms.reminders.queries.holds import Hold, list_holds
from lms.reminders.queries.totals import day_totals
from lms.reminders.rules import usual_total
from lms.reminders.views.blueprint import blueprint
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.ids import MOST_ID
from lms.web.languages import long_day, spoken
from lms.web.paging import Page, page_number

ROWS = 100


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A batch with the number of mails that its release brings about."""

    hold: Hold
    mails: int


def cause(kind: str) -> str:
    """Why rounds wait, as one sentence."""
    words = {
        "people": _("Eine Personalliste hat Fristen fällig gemacht."),
        "evidence": _("Eine Nachweisliste hat Fristen fällig gemacht."),
        "absences": _("Eine Abwesenheitsliste hat Fristen fällig gemacht."),
        "requirements": _("Eine neue oder geänderte Pflicht hat Fristen fällig gemacht."),
        "policy": _("Eine Regel, die sofort gilt, hat Fristen fällig gemacht."),
        "breaker": _(
            "An einem Tag wären ungewöhnlich viele E-\u2060Mails auf einmal rausgegangen."
        ),
    }
    return str(words[kind])


def _send_day(session: Session) -> SendDay:
    settings = house().settings
    return send_day(
        session,
        now=utc_now(),
        zone=settings.time_zone,
        tells_supervisor=settings.supervisor_digest == "names",
    )


def mails_of_first(holds: Sequence[Hold]) -> int:
    """How many mails the oldest batch brings about; nothing is asked where none waits."""
    if not holds:
        return 0
    session = db_session()
    return count_mails(list_held(session, holds[0].batch_id, _send_day(session)))


def usual(calendar: WorkingCalendar) -> int:
    """How many mails a working day brings."""
    return usual_total(day_totals(db_session(), house().today(), calendar))


@blueprint.get("/reminders/holds")
@requires(Permission.SEE_REMINDERS)
def holds() -> str:
    """Everything that waits for release."""
    session = db_session()
    send = _send_day(session)
    rows = [
        WaitingRow(one, count_mails(list_held(session, one.batch_id, send)))
        for one in list_holds(session)
    ]
    note_list(sum(len(row.hold.sample) for row in rows))
    return render_template(
        "reminders/holds.html",
        rows=rows,
        cause=cause,
        send_on=send.day,
        usual=usual(send.calendar),
    )


@blueprint.get("/reminders/holds/<int:batch_id>")
@requires(Permission.SEE_REMINDERS)
def hold(batch_id: int) -> str:
    """Whose mail a batch holds back: rows to check, and the button that lets them go."""
    session = db_session()
    batch, send = get_waiting(session, batch_id), _send_day(session)
    return _page(batch, list_held(session, batch_id, send), send)


def _page(
    batch: Batch,
    people: list[HeldPerson],
    send: SendDay,
    *,
    chosen: frozenset[int] | None = None,
    problem: str | None = None,
) -> str:
    session, number = db_session(), page_number()
    page = Page(people[(number - 1) * ROWS : number * ROWS], number, len(people), ROWS)
    if number > page.count:
        raise NotFound
    going = [one for one in page.rows if chosen is None or one.person_id in chosen]
    note_list(len(page.rows))
    return render_template(
        "reminders/hold.html",
        batch=batch,
        made_by=_maker(session, batch.id),
        cause=cause,
        page=page,
        going={one.person_id for one in going},
        mails=count_mails(going),
        all_mails=count_mails(people),
        people_with_mail=sum(one.silence is None for one in people),
        usual=usual(send.calendar),
        send_on=send.day,
        problem=problem,
        today=house().today(),
    )


def _maker(session: Session, batch_id: int) -> str | None:
    return next((one.made_by for one in list_holds(session) if one.batch_id == batch_id), None)


@blueprint.post("/reminders/holds/<int:batch_id>/release")
@requires(Permission.SEE_REMINDERS)
def release_hold(batch_id: int) -> ResponseReturnValue:
    """Let a batch go, or the chosen part of it: the next sweep plans its rounds.

    The button named a number of mails; when another one would follow by now, nothing is released
    and the page shows the new number.
    """
    session, who = db_session(), viewer().person_id
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFound
    if batch.released_at is not None:
        raise AlreadyReleased
    send = _send_day(session)
    people = list_held(session, batch_id, send)
    chosen = None if request.form.get("all") == "yes" else _chosen()
    going = [one for one in people if chosen is None or one.person_id in chosen]
    mails = count_mails(going)
    if going and request.form.get("mails", str(mails)) != str(mails):
        words = ngettext(
            "Mit dieser Auswahl geht %(num)s E-\u2060Mail raus. Noch ist nichts freigegeben.",
            "Mit dieser Auswahl gehen %(num)s E-\u2060Mails raus. Noch ist nichts freigegeben.",
            mails,
        )
        return _page(batch, people, send, chosen=chosen, problem=words), 409
    try:
        count = release(
            session,
            batch_id,
            actor=f"person:{who}",
            released_by=who,
            today=house().today(),
            now=utc_now(),
            person_ids=chosen,
        )
    except NobodyChosen as error:
        return _page(batch, people, send, chosen=chosen, problem=spoken(error)), error.status
    flash(_released_words(count, send), "ok")
    is_more = len(going) < len(people)
    return redirect(
        url_for("reminders.hold", batch_id=batch_id) if is_more else url_for("reminders.holds")
    )


def _chosen() -> frozenset[int]:
    found = (whole_number(text, 1, MOST_ID) for text in request.form.getlist("person"))
    return frozenset(one for one in found if one is not None)


def _released_words(count: int, send: SendDay) -> str:
    released = ngettext(
        "%(num)s Frist ist freigegeben.", "%(num)s Fristen sind freigegeben.", count
    )
    return f"{released} " + str(_("Die Post geht am %(day)s raus.", day=long_day(send.day)))
