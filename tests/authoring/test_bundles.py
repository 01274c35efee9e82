import pytest
import yaml

from lms.authoring.bundle_files import LAYOUT
from lms.authoring.bundles import read_bundle
from lms.courses.document import Cue
from lms.questions.rules import LATER_TYPES
from tests.course_samples import FILES, png, put, replaced, write_bundle

QUIZ = "10-start/30-check.yaml"
FILM = "10-start/20-film.yaml"
QUIZ_KEYS = (
    "key, title, minutes, refresher, kind, pass_percent, attempts, draw, shuffle, feedback,"
    " questions"
)
LONG = f"points is '{'x' * 59}…"
COURSE_KEYS = (
    "slug, title, summary, audience, languages, competences, owner, review_months,"
    " validity_months, renewal, sources"
)


def faults(folder):
    """Every fault as file, line, words; the file below the bundle."""
    found = read_bundle(folder)
    return [
        (fault.file.removeprefix(f"{folder}/"), fault.line, fault.wrong, fault.allowed)
        for fault in found.faults
    ]


def faults_with(folder, name, old, new):
    return faults(write_bundle(folder, replaced(name, old, new)))


def test_a_good_bundle_becomes_a_course(tmp_path):
    bundle = read_bundle(write_bundle(tmp_path))
    assert (bundle.faults, bundle.warnings) == ([], [])
    course = bundle.course
    assert [module.key for module in course.modules] == ["start", "work"]
    assert [module.minutes for module in course.modules] == [9, 5]
    assert [lesson.key for lesson in course.lessons] == ["welcome", "film", "check", "try"]
    assert (
        course.lessons[0].text["de"] == "Hallo.\n\n## Warteraum {#room}\n\n![Tür](media/door.png)"
    )
    assert set(course.media) == {"media/door.png", "media/film.mp4", "media/film.vtt"}
    assert set(bundle.media) == set(course.media)


def test_transcripts_come_from_captions_or_from_their_own_text(tmp_path):
    film = read_bundle(write_bundle(tmp_path)).course.lessons[1]
    assert film.cues == {
        "de": (Cue(at_seconds=0.0, text="Hallo."), Cue(at_seconds=2.0, text="Bis gleich.")),
        "en": (Cue(at_seconds=None, text="Hello."), Cue(at_seconds=None, text="See you.")),
    }


def test_numbers_order_and_keys_stay(tmp_path):
    write_bundle(tmp_path)
    (tmp_path / "10-start").rename(tmp_path / "100-start")
    (tmp_path / QUIZ.replace("10-", "100-")).rename(tmp_path / "100-start" / "5-check.yaml")
    course = read_bundle(tmp_path).course
    assert [lesson.key for lesson in course.lessons] == ["try", "check", "welcome", "film"]


def test_a_key_may_be_given(tmp_path):
    name = "10-start/10-welcome.yaml"
    write_bundle(
        tmp_path,
        replaced(name, "kind:", "key: hello\nkind:") | replaced(QUIZ, "10-welcome", "hello"),
    )
    assert read_bundle(tmp_path).course.lessons[0].key == "hello"


def test_films_recordings_and_hidden_files_are_left_alone(tmp_path):
    write_bundle(tmp_path)
    put(tmp_path, "film/first.yaml", "a: *nothing")
    put(tmp_path, "media/voice/first.de.wav", "RIFF")
    put(tmp_path, ".DS_Store", b"\xff")
    assert faults(tmp_path) == []


def test_minutes_of_a_module_are_the_sum_of_its_lessons(tmp_path):
    write_bundle(tmp_path, replaced("10-start/module.yaml", "minutes: 9", "minutes: 20"))
    bundle = read_bundle(tmp_path)
    assert bundle.course.modules[0].minutes == 9
    assert [str(warning).removeprefix(f"{tmp_path}/") for warning in bundle.warnings] == [
        "10-start/module.yaml:2: minutes is 20, the lessons give 9 (pages show this); allowed: 9"
    ]


@pytest.mark.parametrize("minutes", ["0", "-3", "961", "999999999999", "1.5", "true", "'9'", "[]"])
def test_a_module_has_a_length_that_can_be(tmp_path, minutes):
    files = replaced("10-start/module.yaml", "minutes: 9", f"minutes: {minutes}")
    shown = repr(yaml.safe_load(minutes))
    assert faults(write_bundle(tmp_path, files)) == [
        (
            "10-start/module.yaml",
            2,
            f"minutes is {shown}",
            "whole minutes from 1 to 960, or nothing",
        )
    ]


