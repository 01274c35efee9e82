import datetime as dt
from types import SimpleNamespace

import pytest

from lms.courses import queries
from lms.courses.models import Course, CourseMedium, CourseVersion
from lms.courses.published import Shelf
from lms.courses.queries import NoSuchCourse
from tests.course_samples import sample
from tests.factories import NOW, TODAY


@pytest.fixture
def publish(session):
    """publish(slug, number): a version whose title names both."""

    def make(slug, number=1, **values):
        course = queries.find_course(session, slug) or Course(slug=slug, created_at=NOW)
        for name, value in values.items():
            setattr(course, name, value)
        session.add(course)
        session.flush()
        document = sample(slug=slug, title={"de": f"{slug} {number}", "en": f"{slug} {number}"})
        version = CourseVersion(
            course_id=course.id,
            number=number,
            published_on=TODAY,
            digest=f"{slug}-{number}",
            titles=document.title,
            changes={},
            document=document.model_dump(mode="json"),
        )
        session.add(version)
        session.flush()
        return version

    return make


def titles(found):
    return [published.document.title["de"] for published in found]


def test_the_newest_version_is_the_published_one(session, publish):
    publish("zoom", 1)
    newest = publish("zoom", 2)
    found = queries.get_published(session, "zoom")
    assert (found.version_id, found.number, found.slug) == (newest.id, 2, "zoom")
    assert (found.course_id, found.published_on) == (newest.course_id, TODAY)
    assert found.document.title["de"] == "zoom 2"
    assert queries.find_newest_version(session, newest.course_id) is newest


def test_an_older_version_stays_readable_for_whoever_is_tied_to_it(session, publish):
    older = publish("zoom", 1)
    publish("zoom", 2)
    assert queries.get_version(session, older.id).document.title["de"] == "zoom 1"


def test_a_course_without_version_is_not_published(session):
    session.add(Course(slug="empty", created_at=NOW))
    session.flush()
    assert queries.find_published(session, "empty") is None
    assert queries.list_published(session) == []


def test_what_does_not_exist_is_not_found(session):
    assert queries.find_course(session, "nothing") is None
    with pytest.raises(NoSuchCourse):
        queries.get_published(session, "nothing")
    with pytest.raises(NoSuchCourse):
        queries.get_version(session, 4711)


def test_the_catalogue_lists_newest_versions_by_slug_and_leaves_retired_courses_out(
    session, publish
):
    publish("zoom", 1)
    publish("zoom", 2)
    publish("data", 1)
    retired = publish("old", 1, retired_on=TODAY - dt.timedelta(days=1))
    assert titles(queries.list_published(session)) == ["data 1", "zoom 2"]
    assert queries.get_published(session, "old").version_id == retired.id
    newest = queries.list_newest(session, [retired.course_id])
    assert titles(newest.values()) == ["old 1"]
    assert queries.list_newest(session, []) == {}


def test_titles_are_listed_without_documents(session, publish, assert_queries):
    version = publish("zoom", 2)
    with assert_queries(1, rows=1):
        found = queries.list_titles(session)
    assert found == {version.course_id: {"de": "zoom 2", "en": "zoom 2"}}


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_known_courses_is_one_query(session, publish, assert_queries, count):
    for number in range(count):
        publish(f"course-{count}-{number}")
    queries.list_published(session)
    with assert_queries(1, rows=count):
        assert len(queries.list_published(session)) == count


def test_documents_seen_for_the_first_time_are_read_with_one_query_more(
    session, publish, assert_queries, database
):
    for number in range(3):
        publish(f"{database}-{number}")
    with assert_queries(2, rows=6):
        queries.list_published(session)
    with assert_queries(1, rows=1):
        queries.get_published(session, f"{database}-1")


def test_a_medium_is_known_by_its_hash(session):
    session.add(CourseMedium(sha256="a" * 64, media_type="image/png", size_bytes=3))
    session.flush()
    assert queries.find_medium(session, "a" * 64).size_bytes == 3
    assert queries.find_medium(session, "b" * 64) is None


def test_a_shelf_that_is_too_small_costs_one_query_and_no_more(
    session, publish, assert_queries, monkeypatch
):
    monkeypatch.setattr(queries, "_SHELF", Shelf(limit=1))
    for slug in ("a", "b", "c"):
        publish(slug)
    queries.get_published(session, "c")
    with assert_queries(2):
        assert titles(queries.list_published(session)) == ["a 1", "b 1", "c 1"]


def test_facts_that_another_query_read_get_their_documents(session, publish, assert_queries):
    publish("zoom")
    known = queries.get_published(session, "zoom")
    facts = SimpleNamespace(
        course_id=known.course_id,
        version_id=known.version_id,
        slug="zoom",
        number=1,
        published_on=TODAY,
        digest="zoom-1",
    )
    with assert_queries(0):
        assert queries.with_documents(session, [facts]) == [known]
