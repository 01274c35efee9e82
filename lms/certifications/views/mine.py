"""My certificates: how each course stands, every certificate there ever was, what is missing."""

import datetime as dt
from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certifications.months import months_between
from lms.certifications.queries.certificates import CertificateRow, list_certificates
from lms.certifications.queries.duties import Duty
from lms.certifications.queries.external import list_own
from lms.certifications.queries.outlooks import Holding, list_holdings
from lms.certifications.rules.outlook import Outlook
from lms.certifications.rules.policy import RenewalBase
from lms.certifications.rules.status import Status
from lms.certifications.views.blueprint import blueprint
from lms.certifications.views.wording import (
    Tag,
    history_tag,
    holding_sentence,
    holding_tag,
    is_current,
    may_renew_soon,
    minutes,
    plain,
    said,
    way_of,
)
from lms.courses.document import Mode
from lms.courses.lessons import lessons_for, minutes_of
from lms.kernel.domain import NotFound
from lms.web.db import db_session, house
from lms.web.guard import signed_in, viewer
from lms.web.languages import day, short_day
from lms.web.paging import Page, page_number

_HISTORY_ROWS = 50
_ORDER = {"exp": 0, "soon": 1}


@dataclass(frozen=True, slots=True)
class Block:
    """One course with its certificate; months are those of the validity bar."""

    certificate_id: int
    title: str
    plain_title: str
    sentence: str
    tag: Tag
    bar_key: str
    months_left: float
    months_total: int | None
    course_url: str
    action: str | None
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class PastRow:
    """One line of the history."""

    url: str
    title: str
    way: str
    completed: str
    valid: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class Missing:
    """A course that somebody must take and holds nothing in."""

    url: str
    title: str
    words: str
    minutes: int


@blueprint.get("/certificates")
@signed_in
def mine() -> ResponseReturnValue:
    """All of one's certificates and what is still missing."""
    today, session = house().today(), db_session()
    certificates = list_certificates(session, viewer().person_id)
    holdings = list_holdings(session, viewer().person_id, certificates, today=today)
    missing = _missing(holdings, today)
    return render_template(
        "certifications/mine.html",
        blocks=_blocks(holdings, today),
        lead=_lead(holdings, today),
        loses_nothing=_loses_nothing(holdings),
        history=_history(certificates, holdings, today),
        since=certificates[-1].completed_on.year if certificates else None,
        missing=missing,
        shortest=min(missing, key=lambda one: one.minutes, default=None),
        brought=list_own(session, viewer().person_id),
        supervisors_see=house().settings.supervisor_digest == "names",
    )


def _blocks(holdings: list[Holding], today: dt.date) -> list[Block]:
    found = [
        (_block(one, one.certificate, one.outlook, today), one.certificate.valid_until)
        for one in holdings
        if one.certificate is not None and one.outlook is not None
    ]
    found.sort(key=lambda each: (_ORDER.get(each[0].bar_key, 2), each[1] or dt.date.max))
    return [block for block, _until in found]


def _block(one: Holding, row: CertificateRow, outlook: Outlook, today: dt.date) -> Block:
    titles = one.course.document.title
    tag = holding_tag(one, row, today)
    is_urgent = tag.key == "exp"
    total = months_between(row.valid_from, row.valid_until) if row.valid_until else None
    return Block(
        certificate_id=row.certificate_id,
        title=said(titles),
        plain_title=plain(titles),
        sentence=holding_sentence(one, row, outlook, _renewal_minutes(one)),
        tag=tag,
        bar_key=_bar_key(one, row, today),
        months_left=_months_left(row, total, today),
        months_total=total,
        course_url=url_for("learning.course", slug=one.course.slug),
        action=_action(one, is_urgent=is_urgent),
        is_urgent=is_urgent,
    )


def _bar_key(one: Holding, row: CertificateRow, today: dt.date) -> str:
    if not is_current(row, today):
        return "exp"
    return "soon" if may_renew_soon(one) else "ok"