def test_lessons_without_minutes_share_what_the_module_leaves(tmp_path):
    changes = replaced(FILM, "minutes: 2\n", "") | replaced(QUIZ, "minutes: 4\n", "")
    bundle = read_bundle(write_bundle(tmp_path, changes))
    assert [lesson.minutes for lesson in bundle.course.modules[0].lessons] == [3, 3, 3]
    assert bundle.warnings == []


def test_minutes_are_needed_somewhere(tmp_path):
    changes = replaced(FILM, "minutes: 2\n", "") | {
        "10-start/module.yaml": "title: {de: S, en: S}\n"
    }
    assert faults(write_bundle(tmp_path, changes)) == [
        (FILM, 1, "minutes is missing", "minutes: …")
    ]


def test_a_big_film_is_a_warning(tmp_path):
    write_bundle(tmp_path, {"media/film.mp4": FILES["media/film.mp4"] + b"x" * 2_000_000})
    bundle = read_bundle(tmp_path)
    assert bundle.faults == []
    assert {warning.wrong for warning in bundle.warnings} == {"media/film.mp4 has 2,000,412 bytes"}


@pytest.mark.parametrize(
    ("questions", "wrong", "allowed"),
    [
        ("x", "questions is no list", "[…, …] or lines that begin with -"),
        ("[x]", "questions has no keys of its own", "key: value"),
        ("[]", "questions has 0 entries", "at least 1"),
        ("[{key: q, type: single_choice, options: []}]", "text is missing", "text: …"),
        ("[{key: q, type: single_choice, options: []}]", "options has 0 entries", "at least 2"),
        (
            "[{key: q, type: single_choice, text: {de: [a], en: x}, options: []}]",
            "text.de is no text",
            "text",
        ),
        (
            f"[{{key: {'q' * 61}, type: single_choice, text: {{de: a, en: x}}, options: []}}]",
            "key has 61 characters",
            "at most 60",
        ),
        (f"[{{key: q, type: single_choice, points: {'x' * 70}}}]", LONG, "a whole number"),
        (
            "[{key: q, type: single_choice, options: [{key: a, weight: inf}]}]",
            "weight: Input should be a finite number",
            "see content/schema.json",
        ),
    ],
)
def test_questions_are_a_list_of_well_formed_parts(tmp_path, questions, wrong, allowed):
    quiz = FILES[QUIZ].split("questions:")[0]
    found = faults(write_bundle(tmp_path, {QUIZ: f"{quiz}questions: {questions}\n"}))
    assert (QUIZ, 7, wrong, allowed) in found


def test_unreadable_files_are_the_only_thing_that_is_said(tmp_path):
    assert [fault[:2] for fault in faults(write_bundle(tmp_path, {FILM: "a: ["}))] == [(FILM, 1)]
    changes = {FILM: "a: [", "20-work/module.yaml": "a: ["}
    assert [fault[:2] for fault in faults(write_bundle(tmp_path, changes))] == [
        (FILM, 1),
        ("20-work/module.yaml", 1),
    ]


