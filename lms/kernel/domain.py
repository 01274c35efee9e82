"""Errors that a person can act on, and the mark for texts that are translated later."""


def N_(text: str) -> str:  # noqa: N802 - gettext's customary name, known to the extractor
    """Mark a German text for the catalogue without translating it here."""
    return text


class DomainError(Exception):
    """A rule of the house was broken; `message` is a German text for the catalogue.

    Subclasses are named as sentences without the word error and set `message`; values for its
    placeholders are given as keywords. `retry_after_seconds` says when another try makes sense.
    """

    message: str = N_("Das geht hier nicht.")
    status: int = 422
    retry_after_seconds: int | None = None

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.message % values if values else self.message)


class NotFound(DomainError):
    """What was asked for does not exist, or not for this person: both look alike."""

    message = N_("Das gibt es nicht.")
    status = 404


class Conflict(DomainError):
    """Somebody else changed the same thing first."""

    message = N_("Jemand war schneller. Bitte versuch es noch einmal.")
    status = 409
