"""Each try is counted before anything is looked at, beside the request (trust.md 1.9)."""

import datetime as dt

from flask import request

from lms.access.operations import throttle
from lms.access.operations.throttle import Attempt
from lms.web.db import beside_the_request, end_transaction, house


def counted(identifier: str, *, now: dt.datetime) -> Attempt:
    """Count a try of this identifier from this address; TooManyAttempts when it is one too many."""
    end_transaction()
    attempt = Attempt.of(house().settings.secret_key, identifier, request.remote_addr or "")
    with beside_the_request() as session:
        throttle.count_attempt(session, attempt, now=now)
    return attempt


def counted_code(sign_in_id: int, *, now: dt.datetime) -> None:
    """Count a code for a sign-in that waits for it; TooManyCodes when it is one too many."""
    end_transaction()
    with beside_the_request() as session:
        throttle.count_code(session, house().settings.secret_key, sign_in_id, now=now)


def counted_link(address: str, *, now: dt.datetime) -> None:
    """Count that a link to this address is asked for; TooManyLinks when it is one too many."""
    end_transaction()
    secret_key, client = house().settings.secret_key, request.remote_addr or ""
    with beside_the_request() as session:
        throttle.count_link(session, secret_key, address, client, now=now)
