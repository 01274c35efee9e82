import datetime as dt
import hashlib

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.authoring import operations
from lms.authoring.bundles import read_bundle
from lms.authoring.operations import MediumChangedWhileReading, UnsoundBundle, content_digest
from lms.authoring.rules import Outcome
from lms.certifications.models import Cycle
from lms.certifications.operations.requiring import Wish, create_requirement
from lms.certifications.rules.policy import RequirementPolicy
from lms.certifications.rules.scopes import Scope
from lms.courses import queries
from lms.courses.models import CourseMedium, CourseVersion
from lms.kernel import files
from tests.course_samples import FILES, png, put, replaced, write_bundle
from tests.factories import NOW, TODAY, make_person

CHANGED = replaced("10-start/10-welcome.de.md", "Hallo", "Guten Tag")


@pytest.fixture
def publish(session, tmp_path):
    """publish(folder, **decisions) on the day of the tests."""

    def run(folder, **decisions):
        return operations.publish_bundle(
            session,
            read_bundle(folder),
            files_root=tmp_path / "files",
            now=NOW,
            today=TODAY,
            **decisions,
        )

    return run


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_a_new_course_becomes_version_1_with_its_media(session, publish, tmp_path):
    publication = publish(write_bundle(tmp_path / "a"))
    assert (publication.outcome, publication.number) == (Outcome.PUBLISHED, 1)
    assert publication.changes == {"lessons_added": ["welcome", "film", "check", "try"]}
    published = queries.get_published(session, "sample")
    assert published.version_id == publication.version_id
    assert published.document == read_bundle(tmp_path / "a").course
    version = queries.find_newest_version(session, publication.course_id)
    assert (version.origin, version.retrain, version.published_on) == ("bundle", False, TODAY)
    assert version.titles == {"de": "Beispiel", "en": "Sample"}
    sha256 = hashlib.sha256(FILES["media/door.png"]).hexdigest()
    with files.open_file(tmp_path / "files", sha256) as stream:
        assert stream.read() == FILES["media/door.png"]
    assert queries.find_medium(session, sha256).media_type == "image/png"
    assert count(session, CourseMedium) == 3


def test_the_same_content_twice_makes_no_version(session, publish, tmp_path):
    first = publish(write_bundle(tmp_path / "a"))
    again = publish(write_bundle(tmp_path / "b"))
    assert (again.outcome, again.version_id) == (Outcome.UNCHANGED, first.version_id)
    assert (count(session, CourseVersion), count(session, AuditEntry)) == (1, 1)


def test_changed_content_makes_the_next_version_and_says_what_changed(session, publish, tmp_path):
    publish(write_bundle(tmp_path / "a"))
    publication = publish(write_bundle(tmp_path / "b", CHANGED))
    assert (publication.number, publication.changes) == (2, {"lessons_changed": ["welcome"]})
    version = queries.find_newest_version(session, publication.course_id)
    assert version.changes == {"lessons_changed": ["welcome"]}
    assert (version.retrain, version.retrain_due_days) == (False, None)


def test_an_older_content_published_again_is_the_next_version(publish, tmp_path):
    publish(write_bundle(tmp_path / "a"))
    publish(write_bundle(tmp_path / "b", CHANGED))
    assert publish(tmp_path / "a").number == 3


def test_a_picture_drawn_anew_makes_a_version(session, publish, tmp_path):
    publish(write_bundle(tmp_path / "a"))
    put(tmp_path / "a", "media/door.png", png(5, 5))
    publication = publish(tmp_path / "a")
    assert publication.changes == {"lessons_changed": ["welcome", "film"]}
    assert count(session, CourseMedium) == 4


def test_people_may_have_to_take_it_again(session, publish, tmp_path):
    publish(write_bundle(tmp_path / "a"), retrain_days=30)
    course = queries.find_course(session, "sample")
    first = queries.find_newest_version(session, course.id)
    assert (first.retrain, first.retrain_due_days) == (False, None)
    publish(write_bundle(tmp_path / "b", CHANGED), retrain_days=30)
    second = queries.find_newest_version(session, course.id)
    assert (second.number, second.retrain, second.retrain_due_days) == (2, True, 30)


