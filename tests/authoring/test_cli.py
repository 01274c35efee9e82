import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.app import create_app
from lms.courses import queries
from lms.courses.models import CourseVersion
from tests.conftest import make_settings
from tests.course_samples import FILES, put, replaced, write_bundle

BROKEN = replaced("10-start/30-check.yaml", "draw: 2", "draw: 3")


@pytest.fixture
def run(cli):
    """run("check", path): exit code, standard output, standard error."""

    def invoke(*args):
        result = cli.invoke(args=["content", *map(str, args)])
        return result.exit_code, result.stdout, result.stderr

    return invoke


def test_a_good_bundle_passes_without_a_word(run, tmp_path):
    assert run("check", write_bundle(tmp_path)) == (0, "", "")


def test_a_broken_bundle_is_named_with_file_and_line(run, tmp_path):
    write_bundle(tmp_path, BROKEN)
    assert run("check", tmp_path) == (
        1,
        "",
        f"{tmp_path}/10-start/30-check.yaml:6: draw is 3, the pool has 2; allowed: 1 to 2\n",
    )


def test_a_warning_refuses_nothing(run, tmp_path):
    write_bundle(tmp_path, replaced("10-start/module.yaml", "9", "10"))
    told = "minutes is 10, the lessons give 9 (pages show this); allowed: 9"
    warning = f"{tmp_path}/10-start/module.yaml:2: warning: {told}\n"
    assert run("check", tmp_path) == (0, "", warning)


def test_a_folder_of_bundles_stands_for_all_of_them(run, tmp_path):
    write_bundle(tmp_path / "a")
    write_bundle(tmp_path / "b", BROKEN)
    code, _out, errors = run("check", tmp_path)
    assert (code, errors.count("\n")) == (1, 1)
    assert f"{tmp_path}/b/10-start/30-check.yaml:6" in errors


@pytest.mark.parametrize("args", [["check"], ["load"], ["check", "no/such/folder"]])
def test_wrong_usage_is_exit_2(run, args):
    assert run(*args)[0] == 2


@pytest.mark.parametrize("days", ["0", "-1", "soon"])
def test_days_are_a_number(run, tmp_path, days):
    assert run("load", write_bundle(tmp_path), "--retrain-days", days)[0] == 2


def test_loading_publishes_once(run, session, tmp_path):
    folder = write_bundle(tmp_path / "a")
    assert run("load", folder) == (0, "sample: version 1 published (4 lessons added)\n", "")
    assert run("load", folder) == (0, "sample: unchanged, version 1 stays\n", "")
    put(folder, "20-work/10-try.de.md", "Neu.")
    assert run("load", folder, "--retrain-days", "30") == (
        0,
        "sample: version 2 published (1 lesson changed)\n",
        "",
    )
    published = queries.get_published(session, "sample")
    version = queries.find_newest_version(session, published.course_id)
    assert (version.number, version.retrain_due_days) == (2, 30)


def test_a_broken_bundle_is_not_loaded_and_the_others_are(run, session, tmp_path):
    write_bundle(tmp_path / "a", BROKEN)
    write_bundle(tmp_path / "b", replaced("course.yaml", "slug: sample", "slug: other"))
    code, out, errors = run("load", tmp_path / "a", tmp_path / "b")
    assert (code, out) == (1, "other: version 1 published (4 lessons added)\n")
    assert errors.splitlines()[-1] == f"{tmp_path}/a: not loaded, nothing was changed"
    assert queries.find_course(session, "sample") is None


def test_keys_given_to_something_else_are_refused_against_what_is_published(run, tmp_path):
    run("load", write_bundle(tmp_path / "a"))
    write_bundle(tmp_path / "b", {"10-start/20-film.yaml": FILES["10-start/10-welcome.yaml"]})
    for language in ("de", "en"):
        put(tmp_path / "b", f"10-start/20-film.{language}.md", "Text")
    for command in ("check", "load"):
        code, out, errors = run(command, tmp_path / "b")
        assert (code, out) == (1, "")
        assert errors.splitlines()[-2 if command == "load" else -1] == (
            f"{tmp_path}/b/10-start/20-film.yaml:1: lesson key 'film' was a video, now it is a"
            " reading; allowed: a new name for a new lesson"
        )


def test_the_schema_is_printed(run):
    code, out, _errors = run("schema")
    assert (code, json.loads(out)["title"]) == (0, "Lernstand course bundle")


def test_where_there_is_no_database_bundles_are_checked_all_the_same(tmp_path):
    write_bundle(tmp_path / "a")
    (tmp_path / "empty.db").touch()
    for database in ("none.db", "empty.db"):
        url = f"sqlite:///{tmp_path / database}"
        app = create_app(make_settings(tmp_path / "data", DATABASE_URL=url))
        result = app.test_cli_runner().invoke(args=["content", "check", str(tmp_path / "a")])
        assert (result.exit_code, result.stdout) == (0, "")
        assert ("no database answers" in result.stderr) == (database == "empty.db")
    assert not (tmp_path / "none.db").exists()


def edit_in_the_browser(session):
    """Somebody saves the course in the browser: a version of other origin."""
    first = session.scalars(select(CourseVersion).options(undefer(CourseVersion.document))).one()
    session.add(
        CourseVersion(
            course_id=first.course_id,
            number=2,
            published_on=first.published_on,
            origin="browser",
            digest="0" * 64,
            titles=first.titles,
            changes={},
            document=first.document,
        )
    )
    session.flush()


def test_what_was_edited_in_the_browser_is_kept_and_said(run, session, tmp_path):
    folder = write_bundle(tmp_path / "a")
    run("load", folder)
    edit_in_the_browser(session)
    put(folder, "20-work/10-try.de.md", "Neu.")
    kept = "sample: edited in the browser, kept; --replace publishes over it\n"
    assert run("load", folder) == (0, kept, "")
    put(folder, "course.yaml", FILES["course.yaml"].replace("months: 12", "months: 6"))
    told = "sample: version 3 published (1 lesson changed, 1 key of the course changed)\n"
    assert run("load", folder, "--replace") == (0, told, "")
