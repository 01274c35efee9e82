"""What each role can do today, above one's own part: a desk for each role that has one."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.certifications.months import add_months
from lms.courses import queries as courses
from lms.courses.published import Published
from lms.home.queries.desk import Pile, Piles, count_piles
from lms.home.queries.mails import next_mails
from lms.home.views.wording import Tag, filled, month_words, said
from lms.kernel.clock import local_date, utc_now
from lms.kernel.viewer import Role, Viewer
from lms.outbox.rules import State
from lms.staff.rules import Need
from lms.web.db import db_session, house
from lms.web.languages import locale, long_day, short_day

# The system stands on a higher floor and hands down how to ask it: None when all is well.
STANDSTILL = "lms_standstill"
_Ask = Callable[[Session, dt.datetime], str | None]


@dataclass(frozen=True, slots=True)
class DeskRow:
    """Something to look at or to do, with its number."""

    url: str
    title: str
    meta: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class Desk:
    """What one role can do today."""

    title: str
    rows: list[DeskRow]


def desks_of(who: Viewer) -> list[Desk]:
    """The desks of somebody's roles, in the order of the roles; none for employees."""
    officer, administrator = who.is_a(Role.OFFICER), who.is_a(Role.ADMINISTRATOR)
    piles = Piles({})
    if officer or administrator:
        piles = count_piles(
            db_session(),
            person_id=who.person_id,
            today=house().today(),
            is_officer=officer,
            is_administrator=administrator,
        )
    desks = []
    if administrator and piles.of("people").count == 1:
        desks.append(Desk(_("Erste Schritte"), _first_steps(is_officer=officer)))
    if officer:
        desks.append(Desk(_("Im Haus"), _officer_rows(piles)))
    if who.is_a(Role.AUTHOR):
        desks.append(Desk(_("Kurse bearbeiten"), [_author_row()]))
    if administrator:
        rows = _administrator_rows(piles)
        if piles.of("proofs").count and not officer:
            rows.append(_proofs_row(piles.of("proofs")))
        desks.append(Desk(_("System"), rows))
    return desks


def _first_steps(*, is_officer: bool) -> list[DeskRow]:
    """What whoever is alone in a new house does, in the order in which it is of use."""
    steps = [
        ("organisation.overview", _("Haus einrichten"), _("Name, Ansprechpersonen, Schließtage")),
        ("lists.people", _("Personalliste hochladen"), _("eine Datei aus Excel, mit Vorschau")),
    ]
    if is_officer:
        text = _("wer welchen Kurs braucht und wie oft")
        steps.append(("reminders.new_requirement", _("Pflicht anlegen"), text))
    steps.append(
        ("staff.access", _("Zugänge vergeben"), _("Einladung per E-\u2060Mail oder Brief"))
    )
    return [
        DeskRow(url_for(endpoint), title, text, Tag("none", _("Schritt %(num)s", num=number)))
        for number, (endpoint, title, text) in enumerate(steps, 1)
    ]


def _officer_rows(piles: Piles) -> list[DeskRow]:
    rows = [
        _need_row(Need.OVERDUE, piles.of(Need.OVERDUE), Tag("exp", "")),
        _need_row(Need.DUE, piles.of(Need.DUE), Tag("soon", "")),
    ]
    if piles.of("reports").count:
        rows.append(_reports_row(piles.of("reports")))
    if piles.of("proofs").count:
        rows.append(_proofs_row(piles.of("proofs")))
    if piles.of("held").count:
        rows.append(_held_row(piles.of("held")))
    if piles.of("letters").count:
        rows.append(_letters_row(piles.of("letters")))
    rows.append(_mails_row())
    rows += [
        _stuck_row(state, piles.of(state))
        for state in (State.FAILED, State.UNCERTAIN)
        if piles.of(state).count
    ]
    return rows


def _need_row(need: Need, pile: Pile, look: Tag) -> DeskRow:
    titles = {Need.OVERDUE: _("Überfällig"), Need.DUE: _("Läuft bald ab")}
    texts = {
        Need.OVERDUE: _("Nachweis abgelaufen oder Frist vorbei"),
        Need.DUE: _("Nachweis gilt noch und kann erneuert werden"),
    }
    words = ngettext("%(num)s Person", "%(num)s Personen", pile.count)
    return DeskRow(
        url_for("staff.progress", status=need.value),
        titles[need],
        texts[need],
        Tag(look.key, words) if pile.count else Tag("ok", _("Niemand")),
    )


def _reports_row(pile: Pile) -> DeskRow:
    since = _local(pile.since)
    return DeskRow(
        url_for("learning.reports"),
        _("Praxisberichte"),
        _("der älteste wartet seit %(day)s", day=since) if since else "",
        Tag("run", ngettext("%(num)s wartet", "%(num)s warten", pile.count), "hourglass"),
    )