def test_taking_it_again_pulls_live_rounds_forward(session, publish, tmp_path):
    person = make_person(session)
    first = publish(write_bundle(tmp_path / "a"))
    scope, policy = Scope(everyone=True), RequirementPolicy(initial_due_days=90)
    wish = Wish(course_id=first.course_id, scope=scope, policy=policy)
    create_requirement(session, wish, today=TODAY, now=NOW, actor="operator")
    cycle = session.scalars(select(Cycle).where(Cycle.person_id == person.id)).one()
    assert cycle.due_on == TODAY + dt.timedelta(days=90)
    publish(write_bundle(tmp_path / "b", CHANGED))
    assert cycle.due_on == TODAY + dt.timedelta(days=90)
    publish(tmp_path / "a", retrain_days=30)
    assert (cycle.due_on, cycle.why) == (TODAY + dt.timedelta(days=30), "version")


def test_what_was_edited_in_the_browser_is_kept_unless_replaced(session, publish, tmp_path):
    publish(write_bundle(tmp_path / "a"))
    course = queries.find_course(session, "sample")
    version = queries.find_newest_version(session, course.id)
    session.add(
        CourseVersion(
            course_id=course.id,
            number=2,
            published_on=TODAY,
            origin="browser",
            digest="0" * 64,
            titles=version.titles,
            changes={},
            document=version.document,
        )
    )
    session.flush()
    kept = publish(write_bundle(tmp_path / "b", CHANGED))
    assert (kept.outcome, kept.number) == (Outcome.KEPT, 2)
    replaced_by = publish(tmp_path / "b", replace=True)
    assert (replaced_by.outcome, replaced_by.number) == (Outcome.PUBLISHED, 3)


def test_a_bundle_with_faults_is_never_published(session, publish, tmp_path):
    for changes in ({"course.yaml": "a: ["}, {"notes.txt": "x"}):
        with pytest.raises(UnsoundBundle):
            publish(write_bundle(tmp_path / "a", changes))
    assert queries.find_course(session, "sample") is None


def test_a_file_that_changes_while_it_is_published_is_noticed(session, tmp_path):
    bundle = read_bundle(write_bundle(tmp_path / "a"))
    put(tmp_path / "a", "media/door.png", png(9, 9))
    with pytest.raises(MediumChangedWhileReading):
        operations.publish_bundle(
            session, bundle, files_root=tmp_path / "files", now=NOW, today=TODAY
        )


def test_publishing_is_written_into_the_log(session, publish, tmp_path):
    publication = publish(write_bundle(tmp_path / "a"))
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.verb, entry.object_kind) == ("operator", "publish", "course_version")
    assert (entry.object_id, entry.at) == (publication.version_id, NOW)
    assert entry.details == {"course_id": publication.course_id, "number": 1}


def test_the_digest_does_not_count_values_that_are_the_default(tmp_path):
    plain = read_bundle(write_bundle(tmp_path / "a")).course
    changes = replaced("10-start/20-film.yaml", "voice", "refresher: false\nvoice")
    said = read_bundle(write_bundle(tmp_path / "b", changes)).course
    assert content_digest(plain) == content_digest(said)


def test_loading_on_another_day_changes_nothing(session, tmp_path):
    bundle = read_bundle(write_bundle(tmp_path / "a"))
    outcomes = [
        operations.publish_bundle(
            session,
            bundle,
            files_root=tmp_path / "files",
            now=NOW + dt.timedelta(days=days),
            today=TODAY + dt.timedelta(days=days),
        ).outcome
        for days in (0, 30)
    ]
    assert outcomes == [Outcome.PUBLISHED, Outcome.UNCHANGED]
