"""Whether a password is good enough for this house; what all pages with a new one ask."""

from lms.access import blocklist, hashing, password_rules, queries
from lms.access.emails import Letterhead
from lms.kernel.clock import utc_now
from lms.people.models import Person
from lms.web.db import db_session, end_transaction, house


def hash_of_good_password(text: str, *, person: Person | None = None, email: str | None) -> str:
    """The hash to store, of a password that is good enough (trust.md 1.2, 1.3).

    Ends the request's transaction: none is open while hashing.
    """
    settings = house().settings
    words = queries.house_words(db_session(), organisation=settings.organisation)
    has_factor = person is not None and queries.has_factor(db_session(), person.id)
    own = [email or ""] if person is None else [email or "", person.first_name, person.last_name]
    end_transaction()
    password_rules.require_good_password(
        text,
        common=blocklist.passwords(),
        words=password_rules.words_in(*words, *own),
        least=password_rules.shortest(has_factor=has_factor),
    )
    return hashing.hashed(text)


def least_for(person_id: int | None) -> int:
    """How many characters this person's new password needs."""
    has_factor = person_id is not None and queries.has_factor(db_session(), person_id)
    return password_rules.shortest(has_factor=has_factor)


def letterhead() -> Letterhead:
    """What a mail that leaves now needs."""
    return Letterhead.of(house().settings, now=utc_now())
