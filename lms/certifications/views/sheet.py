"""What stands on a certificate, in the language of the page."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certifications.exports import BoardTick, CompetenceLine, Fact, Sheet, SheetMark, Words
from lms.certifications.queries.certificates import CertificateRow
from lms.certifications.rules.board import Tick, board_of
from lms.certifications.views.wording import full_day, minutes, plain, sheet_day
from lms.competences.framework import HIGHEST_LEVEL, CompetenceLevel
from lms.courses.document import Course
from lms.courses.lessons import minutes_of
from lms.kernel.clock import local_date
from lms.web.db import house
from lms.web.languages import locale


def sheet_of(
    row: CertificateRow,
    course: Course,
    *,
    organisation: str,
    officer: str | None,
    mark: SheetMark | None = None,
) -> Sheet:
    """The sheet; `course` is the version that was completed, `officer` signs for the house."""
    return Sheet(
        language=locale(),
        title=_("Nachweis: %(title)s, %(name)s", title=plain(row.titles), name=row.holder),
        organisation=organisation,
        issued_on=local_date(row.issued_at, house().settings.time_zone),
        name=row.holder,
        course=plain(row.titles),
        words=_words(row, course),
        competences=tuple(competence_line(one) for one in course.competence_levels),
        facts=_facts(row, course),
        board_blocks=board_of(row.valid_from, row.valid_until).blocks,
        board_ticks=_ticks(row),
        signature=(officer, _("Digitalisierungsbeauftragte")) if officer else (organisation,),
        check_url=check_address(row.code),
        mark=mark,
    )


def check_address(code: str) -> str:
    """Where anybody checks the code, as it stands on paper."""
    return house().settings.base_url + url_for("certifications.check", code=code)


def competence_line(one: CompetenceLevel) -> CompetenceLine:
    """A competence and its level in words."""
    return CompetenceLine(
        one.code,
        plain(one.competence.labels),
        _("Stufe %(level)s von %(highest)s", level=one.level, highest=HIGHEST_LEVEL),
    )


def _words(row: CertificateRow, course: Course) -> Words:
    return Words(
        kicker=_("Nachweis der Kompetenz"),
        sentence=_sentence(row, course),
        competences=_("Nachgewiesene Kompetenzen nach DigComp 3.0"),
        completed=_completed(row),
        check=_("Echtheit prüfen"),
        code=_("Code %(code)s", code=row.code),
        picture=_("QR-Code mit der Adresse der Prüfung: %(url)s", url=check_address(row.code)),
    )


def _sentence(row: CertificateRow, course: Course) -> str:
    if row.kind == "attendance":
        return str(_("hat am Termin teilgenommen:"))
    if row.kind != "course":
        return str(_("hat diese Kompetenz nachgewiesen:"))
    if any(lesson.kind == "quiz" for lesson in course.lessons):
        return str(_("hat den Kurs abgeschlossen und das Quiz bestanden:"))
    return str(_("hat den Kurs abgeschlossen:"))


def _completed(row: CertificateRow) -> str:
    on = full_day(row.completed_on)
    if row.kind == "course":
        return str(_("Online abgeschlossen am %(day)s", day=on))
    return str(_("Abgeschlossen am %(day)s", day=on))


def _facts(row: CertificateRow, course: Course) -> tuple[Fact, ...]:
    end = (
        Fact(_("gültig bis"), sheet_day(row.valid_until))
        if row.valid_until
        else Fact(_("gilt"), _("unbefristet"))
    )
    if row.revoked_on is not None:
        end = Fact(_("widerrufen am"), sheet_day(row.revoked_on))
    return (
        Fact(_("gültig ab"), sheet_day(row.valid_from)),
        end,
        Fact(_("Umfang"), minutes(minutes_of(course.lessons))),
    )


def _ticks(row: CertificateRow) -> tuple[BoardTick, ...]:
    if row.valid_until is None:
        return ()
    board = board_of(row.valid_from, row.valid_until)
    return (
        BoardTick(0, sheet_day(row.valid_from), strong=True),
        *(BoardTick(tick.share, _months(tick)) for tick in board.ticks),
        BoardTick(1, sheet_day(row.valid_until), strong=True),
    )


def _months(tick: Tick) -> str:
    return str(ngettext("%(num)s Monat", "%(num)s Monate", tick.months))
