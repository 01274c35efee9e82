"""The organisation's mark: a picture that people bring, drawn anew and small (trust.md 3.7)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.kernel.domain import N_, DomainError
from lms.kernel.filetypes import ENDINGS, ending_of, media_type_of, picture_size
from lms.system.operations.organisation import By, lock, note

MOST_MEBIBYTES = 5
MOST_BYTES = MOST_MEBIBYTES * 1024 * 1024
# What fits beside the name on a page and on paper at 300 dots an inch.
WIDTH, HEIGHT = 640, 320
LEAST = 48
_PICTURES = ("image/png", "image/jpeg", "image/webp")


class NoPicture(DomainError):
    """Something else than a picture, whatever its name says."""

    message = N_("Das ist kein Bild, das wir zeigen können. Erlaubt sind PNG, JPEG und WebP.")


class WrongEnding(DomainError):
    """The name says another kind than the first bytes."""

    message = N_("Der Name der Datei passt nicht zum Inhalt. Speichere das Bild noch einmal.")


class TooManyBytes(DomainError):
    """More than a mark needs."""

    message = N_("Die Datei ist zu groß. Erlaubt sind %(most)s MB.")


class TooSmall(DomainError):
    """It would be blurred or a mere line."""

    message = N_("Das Bild ist zu klein oder zu schmal. Es braucht %(least)s Punkte je Seite.")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that is drawn: its file and its size in pixels."""

    sha256: str
    width: int
    height: int


def require_picture(name: str, content: bytes) -> str:
    """The media type that both the first bytes and the ending say; what is wrong is raised."""
    if len(content) > MOST_BYTES:
        raise TooManyBytes(most=MOST_MEBIBYTES)
    media_type = media_type_of(content)
    if media_type not in _PICTURES:
        raise NoPicture
    if ending_of(name) not in ENDINGS[media_type]:
        raise WrongEnding
    return media_type


def require_size(png: bytes) -> tuple[int, int]:
    """Width and height of a mark that was drawn; TooSmall for one that nobody could read."""
    width, height = picture_size(png) or (0, 0)
    if min(width, height) < LEAST:
        raise TooSmall(least=LEAST)
    return width, height


def set_mark(session: Session, mark: Mark, *, by: By) -> str | None:
    """Show this mark from now on; the file of the one before, if there was another."""
    organisation = lock(session)
    before = organisation.mark_sha256
    if before == mark.sha256:
        return None
    organisation.mark_sha256 = mark.sha256
    organisation.mark_width, organisation.mark_height = mark.width, mark.height
    note(session, "mark_set", by=by)
    session.flush()
    return before


def remove_mark(session: Session, *, by: By) -> str | None:
    """Show no mark any more; the file that nobody needs now."""
    organisation = lock(session)
    before = organisation.mark_sha256
    if before is None:
        return None
    organisation.mark_sha256 = organisation.mark_width = organisation.mark_height = None
    note(session, "mark_removed", by=by)
    session.flush()
    return before
