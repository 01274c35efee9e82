"""Where mail goes when no mail server is set: into a table that administrators read."""

import datetime as dt
from collections.abc import Callable
from email import message_from_bytes
from email.policy import SMTP

from lms.kernel.db import Sessions, transaction
from lms.outbox.operations import put_into_mailbox


class LocalMailbox:
    """Takes every mail; in steps like a mail server, so that crashes look the same."""

    def __init__(self, sessions: Sessions, clock: Callable[[], dt.datetime]) -> None:
        self._sessions = sessions
        self._clock = clock
        self._to = ""

    def begin(self, to: str) -> None:
        """Note the recipient."""
        self._to = to

    def hand_over(self, mail: bytes) -> str:
        """Keep the mail, in a transaction of its own."""
        parsed = message_from_bytes(mail, policy=SMTP)
        with transaction(self._sessions) as session:
            put_into_mailbox(
                session,
                message_id=str(parsed["Message-ID"]),
                to_address=self._to,
                subject=str(parsed["Subject"]),
                raw=mail.decode("ascii"),
                now=self._clock(),
            )
        return "250 kept in the local mailbox"

    def reset(self) -> None:
        """Nothing was announced."""

    def close(self) -> None:
        """Nothing is open."""

    def drop(self) -> None:
        """Nothing is open."""
