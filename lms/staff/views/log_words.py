"""What was done to a record, in sentences."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from lms.kernel.clock import local_date
from lms.staff.queries.history import LogLine


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the log."""

    on: dt.date
    sentence: str


def log_lines(lines: Iterable[LogLine], titles: Mapping[int, str], zone: ZoneInfo) -> list[Deed]:
    """The deeds that people understand, the newest first."""
    return [
        Deed(local_date(line.at, zone), sentence)
        for line in lines
        if (sentence := _sentence(line, titles)) != ""
    ]


def _sentence(line: LogLine, titles: Mapping[int, str]) -> str:
    course = titles.get(line.course_id or 0, "")
    words = {
        "evidence_recorded": _("Nachweis eingetragen: %(course)s", course=course),
        "evidence_revoked": _("Nachweis widerrufen: %(course)s", course=course),
        "extended": _("Frist verlängert: %(course)s", course=course),
        "exempted": _("Befreit: %(course)s", course=course),
        "joined": _("Eingetragen"),
        "changed": _("Angaben geändert"),
        "rights_changed": _("Rechte geändert"),
        "leaves": _("Austritt eingetragen"),
        "left": _("Ausgetreten: Pflichten und Anmeldungen beendet"),
        "never_left": _("Austritt zurückgenommen"),
        "returned": _("Wieder eingestellt"),
        "absent": _("Abwesenheit eingetragen"),
        "absence_corrected": _("Abwesenheit geändert"),
        "absence_dropped": _("Abwesenheit gelöscht"),
        "invited": _("Eingeladen"),
        "access_letter.written": _("Zugangsbrief gedruckt"),
        "merged": _("Doppelten Eintrag zusammengeführt"),
    }
    if line.verb not in words:
        return ""
    if not line.by:
        return str(words[line.verb])
    return str(_("%(what)s, durch %(name)s", what=words[line.verb], name=line.by))
