"""What happens after a course, with real dates."""

import datetime as dt

from flask_babel import gettext as _

from lms.certifications.queries.duties import Duty
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.policy import RenewalBase
from lms.courses.document import Course, Mode, Practice
from lms.courses.lessons import lessons_for, minutes_of
from lms.learning.rules.afterwards import Afterwards, Terms, afterwards
from lms.learning.views.stand import Stand
from lms.learning.views.wording import date_words, minutes


def after_rows(stand: Stand) -> list[tuple[str, str, str]]:
    """Certificate, reminder and refresher with the dates that finishing today would give."""
    duty, document = stand.duty, stand.document
    has_duty = duty is not None and duty.has_duty
    terms = Terms(
        interval_months=duty.interval_months if duty and has_duty else document.validity_months,
        renewal_base=RenewalBase((duty and duty.renewal_base) or RenewalBase.EXPIRY),
        window_days=(duty and duty.window_days) or document.window_days,
        due_on=duty.due_on if duty else None,
        grace_until=duty.grace_until if duty else None,
    )
    dates = afterwards(
        terms, stand.facts, stand.evidence.dates if stand.evidence else None, today=stand.today
    )
    rows = [("award", _("Nachweis"), _certificate_words(stand, dates))]
    if dates.is_for_ever:
        return [*rows, ("refresh-cw", _("Auffrischung"), _("Einmal genügt."))]
    if dates.renew_from is not None:
        rows.append(("bell", _("Erinnerung"), _reminder_words(dates.renew_from, has_duty=has_duty)))
    return [*rows, ("refresh-cw", _("Auffrischung"), renewal_words(document))]


def _certificate_words(stand: Stand, dates: Afterwards) -> str:
    until = date_words(dates.valid_until) if dates.valid_until else None
    if dates.changes_nothing:
        if until is None:
            return str(_("Dein Nachweis bleibt, wie er ist."))
        return str(_("Dein Nachweis bleibt, wie er ist: gültig bis %(day)s.", day=until))
    asks_officer = any(
        isinstance(step.lesson, Practice) and step.lesson.confirmed_by == "officer"
        for step in stand.steps
    )
    when = (
        _("Als PDF, sobald deine Praxisaufgabe bestätigt ist.")
        if asks_officer
        else _("Sofort als PDF.")
    )
    if until is not None:
        how_long = _("Wirst du heute fertig, gilt er bis %(day)s.", day=until)
    elif dates.is_for_ever:
        how_long = _("Er gilt unbefristet.")
    else:
        how_long = _("Er gilt bis zum nächsten festen Stichtag.")
    return f"{when} {how_long}"


def _reminder_words(renew_from: dt.date, *, has_duty: bool) -> str:
    first = _("Ab dem %(day)s kannst du erneuern.", day=date_words(renew_from))
    second = _("Wir schreiben dir rechtzeitig.") if has_duty else ""
    return f"{first} {second}".strip()


def renewal_words(document: Course) -> str:
    """How long the next round takes."""
    short = lessons_for(document, Mode.REFRESHER)
    length = minutes(minutes_of(short))
    if len(short) < len(document.lessons):
        return str(
            _("Dauert dann nur %(minutes)s. Früh erneuern kostet keinen Tag.", minutes=length)
        )
    return str(_("Dauert dann wieder %(minutes)s.", minutes=length))


def certificate_facts(dates: EvidenceDates) -> list[tuple[str, str, str]]:
    """From when and until when a certificate holds, as facts."""
    until = date_words(dates.valid_until) if dates.valid_until else _("unbefristet")
    return [
        ("award", _("Gültig ab"), date_words(dates.valid_from)),
        ("calendar-days", _("Gültig bis"), until),
    ]


def next_rows(
    document: Course, duty: Duty | None, dates: EvidenceDates | None
) -> list[tuple[str, str, str]]:
    """What comes next once a course is finished."""
    has_duty = duty is not None and duty.has_duty
    if dates is None or dates.valid_until is None:
        return [("refresh-cw", _("Auffrischung"), _("Einmal genügt."))]
    window_days = (duty and duty.window_days) or document.window_days
    opens_on = (duty and duty.opens_on) or dates.valid_until - dt.timedelta(days=window_days)
    return [
        ("bell", _("Erinnerung"), _reminder_words(opens_on, has_duty=has_duty)),
        ("refresh-cw", _("Auffrischung"), renewal_words(document)),
    ]
