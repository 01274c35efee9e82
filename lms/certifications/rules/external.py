"""Documents from elsewhere: which files are taken, who decides, what may go wrong; pure."""

from collections.abc import Collection
from enum import StrEnum

from lms.kernel import filetypes
from lms.kernel.domain import N_, Conflict, DomainError
from lms.kernel.text import one_line
from lms.kernel.viewer import Role, Viewer

MEBIBYTE = 1024 * 1024
MOST_MEBIBYTES = 10
MOST_BYTES = MOST_MEBIBYTES * MEBIBYTE
MOST_BYTES_A_PERSON = 200 * MEBIBYTE
REASON_LENGTH = 400
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png")
NAME_LENGTH = 200


class ProofState(StrEnum):
    """Where a document stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class EmptyFile(DomainError):
    """A file without a single byte."""

    message = N_("Die Datei ist leer.")


class FileTooLarge(DomainError):
    """Larger than any scan needs to be."""

    message = N_("Die Datei ist zu groß. Erlaubt sind 10 MB.")


class WrongKind(DomainError):
    """Neither PDF nor JPEG nor PNG, by its first bytes and by its ending."""

    message = N_(
        "Das ist kein PDF, JPEG oder PNG. Speichere den Nachweis als PDF oder fotografiere ihn ab."
    )


class WrongEnding(DomainError):
    """The content is one of ours, the name says something else."""

    message = N_("Der Name der Datei endet auf „.%(ending)s“, ihr Inhalt ist aber %(kind)s.")


class TooMuchKept(DomainError):
    """The documents of one person together."""

    message = N_("Deine Dateien sind zusammen zu groß. Erlaubt sind 200 MB je Person.")


class AlreadyWaiting(Conflict):
    """One document at a time for the same course."""

    message = N_("Für diesen Kurs ist schon ein Nachweis in Prüfung.")
    status = 422


class AlreadyDecided(Conflict):
    """Somebody else was faster, or the person took it back."""

    message = N_("Dieser Nachweis ist schon entschieden oder zurückgezogen.")


class HasLeft(DomainError):
    """Nothing can be recorded for somebody who is not there any more."""

    message = N_("Die Person ist ausgetreten. Ein Nachweis wird nicht mehr eingetragen.")


class ReasonMissing(DomainError):
    """The person must learn why."""

    message = N_("Schreib in einem Satz, warum.")


def media_type_of(name: str, content: bytes) -> str:
    """What the file is, when content and ending agree; an error in plain words otherwise."""
    if not content:
        raise EmptyFile
    if len(content) > MOST_BYTES:
        raise FileTooLarge
    found = filetypes.media_type_of(content[: filetypes.HEAD_BYTES])
    if found not in MEDIA_TYPES:
        raise WrongKind
    ending = filetypes.ending_of(name)
    if ending not in filetypes.ENDINGS[found]:
        raise WrongEnding(ending=ending[:20], kind=found.rpartition("/")[2].upper())
    return found


def file_name(name: str) -> str:
    """The name of a file as it is kept and offered again: one line, no folders."""
    plain = one_line(name.replace("\\", "/").rpartition("/")[2]).replace('"', "")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        return plain[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"


def may_decide(viewer: Viewer, owner_id: int, owner_roles: Collection[Role]) -> bool:
    """Officers decide on others' documents, administrators on those of officers (trust.md 2)."""
    if viewer.person_id == owner_id:
        return False
    if viewer.is_a(Role.OFFICER):
        return True
    return viewer.is_a(Role.ADMINISTRATOR) and Role.OFFICER in owner_roles
