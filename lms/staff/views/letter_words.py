"""What stands on an access letter, in the language of whoever gets it."""

from collections.abc import Iterable
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from lms.access.exports import LetterWords, Sheet
from lms.access.operations.letters import Letter
from lms.kernel.clock import local_date
from lms.web.languages import long_day


def sheets(
    letters: Iterable[Letter],
    *,
    organisation: str,
    base_url: str,
    default_locale: str,
    zone: ZoneInfo,
) -> list[Sheet]:
    """One sheet for each letter; units must be loaded."""
    found = []
    for letter in letters:
        language = letter.person.locale or default_locale
        with force_locale(language):
            found.append(_sheet(letter, language, organisation, base_url, zone))
    return found


def _sheet(
    letter: Letter, language: str, organisation: str, base_url: str, zone: ZoneInfo
) -> Sheet:
    person, address = letter.person, f"{base_url}/code"
    number = person.personnel_number or ""
    until = long_day(local_date(letter.good_until, zone))
    return Sheet(
        language=language,
        organisation=organisation,
        name=person.name,
        unit=person.unit.name,
        title=_("Dein Zugang zu Lernstand"),
        lead=_(
            "Hallo %(name)s, in Lernstand findest du deine Kurse, Termine und Nachweise. "
            "Du brauchst dafür keine E-Mail-Adresse.",
            name=person.first_name,
        ),
        number=number,
        code=letter.code,
        url=f"{address}?number={quote(number, safe='')}",
        shown=address.partition("://")[2],
        steps=(
            _("Öffne die Adresse im Internet, oder halte die Kamera deines Telefons auf das Bild."),
            _("Gib deine Personalnummer und den Code ein."),
            _("Leg ein Passwort fest: mindestens 15 Zeichen. Drei, vier Wörter reichen."),
            _("Ab dann meldest du dich mit Personalnummer und Passwort an."),
        ),
        until=_("Der Code gilt bis %(day)s und nur einmal.", day=until),
        help=_(
            "Etwas klappt nicht, oder der Brief ist weg? Deine Digitalisierungsbeauftragten "
            "helfen dir und drucken dir einen neuen. Gib den Code niemandem weiter."
        ),
        words=LetterWords(
            number=_("Personalnummer"),
            code=_("Code"),
            address=_("Adresse"),
            picture=_("QR-Code mit der Adresse"),
        ),
    )