def test_a_transcript_that_is_no_text_is_said_once(tmp_path):
    name = 'transcript: {de: media/film.vtt, en: "Hello.\\n\\nSee you."}'
    assert faults_with(tmp_path, FILM, name, "transcript: {de: 1, en: [x]}") == [
        (FILM, 7, "transcript.de is not text but 1", 'text; numbers in quotes: "15"'),
        (FILM, 7, "transcript.en is no text", "text"),
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "wrong", "allowed"),
    [
        (
            "10-start/10-welcome.yaml",
            "confirm: true",
            "bestätigt: true",
            4,
            "unknown key 'bestätigt'",
            "key, title, minutes, refresher, kind, confirm",
        ),
        ("course.yaml", "slug: sample\n", "", 1, "slug is missing", "slug: …"),
        (
            "course.yaml",
            "slug: sample",
            "slug: Sam ple",
            1,
            "slug is 'Sam ple'",
            "a-z, 0-9 and single hyphens",
        ),
        ("course.yaml", "owner:", "ower: x\nowner:", 7, "unknown key 'ower'", COURSE_KEYS),
        ("course.yaml", "owner:", "modules: []\nowner:", 7, "unknown key 'modules'", LAYOUT),
        ("course.yaml", "[de, en]", "[de, fr]", 5, "languages is 'fr'", "de, en"),
        ("course.yaml", '"2.1@3"', '"2.1@9"', 6, "unknown competence level 9", "1 to 8"),
        ("course.yaml", "months: 12", "months: 0", 8, "review_months is 0", "1 or more"),
        (
            "course.yaml",
            "window_days: 60",
            "window_days: 672",
            10,
            "window_days is 672",
            "less than 672 (28 days a month of validity)",
        ),
        ("course.yaml", "mode: refresher", "mode: often", 10, "mode is 'often'", "full, refresher"),
        (
            "course.yaml",
            "mode: refresher",
            "modus: full",
            10,
            "unknown key 'modus'",
            "window_days, mode",
        ),
        (
            "course.yaml",
            "seen_on: 2026-11-01",
            "seen_on: gestern",
            12,
            "seen_on is 'gestern'",
            "a day such as 2026-11-24",
        ),
        (
            "course.yaml",
            "https://example.org/x",
            "example.org",
            12,
            "address is 'example.org'",
            "https://…",
        ),
        (
            "course.yaml",
            "de: Beispiel, en: Sample",
            "de: Beispiel",
            2,
            "title is missing in 'en'",
            "exactly the declared languages: de, en",
        ),
        (
            "course.yaml",
            "{de: Beispiel, en: Sample}",
            "Beispiel",
            2,
            "title is 'Beispiel'",
            "title: {de: …, en: …}",
        ),
        (
            "course.yaml",
            "de: Beispiel",
            "de: 24",
            2,
            "title.de is not text but 24",
            'text; numbers in quotes: "15"',
        ),
        ("course.yaml", "de: Beispiel", "de: ''", 2, "title.de has 0 characters", "at least 1"),
        ("course.yaml", "de: Beispiel", "it: Esempio", 2, "'it' is no language", "de or en"),
        (
            "course.yaml",
            "slug: sample",
            "slug: *x",
            1,
            "not readable as YAML: an alias (*name)",
            "plain YAML without aliases",
        ),
        (
            "20-work/module.yaml",
            "title:",
            "titel:",
            1,
            "unknown key 'titel'",
            "key, title, minutes",
        ),
        (
            "10-start/10-welcome.yaml",
            "kind: reading",
            "kind: text",
            1,
            "kind 'text'",
            "reading, video, quiz, practice",
        ),
        (
            "10-start/10-welcome.yaml",
            "kind: reading\n",
            "",
            1,
            "kind is missing",
            "reading, video, quiz, practice",
        ),
        (
            "10-start/10-welcome.yaml",
            "confirm: true",
            "confirm: maybe",
            4,
            "confirm is 'maybe'",
            "true, false",
        ),
        (
            "10-start/10-welcome.yaml",
            "confirm: true",
            "text: hi",
            4,
            "unknown key 'text'",
            "a file NAME.de.md beside this one",
        ),
        (
            "10-start/10-welcome.yaml",
            "minutes: 3",
            "minutes: drei",
            3,
            "minutes is 'drei'",
            "a whole number",
        ),
        (
            FILM,
            "captions: {de: media/film.vtt, en: media/film.vtt}\n",
            "",
            1,
            "captions is missing",
            "captions: …",
        ),
        (
            FILM,
            'transcript: {de: media/film.vtt, en: "Hello.\\n\\nSee you."}\n',
            "",
            1,
            "transcript is missing",
            "transcript: …",
        ),
        (
            FILM,
            "transcript: {de: media/film.vtt",
            "transcript: {de: media/no.vtt",
            7,
            "media/no.vtt is no readable .vtt",
            "media/film.vtt",
        ),
        (
            FILM,
            "en: media/film.mp4",
            "en: media/no.mp4",
            4,
            "media/no.mp4 is not there",
            "media/film.mp4",
        ),
        (
            FILM,
            "en: media/film.mp4",
            "en: ../../etc/passwd",
            4,
            "file.en is '../../etc/passwd'",
            "media/file",
        ),
        (
            FILM,
            "en: media/film.mp4",
            "en: media/x/../../y.mp4",
            4,
            "'media/x/../../y.mp4' leaves the folder media",
            "media/file",
        ),
        (FILM, "voice: none", "voice: robot", 8, "voice is 'robot'", "none, person, synthetic"),
        (QUIZ, "pass_percent: 80", "pass_percent: 101", 5, "pass_percent is 101", "100 or less"),
        (QUIZ, "draw: 2", "draw: 3", 6, "draw is 3, the pool has 2", "1 to 2"),
        (
            QUIZ,
            "draw: 2",
            "dra: 2",
            6,
            "unknown key 'dra'",
            QUIZ_KEYS,
        ),
        (
            QUIZ,
            "correct: true",
            "correct: false",
            11,
            "single_choice question 'who-comes-in' has 0 correct options",
            "exactly one option with `correct: true` (or with weight 100)",
        ),
        (
            QUIZ,
            "correct: true",
            "korrekt: true",
            13,
            "unknown key 'korrekt'",
            "key, text, correct, weight, feedback",
        ),
        (
            QUIZ,
            "type: single_choice",
            "type: choice",
            8,
            "question type 'choice'",
            "single_choice, multiple_choice",
        ),
        (
            QUIZ,
            "    type: single_choice\n",
            "",
            8,
            "type is missing",
            "single_choice, multiple_choice",
        ),
        (
            QUIZ,
            "key: known",
            "key: everybody",
            13,
            "option key 'everybody' is used twice",
            "a name of its own",
        ),
        (
            QUIZ,
            "what-helps",
            "who-comes-in",
            16,
            "question key 'who-comes-in' is used twice in this course",
            "another file name, or `key:` with a name of its own",
        ),
        (
            QUIZ,
            "10-welcome#room",
            "nowhere",
            15,
            "reread names no lesson: 'nowhere'",
            "welcome, film, check, try",
        ),
        (QUIZ, "refresher: true\n", "", None, None, None),
        (
            "20-work/10-try.yaml",
            "by: self",
            "by: boss",
            4,
            "confirmed_by is 'boss'",
            "self, officer",
        ),
        (
            "10-start/10-welcome.de.md",
            "![Tür]",
            "![]",
            5,
            "picture media/door.png has no alternative text",
            "![what the picture shows](media/file.webp)",
        ),
        ("10-start/10-welcome.de.md", "{#room}", "{#hall}", None, None, None),
    ],
)
def test_one_thing_wrong_is_said_with_file_line_and_what_is_allowed(
    tmp_path, name, old, new, line, wrong, allowed
):
    found = faults_with(tmp_path, name, old, new)
    if line is None:
        assert found == ELSEWHERE[new]
        return
    assert (name, line, wrong, allowed) in found


