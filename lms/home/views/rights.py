"""Who may see and do what, in words: the table of lms.kernel.permissions, nothing beside it."""

from dataclasses import dataclass

from flask_babel import gettext as _

from lms.kernel.permissions import TABLE, Permission
from lms.kernel.viewer import Role


@dataclass(frozen=True, slots=True)
class RightRow:
    """A right, and who has it."""

    what: str
    who: str


def right_rows(*, tells_supervisor: bool) -> list[RightRow]:
    """One row for each line of the table; supervisors where the setting lets them hear of it."""
    words, names = right_words(), role_names()
    rows = [RightRow(words[right], _who(roles, names)) for right, roles in TABLE.items()]
    if tells_supervisor:
        rows.append(
            RightRow(
                str(
                    _(
                        "Stand und Fristen der Personen, die direkt an einen berichten, dazu einmal"
                        " in der Woche eine E-\u2060Mail: wer überfällig ist"
                    )
                ),
                str(_("Vorgesetzte und ihre Vertretung")),
            )
        )
    return rows


def _who(roles: frozenset[Role], names: dict[Role, str]) -> str:
    if roles == frozenset(Role):
        return str(_("Alle"))
    return ", ".join(names[role] for role in Role if role in roles)


def role_names() -> dict[Role, str]:
    """What people call the roles."""
    return {
        Role.EMPLOYEE: _("Mitarbeitende"),
        Role.AUTHOR: _("Autorin oder Autor"),
        Role.OFFICER: _("Digitalisierungsbeauftragte"),
        Role.MANAGEMENT: _("Leitung"),
        Role.ADMINISTRATOR: _("Administration"),
        Role.DPO: _("Datenschutz"),
    }


def right_words() -> dict[Permission, str]:
    """Each right in words."""
    return {
        Permission.LEARN: _("Eigene Kurse machen, eigene Nachweise und Angaben sehen"),
        Permission.AUTHOR_COURSES: _("Kurse mit allen Fragen und richtigen Antworten lesen"),
        Permission.ORGANISE_WORKSHOPS: _("Termine anlegen und leiten"),
        Permission.SEE_STATUS: _("Sehen, wie jede Person in ihren Kursen steht"),
        Permission.SEE_PEOPLE: _("Stammdaten der Mitarbeitenden sehen"),
        Permission.CHANGE_PEOPLE: _("Personen eintragen, Angaben ändern, Ein- und Austritt"),
        Permission.CHANGE_ABSENCES: _("Abwesenheiten eintragen, nur die Tage"),
        Permission.IMPORT_PEOPLE: _("Die Personalliste als Datei übernehmen, nie die eigene Zeile"),
        Permission.IMPORT_RECORDS: _("Listen mit Nachweisen und Abwesenheiten übernehmen"),
        Permission.LET_IN: _("Mitarbeitende einladen, Zugangsbriefe drucken"),
        Permission.MERGE_PEOPLE: _("Doppelte Einträge einer Person zusammenführen"),
        Permission.GIVE_RIGHTS: _("Anderen Rechte geben und nehmen, nie sich selbst"),
        Permission.CHANGE_REQUIREMENTS: _("Pflichten anlegen und beenden"),
        Permission.SEE_REMINDERS: _("Erinnerungen sehen, die anstehen, und sie freigeben"),
        Permission.SEE_OUTBOX: _("Postausgang: an wen, worüber, wann, wie es ausging"),
        Permission.CONFIRM_PRACTICE: _("Eingereichte Praxisberichte lesen und bestätigen"),
        Permission.CHANGE_ORGANISATION: _(
            "Name, Kalender, Bereiche und Texte der Organisation ändern"
        ),
        Permission.DECIDE_ON_PROOFS: _(
            "Nachweise von außerhalb prüfen, nie die eigenen; die Administration nur die der"
            " Digitalisierungsbeauftragten"
        ),
        Permission.RUN_SYSTEM: _("Einstellungen, Aufgaben und Zahlen des Systems sehen"),
        Permission.READ_ACCESS_LOG: _("Lesen, wer wessen Angaben angesehen hat"),
        Permission.READ_MAILBOX: _("Das lokale Postfach mit allen E-\u2060Mails lesen"),
    }
