"""/reminders/letters: reminders for people without an address, to be printed.

The officer prints them for the house, a supervisor for the team where the setting lets them know.
"""

import datetime as dt

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from lms.audit.looks import note_list
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.people.queries import find_organisation
from lms.reminders.exports import Letter, LetterCourse, letters_pdf
from lms.reminders.operations.printing import mark_printed
from lms.reminders.queries.letters import LetterLine, LetterRow, letters_waiting, teams_of
from lms.reminders.rules import LETTER_LINES, first_lines
from lms.reminders.views.blueprint import blueprint
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import require, requires, signed_in, viewer
from lms.web.languages import in_language, long_day


def _team_rows() -> list[LetterRow]:
    """The letters of the viewer's team; 404 or 403 as /team."""
    if house().settings.supervisor_digest != "names":
        raise NotFound
    require(viewer().has_team)
    session, today = db_session(), house().today()
    teams = teams_of(session, viewer().person_id, today=today)
    return letters_waiting(session, today=today, supervisor_ids=teams)


def _all_rows() -> list[LetterRow]:
    return letters_waiting(db_session(), today=house().today())


@blueprint.get("/reminders/letters")
@requires(Permission.SEE_REMINDERS)
def letters() -> str:
    """Who is to get a letter."""
    return _page(_all_rows(), "reminders.letters_file", "reminders.letters_printed")


@blueprint.get("/team/letters")
@signed_in
def team_letters() -> str:
    """The same for one's team."""
    return _page(_team_rows(), "reminders.team_letters_file", "reminders.team_letters_printed")


def _page(rows: list[LetterRow], file: str, printed: str) -> str:
    note_list(len(rows))
    return render_template(
        "reminders/letters.html",
        rows=rows,
        file_url=url_for(file),
        printed_url=url_for(printed),
        until=max((row.decided_at for row in rows), default=utc_now()).isoformat(),
        is_team=file == "reminders.team_letters_file",
        today=house().today(),
    )


@blueprint.get("/reminders/letters.pdf")
@requires(Permission.SEE_REMINDERS)
def letters_file() -> Response:
    """All of them as one PDF."""
    return _file(_all_rows())


@blueprint.get("/team/letters.pdf")
@signed_in
def team_letters_file() -> Response:
    """Those of one's team."""
    return _file(_team_rows())


def _file(rows: list[LetterRow]) -> Response:
    if not rows:
        raise NotFound
    note_list(len(rows))
    organisation = find_organisation(db_session())
    name = organisation.name if organisation else house().settings.organisation
    made = [_letter(row, name) for row in rows]
    # Setting them takes a second or two; nobody else waits for the database meanwhile.
    end_transaction()
    answer = make_response(letters_pdf(made))
    answer.headers["Content-Type"] = "application/pdf"
    file_name = f"erinnerungen-{house().today().isoformat()}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


def _letter(row: LetterRow, organisation: str) -> Letter:
    """One page in the person's language."""
    language = row.person.locale or house().settings.default_locale
    today = house().today()
    shown, more = first_lines(row.lines, LETTER_LINES)
    with force_locale(language):
        return Letter(
            language=language,
            title=_("Das ist gerade für dich fällig"),
            organisation=organisation,
            date=long_day(today),
            name=row.person.name,
            unit=row.person.unit.name,
            greeting=_("Hallo %(name)s,", name=row.person.first_name),
            lead=ngettext(
                "ein Kurs braucht dich. Weil wir keine E-\u2060Mail-Adresse von dir haben, die"
                " ankommt, steht es hier auf Papier.",
                "%(num)s Kurse brauchen dich. Weil wir keine E-\u2060Mail-Adresse von dir haben,"
                " die ankommt, steht es hier auf Papier.",
                len(row.lines),
            ),
            lines=tuple(
                LetterCourse(str(in_language(line.titles)), _when(line, today)) for line in shown
            ),
            more=ngettext("Und %(num)s weiterer Kurs.", "Und %(num)s weitere Kurse.", more)
            if more
            else "",
            how=_("So meldest du dich an"),
            steps=_steps(row),
            contact=_(
                "Du hast noch kein Passwort, oder etwas klappt nicht? Sprich die"
                " Digitalisierungsbeauftragten in deiner Einrichtung an. Sie helfen dir gern."
            ),
        )


def _steps(row: LetterRow) -> tuple[str, ...]:
    number = row.person.personnel_number
    who = (
        _("Gib deine Personalnummer ein: %(number)s", number=number)
        if number
        else _("Gib deine E-\u2060Mail-Adresse ein: %(address)s", address=row.person.email or "")
    )
    address = house().settings.base_url
    return (
        _("Öffne auf einem Computer oder Handy: %(address)s", address=address),
        who,
        _("Gib dein Passwort ein."),
        _("Auf der Startseite steht, was dran ist. Du kannst jederzeit unterbrechen."),
    )


def _when(line: LetterLine, today: dt.date) -> str:
    days = (today - line.due_on).days
    due = long_day(line.due_on)
    if days < 0:
        words = _("Fällig am %(day)s.", day=due)
    elif days == 0:
        words = _("Heute fällig.")
    elif today <= line.grace_until:
        words = _(
            "Fällig war der Kurs am %(day)s. Kulanz bis %(last)s.",
            day=due,
            last=long_day(line.grace_until),
        )
    else:
        words = ngettext(
            "Seit %(num)s Tag überfällig, fällig war der Kurs am %(day)s.",
            "Seit %(num)s Tagen überfällig, fällig war der Kurs am %(day)s.",
            days,
            day=due,
        )
    length = ngettext("Dauert etwa %(num)s Minute.", "Dauert etwa %(num)s Minuten.", line.minutes)
    return f"{words} {length}"


@blueprint.post("/reminders/letters/printed")
@requires(Permission.SEE_REMINDERS)
def letters_printed() -> ResponseReturnValue:
    """They were printed: the list empties."""
    return _printed(_all_rows(), "reminders.letters")


@blueprint.post("/team/letters/printed")
@signed_in
def team_letters_printed() -> ResponseReturnValue:
    """Those of one's team were printed."""
    return _printed(_team_rows(), "reminders.team_letters")


def _printed(rows: list[LetterRow], back: str) -> ResponseReturnValue:
    """Only what stood on the list when it was shown, which `until` says."""
    until = _instant(request.form.get("until", ""))
    stages = mark_printed(
        db_session(),
        [row.person.id for row in rows],
        until=until,
        actor=f"person:{viewer().person_id}",
        today=house().today(),
        now=utc_now(),
    )
    if stages:
        flash(_("Als gedruckt vermerkt. Beim nächsten Anlass stehen sie wieder hier."), "ok")
    return redirect(url_for(back))


def _instant(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error
    if found.tzinfo is None:
        raise NotFound
    return found