def _proofs_row(pile: Pile) -> DeskRow:
    since = _local(pile.since)
    return DeskRow(
        url_for("certifications.pending"),
        _("Nachweise von außerhalb"),
        _("der älteste wartet seit %(day)s", day=since) if since else "",
        Tag("run", ngettext("%(num)s wartet", "%(num)s warten", pile.count), "hourglass"),
    )


def _held_row(pile: Pile) -> DeskRow:
    return DeskRow(
        url_for("reminders.holds"),
        _("Zurückgehaltene Erinnerungen"),
        _("nach einem Import oder einer Änderung, du gibst sie frei"),
        Tag("soon", ngettext("%(num)s Person", "%(num)s Personen", pile.count), "hourglass"),
    )


def _letters_row(pile: Pile) -> DeskRow:
    return DeskRow(
        url_for("reminders.letters"),
        _("Erinnerungen als Brief"),
        _("für Personen ohne E-\u2060Mail-Adresse, du druckst sie"),
        Tag("soon", ngettext("%(num)s Person", "%(num)s Personen", pile.count), "printer"),
    )


def _mails_row() -> DeskRow:
    found = next_mails(
        db_session(),
        today=house().today(),
        tells_supervisor=house().settings.supervisor_digest == "names",
    )
    words = ngettext("%(num)s E-\u2060Mail", "%(num)s E-\u2060Mails", found.count)
    return DeskRow(
        url_for("reminders.overview"),
        _("Nächste Erinnerungen"),
        _("am %(day)s", day=long_day(found.send_on)),
        Tag("run", words, "mail") if found.count else Tag("none", _("Keine Post"), "mail"),
    )


def _stuck_row(state: State, pile: Pile) -> DeskRow:
    titles = {
        State.FAILED: _("E-\u2060Mails, die nicht ankamen"),
        State.UNCERTAIN: _("E-\u2060Mails, deren Zustellung unsicher ist"),
    }
    looks = {State.FAILED: ("exp", "circle-x"), State.UNCERTAIN: ("soon", "circle-question-mark")}
    key, picture = looks[state]
    words = ngettext("%(num)s E-\u2060Mail", "%(num)s E-\u2060Mails", pile.count)
    return DeskRow(
        url_for("outbox.overview", state=state.value),
        titles[state],
        _("Der Postausgang sagt, woran es lag und was hilft"),
        Tag(key, words, picture),
    )


def _author_row() -> DeskRow:
    found = courses.list_published(db_session())
    words = ngettext("%(num)s Kurs", "%(num)s Kurse", len(found))
    first = min(found, key=next_review, default=None)
    tag = Tag("none", words, "book-open")
    if first is not None and next_review(first) <= house().today():
        tag = Tag("soon", _("Prüfung fällig"))
    return DeskRow(
        url_for("authoring.courses"),
        _("Veröffentlichte Kurse"),
        _review_words(first) if first else _("Noch keiner"),
        tag,
    )


def next_review(course: Published) -> dt.date:
    """The day by which somebody should have read a course again."""
    return add_months(course.published_on, course.document.review_months)


def _review_words(course: Published) -> str:
    language = course.document.language_for(locale())
    return filled(
        _("als Nächstes zu prüfen: %(course)s, %(month)s"),
        course=said(course.document.title, language),
        month=month_words(next_review(course)),
    )


def _administrator_rows(piles: Piles) -> list[DeskRow]:
    ask: _Ask = current_app.extensions[STANDSTILL]
    trouble = ask(db_session(), utc_now())
    mailbox, people = piles.of("mailbox").count, piles.of("people").count
    rows = [
        DeskRow(
            url_for("system.overview"),
            trouble or _("Alles läuft."),
            _("Aufgaben im Hintergrund, Versand, Einstellungen"),
            Tag("exp", _("Steht still")) if trouble else Tag("ok", _("In Ordnung")),
        ),
        DeskRow(
            url_for("staff.people"),
            _("Personen"),
            _("Stammdaten, Bereiche und Rollen"),
            Tag("none", ngettext("%(num)s Person", "%(num)s Personen", people), "users"),
        ),
    ]
    if mailbox or house().settings.smtp_host is None:
        count = ngettext(
            "%(count)s E-\u2060Mail", "%(count)s E-\u2060Mails", mailbox, count=_number(mailbox)
        )
        rows.append(
            DeskRow(
                url_for("outbox.mailbox"),
                _("Lokales Postfach"),
                _("ohne Mailserver landet alle Post hier"),
                Tag("none", count, "mail"),
            )
        )
    return rows


def _number(count: int) -> str:
    return str(format_decimal(count))


def _local(instant: dt.datetime | None) -> str:
    if instant is None:
        return ""
    settings = house().settings
    return short_day(local_date(instant, settings.time_zone), house().today())
