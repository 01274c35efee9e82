"""Somebody who takes their data along in several windows at once: three a day all the same."""

from lms.audit.models import AuditEntry
from lms.kernel.db import transaction
from lms.privacy.operations import note_own_export
from lms.privacy.queries.stored import EXPORTED
from lms.privacy.rules import EXPORTS_A_DAY, ExportedOften
from tests import factories
from tests.concurrency.test_two_at_once import at_once, count


def test_five_at_once_are_three(own_sessions):
    with transaction(own_sessions) as session:
        person_id = factories.make_person(session).id

    def take():
        try:
            with transaction(own_sessions) as session:
                note_own_export(
                    session,
                    person_id,
                    day_began_at=factories.NOW.replace(hour=0),
                    now=factories.NOW,
                )
        except ExportedOften:
            return "refused"
        return "given"

    outcomes = at_once(*[take] * 5)
    assert sorted(outcomes) == ["given"] * EXPORTS_A_DAY + ["refused"] * 2
    assert count(own_sessions, AuditEntry, AuditEntry.verb == EXPORTED) == EXPORTS_A_DAY