def _months_left(row: CertificateRow, total: int | None, today: dt.date) -> float:
    if row.valid_until is None or total is None:
        return 0
    days = max(0, (row.valid_until - today).days)
    return total * min(1, days / max(1, (row.valid_until - row.valid_from).days))


def _action(one: Holding, *, is_urgent: bool) -> str | None:
    if is_urgent:
        return str(_("Jetzt auffrischen"))
    return str(_("Auffrischen")) if may_renew_soon(one) else None


def _renewal_minutes(one: Holding) -> int:
    """Minutes of the lessons that renew it now: the short ones while it is in time."""
    document = one.course.document
    in_time = one.duty is not None and one.duty.status in (Status.DUE, Status.GRACE)
    return minutes_of(lessons_for(document, Mode.REFRESHER if in_time else Mode.FULL))


def _lead(holdings: list[Holding], today: dt.date) -> str:
    valid = [one for one in holdings if one.certificate and is_current(one.certificate, today)]
    due = [one for one in holdings if one.duty is not None and one.duty.has_duty]
    if not due:
        return str(
            ngettext("%(num)s Nachweis ist gültig.", "%(num)s Nachweise sind gültig.", len(valid))
        )
    held = sum(one in due for one in valid)
    if len(due) == 1:
        return str(_("%(held)s von 1 Kompetenz ist gültig.", held=held))
    return str(
        ngettext(
            "%(num)s von %(total)s Kompetenzen ist gültig.",
            "%(num)s von %(total)s Kompetenzen sind gültig.",
            held,
            total=len(due),
        )
    )


def _loses_nothing(holdings: list[Holding]) -> bool:
    """Whether it may be said of all that renewing early costs no day."""
    ending = [one for one in holdings if one.certificate and one.certificate.valid_until]
    return bool(ending) and all(one.policy.renewal_base is RenewalBase.EXPIRY for one in ending)


def _history(
    certificates: list[CertificateRow], holdings: list[Holding], today: dt.date
) -> Page[PastRow]:
    number = page_number()
    by_course = {one.course.course_id: one for one in holdings}
    first = (number - 1) * _HISTORY_ROWS
    if first and first >= len(certificates):
        raise NotFound
    return Page(
        [
            _past_row(row, by_course.get(row.course_id), today)
            for row in certificates[first : first + _HISTORY_ROWS]
        ],
        number,
        len(certificates),
        _HISTORY_ROWS,
    )


def _past_row(row: CertificateRow, one: Holding | None, today: dt.date) -> PastRow:
    start = day(row.valid_from)
    return PastRow(
        url=url_for("certifications.document", certificate_id=row.certificate_id),
        title=said(row.titles),
        way=way_of(row),
        completed=day(row.completed_on),
        valid=f"{start}–{day(row.valid_until)}"
        if row.valid_until
        else str(_("ab %(day)s", day=start)),
        tag=history_tag(row, one, today),
    )


def _missing(holdings: list[Holding], today: dt.date) -> list[Missing]:
    return [
        _missing_one(one, one.duty, today)
        for one in sorted(holdings, key=_due_first)
        if one.duty is not None and one.duty.has_duty and one.certificate is None
    ]


def _due_first(one: Holding) -> dt.date:
    return one.duty.due_on if one.duty and one.duty.due_on else dt.date.max


def _missing_one(one: Holding, duty: Duty, today: dt.date) -> Missing:
    length = minutes_of(one.course.document.lessons)
    return Missing(
        url=url_for("learning.course", slug=one.course.slug),
        title=said(one.course.document.title),
        words=f"{_when(duty, today)}, {minutes(length)}",
        minutes=length,
    )


def _when(duty: Duty, today: dt.date) -> str:
    if duty.status is Status.EXEMPT:
        return str(_("du bist befreit"))
    if duty.status is Status.PAUSED:
        return str(_("ruht, solange du weg bist"))
    if duty.due_on is None:
        return str(_("überfällig"))
    due = short_day(duty.due_on, today)
    if duty.due_on < today:
        return str(_("überfällig seit %(day)s", day=due))
    return str(_("fällig am %(day)s", day=due))