ELSEWHERE = {
    "": [
        (
            "course.yaml",
            10,
            "renewal mode refresher, but no quiz has `refresher: true`",
            "at least one quiz among the lessons with `refresher: true`, or mode: full",
        )
    ],
    "{#hall}": [
        (QUIZ, 15, "heading 'room' is not in lesson 'welcome' in 'de'", "hall"),
    ],
}


@pytest.mark.parametrize("later", LATER_TYPES)
def test_questions_of_later_types_are_refused_by_name(tmp_path, later):
    assert faults_with(tmp_path, QUIZ, "type: single_choice", f"type: {later}") == [
        (QUIZ, 8, f"question type '{later}' is not yet known", "single_choice, multiple_choice")
    ]


def test_several_things_wrong_are_all_said(tmp_path):
    changes = replaced("course.yaml", "owner: Wiki-Team\n", "") | replaced(
        QUIZ, "draw: 2", "draw: 0"
    )
    changes |= {"media/door.svg": "<svg/>"}
    assert [fault[:3] for fault in faults(write_bundle(tmp_path, changes))] == [
        (QUIZ, 6, "draw is 0"),
        ("course.yaml", 1, "owner is missing"),
        ("media/door.svg", 1, "files ending in .svg are not taken"),
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"course.yaml": None}, ("course.yaml", 1, "is missing", LAYOUT)),
        (
            {"20-work/module.yaml": None},
            ("20-work/module.yaml", 1, "is missing", "title: {de: …, en: …}"),
        ),
        (
            {"10-start/10-welcome.en.md": None},
            (
                "10-start/10-welcome.yaml",
                1,
                "text is missing in 'en'",
                "exactly the declared languages: de, en, each in a file NAME.LANGUAGE.md",
            ),
        ),
        (
            {"20-work/10-try.de.md": None, "20-work/10-try.en.md": None},
            (
                "20-work/10-try.yaml",
                1,
                "the text of the lesson is missing",
                "a file NAME.de.md for each declared language",
            ),
        ),
        (
            {"10-start/10-welcome.fr.md": "Salut"},
            ("10-start/10-welcome.fr.md", 1, "is no part of a bundle", LAYOUT),
        ),
        (
            {"10-start/30-check.de.md": "Hallo"},
            (
                "10-start/30-check.de.md",
                1,
                "a lesson of kind quiz has no text of its own",
                "reading or practice",
            ),
        ),
        (
            {"10-start/99-x.de.md": "x"},
            ("10-start/99-x.de.md", 1, "is the text of no lesson", "99-x.yaml beside it"),
        ),
        ({"notes.txt": "x"}, ("notes.txt", 1, "is no part of a bundle", LAYOUT)),
        (
            {"10-start/sub/x.yaml": "x"},
            ("10-start/sub/x.yaml", 1, "is no part of a bundle", LAYOUT),
        ),
        (
            {"10-start/10-welcome.de.md": b"\xff"},
            ("10-start/10-welcome.de.md", 1, "the text is not UTF-8", "UTF-8"),
        ),
        (
            {"media/Door 2.png": png()},
            ("media/Door 2.png", 1, "the file's name has other characters", "a-z 0-9 . - _"),
        ),
        (
            {"media/door.png": b"<html>"},
            (
                "media/door.png",
                1,
                "ends in .png, but its content is none of the types that are taken",
                "content and ending of the same type",
            ),
        ),
        (
            {"media/film.vtt": "WEBVTT\n"},
            ("media/film.vtt", 1, "the file has no captions", "WebVTT with captions"),
        ),
    ],
)
def test_files_that_are_missing_strange_or_broken(tmp_path, changes, fault):
    assert fault in faults(write_bundle(tmp_path, changes))


