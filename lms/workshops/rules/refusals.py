"""What is refused, and what the person is told; pure."""

from lms.kernel.domain import N_, Conflict, DomainError


class NotOpenForSignUp(Conflict):
    """A draft, or one that is over."""

    message = N_("Für diesen Termin kann man sich nicht anmelden.")


class WorkshopCancelled(Conflict):
    """The organisation has called it off."""

    message = N_("Dieser Termin ist abgesagt.")


class WorkshopHasStarted(Conflict):
    """From the first minute on nobody takes or gives back a place."""

    message = N_("Dieser Termin hat schon angefangen.")


class SignUpNotOpenYet(Conflict):
    """The first day of sign-up is still to come."""

    message = N_("Anmelden kannst du dich ab dem %(day)s.")


class SignUpClosed(Conflict):
    """The last day of sign-up is over."""

    message = N_("Die Anmeldung war bis zum %(day)s möglich. Schreib an %(contact)s.")


class AlreadySignedUp(Conflict):
    """One place, or one seat on the waiting list, for each person."""

    message = N_("Diese Anmeldung gibt es schon.")


class NotSignedUp(Conflict):
    """There is no place to give back."""

    message = N_("Diese Anmeldung gibt es nicht mehr.")


class TooLateToSignOff(Conflict):
    """The last day of signing off is over."""

    message = N_("Abmelden ging bis zum %(day)s. Schreib an %(contact)s.")


class OverlapsAnother(Conflict):
    """Nobody is in two places at once."""

    message = N_("Zur gleichen Zeit ist schon ein Platz gebucht: „%(title)s“.")


class TrainerNeedsNoPlace(DomainError):
    """Whoever leads the session is there anyway."""

    message = N_("Wer den Termin leitet, braucht keinen Platz.")


class NotThereThen(DomainError):
    """Somebody who has not come yet, or will have left."""

    message = N_("Diese Person ist an dem Tag nicht im Haus.")


class WorkshopFull(Conflict):
    """Every place is taken, and waiting makes no sense any more."""

    message = N_("Alle Plätze sind belegt.")


class NoDates(DomainError):
    """A session takes place at least once."""

    message = N_("Trag mindestens einen Tag ein, der stattfindet.")


class StartsInThePast(DomainError):
    """What has begun cannot be offered."""

    message = N_("Der erste Tag liegt in der Vergangenheit.")


class PlaceIsMissing(DomainError):
    """People who come need to know where to."""

    message = N_("Trag ein, wo der Termin stattfindet.")


class NotADraft(Conflict):
    """Published once, later only changed."""

    message = N_("Dieser Termin ist schon veröffentlicht.")


class NoLongerChanged(Conflict):
    """What is cancelled or closed stays as it is."""

    message = N_("Dieser Termin ist abgeschlossen oder abgesagt. Er ändert sich nicht mehr.")


class DatesWereMoved(Conflict):
    """Somebody else changed the days in the meantime."""

    message = N_("Die Tage haben sich inzwischen geändert. Öffne die Seite noch einmal.")


class StillToCome(DomainError):
    """Attendance begins on the day, closing after the end."""

    message = N_("Das geht erst, wenn der Termin stattgefunden hat.")


class NotBooked(DomainError):
    """Attendance is entered for people with a place."""

    message = N_("Diese Person hat keinen Platz in diesem Termin.")


class OwnAttendance(DomainError):
    """Nobody is their own witness."""

    message = N_("Deine eigene Anwesenheit trägt jemand anderes ein.")


class MinutesOutOfRange(DomainError):
    """More minutes than the session had."""

    message = N_("Die Minuten müssen zwischen 0 und %(most)s liegen.")


class ReasonMissing(DomainError):
    """A correction says why."""

    message = N_("Schreib einen Grund dazu.")


class FiguresMoved(Conflict):
    """What was shown before closing is no longer so."""

    message = N_("Seit der Vorschau hat sich etwas geändert. Sieh die Zahlen noch einmal an.")
