"""What cannot be in the register of people, in sentences; pure."""

from lms.kernel.domain import N_, DomainError
from lms.kernel.permissions import NotAllowed
from lms.people.rules import BadAddress, BadUnitName


class PersonFault(DomainError):
    """Something about a person that cannot be; `field` is where it was typed."""

    field: str = ""

    def __init__(self, field: str | None = None, **values: object) -> None:
        super().__init__(**values)
        self.field = field or type(self).field


class Missing(PersonFault):
    """A name or a unit was left out."""

    message = N_("Hier fehlt noch etwas.")


class TooLong(PersonFault):
    """More than the register keeps."""

    message = N_("Das ist zu lang: höchstens %(most)s Zeichen.")


class BadText(PersonFault):
    """Characters that nobody can see or store."""

    message = N_("Darin steht ein Zeichen, das sich nicht speichern lässt.")


class BadNumber(PersonFault):
    """A personnel number that looks like an address."""

    field = "personnel_number"
    message = N_("In einer Personalnummer steht kein @.")


class BadLocale(PersonFault):
    """A language that the house does not speak."""

    field = "locale"
    message = N_("Die Sprache ist „de“ oder „en“.")


class BadDay(PersonFault):
    """A day that can only be a slip of the pen."""

    message = N_("Das Jahr liegt zwischen %(first)s und %(last)s.")


class NoKey(PersonFault):
    """Nobody could sign in or be named in a file."""

    field = "email"
    message = N_("Es braucht eine E-Mail-Adresse oder eine Personalnummer.")


class AddressTaken(PersonFault):
    """Somebody else has the address."""

    field = "email"
    message = N_("Diese E-Mail-Adresse gehört schon zu einer anderen Person.")


class NumberTaken(PersonFault):
    """Somebody else has the personnel number."""

    field = "personnel_number"
    message = N_("Diese Personalnummer gehört schon zu einer anderen Person.")


class LeavesBeforeJoining(PersonFault):
    """The last day lies before the first one."""

    field = "left_on"
    message = N_("Der Austritt liegt vor dem Eintritt.")


class StillThere(PersonFault):
    """A second first day while the first stay goes on."""

    field = "hired_on"
    message = N_(
        "Der letzte Tag liegt noch nicht zurück. Wer ohne Pause bleibt, bekommt keinen Austritt; "
        "einen neuen Eintritt trägst du ein, sobald der Austritt war."
    )


class UnknownSupervisor(PersonFault):
    """Nobody with this number, or somebody who is no more."""

    field = "supervisor_id"
    message = N_("Diese Vorgesetzte oder diesen Vorgesetzten gibt es nicht.")


class OwnSupervisor(PersonFault):
    """Nobody leads themselves."""

    field = "supervisor_id"
    message = N_("Niemand ist die eigene Vorgesetzte oder der eigene Vorgesetzte.")


class SupervisorCircle(PersonFault):
    """Somebody would lead, over some steps, the one who leads them."""

    field = "supervisor_id"
    message = N_("Das wäre ein Kreis: Diese Person ist, über andere, selbst unterstellt.")


class RightsNeedAdministrator(NotAllowed):
    """Rights beyond employee and author are an administrator's to give and to take."""

    field = "roles"
    message = N_("Weitere Rechte gibt und nimmt nur die Administration.")


class NotThere(DomainError):
    """Somebody who has left, or is still to come, is not let in."""

    message = N_("Diese Person ist gerade nicht im Haus. Sie bekommt keinen Zugang.")
    status = 409


class WithoutAddress(DomainError):
    """There is nowhere to write to."""

    message = N_("Diese Person hat keine E-\u2060Mail-Adresse. Druck ihr einen Zugangsbrief.")
    status = 409


class OwnRights(NotAllowed):
    """Nobody changes their own rights."""

    field = "roles"
    message = N_("Die eigenen Rechte ändert immer jemand anderes.")


class OwnRecord(NotAllowed):
    """Nobody changes their own entry in the staff list."""

    message = N_("Die eigenen Angaben ändert immer jemand anderes.")


class SamePerson(PersonFault):
    """An entry cannot be merged with itself."""

    message = N_("Das ist derselbe Eintrag.")


class EndsBeforeItBegins(PersonFault):
    """An absence whose last day lies before the first."""

    field = "until_on"
    message = N_("Der letzte Tag liegt vor dem ersten.")


class AbsenceOverlaps(PersonFault):
    """Two absences on the same day."""

    field = "from_on"
    message = N_("An diesen Tagen ist schon eine Abwesenheit eingetragen. Ändere die vorhandene.")


def field_of(error: DomainError) -> str:
    """Where a fault was typed; empty when it is about the whole."""
    if isinstance(error, BadUnitName):
        return "unit"
    if isinstance(error, BadAddress):
        return "email"
    return str(getattr(error, "field", ""))