def test_symbolic_links_are_never_followed(tmp_path):
    secret = tmp_path / "secret"
    put(secret, "x.png", png())
    folder = write_bundle(tmp_path / "bundle")
    (folder / "media" / "link.png").symlink_to(secret / "x.png")
    (folder / "30-link").symlink_to(secret)
    assert faults(folder) == [
        ("30-link", 1, "is a link or no ordinary file", "a file"),
        ("media/link.png", 1, "is a link or no ordinary file", "a file"),
    ]


def test_a_bundle_has_a_largest_number_of_files(tmp_path, monkeypatch):
    monkeypatch.setattr("lms.authoring.bundle_files.MAX_ENTRIES", 5)
    found = read_bundle(write_bundle(tmp_path)).faults
    assert (found[0].file, found[0].wrong) == (str(tmp_path), "the bundle is too large")


def test_published_keys_given_to_something_else_are_found(tmp_path):
    published = read_bundle(write_bundle(tmp_path / "old")).course
    write_bundle(tmp_path / "new")
    put(tmp_path / "new", "15-more/module.yaml", "title: {de: M, en: M}")
    put(tmp_path / "new", "15-more/10-film.yaml", FILES["10-start/10-welcome.yaml"])
    for language in ("de", "en"):
        put(tmp_path / "new", f"15-more/10-film.{language}.md", "Text")
    (tmp_path / "new" / FILM).unlink()
    bundle = read_bundle(tmp_path / "new")
    assert bundle.faults == []
    assert [(fault.file, fault.line, fault.wrong) for fault in bundle.reused_keys(published)] == [
        (
            f"{tmp_path}/new/15-more/10-film.yaml",
            1,
            "lesson key 'film' was a video, now it is a reading",
        )
    ]


def test_a_broken_bundle_reuses_no_keys(tmp_path):
    published = read_bundle(write_bundle(tmp_path / "old")).course
    broken = read_bundle(write_bundle(tmp_path / "new", {"course.yaml": "a: ["}))
    assert broken.reused_keys(published) == []
