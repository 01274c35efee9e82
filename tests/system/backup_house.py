"""An installation of its own for trials of backups: real files, real commits, either database."""

from contextlib import contextmanager

from sqlalchemy import text

from lms.app import create_app
from lms.audit import operations as audit
from lms.kernel import files
from lms.kernel.db import Sessions, make_engine, reading, transaction
from lms.outbox.models import MailboxMessage
from lms.people.models import Unit
from lms.people.operations import found_organisation
from tests import factories
from tests.conftest import make_settings, prepared


class BackupHouse:
    """Settings, commands and sessions of one installation."""

    def __init__(self, folder, engine):
        self.engine = engine
        self.url = engine.url.render_as_string(hide_password=False)
        self.settings = make_settings(folder, DATABASE_URL=self.url)

    def run(self, *args):
        """One command in an application of its own, as a process would have: code, out, err."""
        sessions = Sessions(make_engine(self.url))
        app = prepared(create_app(self.settings, sessions))
        try:
            done = app.test_cli_runner().invoke(args=["backup", *map(str, args)])
        finally:
            sessions.engine.dispose()
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    @contextmanager
    def writing(self):
        """A transaction; no connection is left open behind it."""
        try:
            with transaction(Sessions(self.engine)) as session:
                yield session
        finally:
            self.engine.dispose()

    def ask(self, statement):
        """One value."""
        try:
            with reading(Sessions(self.engine)) as session:
                return session.scalar(text(statement))
        finally:
            self.engine.dispose()

    def fill(self):
        """Somebody, a film, a chained log; the name of the film."""
        with self.writing() as session:
            found_organisation(session, name="Haus", holidays_region="DE-BW")
            factories.make_person(session, email="jana@example.org")
            add_pair(session, "the first")
            audit.link(session)
        return files.save(self.settings.files, b"a film")

    def fill_with_mail(self, *, megabytes):
        """So much that a copy takes a moment."""
        with self.writing() as session:
            for number in range(megabytes * 5):
                session.add(
                    MailboxMessage(
                        message_id=f"<{number}@x>",
                        to_address="x@example.org",
                        subject="x",
                        raw=f"{number:09}" * 22_000,
                        received_at=factories.NOW,
                    )
                )


def add_pair(session, name):
    """A unit and its entry in the log: a backup holds both or neither."""
    session.add(Unit(name=name))
    audit.record(
        session, actor="system:test", verb="pair", object_kind="unit", object_id=None,
        now=factories.NOW,
    )  # fmt: skip
