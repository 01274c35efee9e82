from copy import deepcopy

import pytest

from lms.courses.checks import Problem, check, used_media
from tests.course_samples import SAMPLE, lesson_values, sample

PNG = {"sha256": "a" * 64, "media_type": "image/png", "size_bytes": 9}
VTT = {"sha256": "b" * 64, "media_type": "text/vtt", "size_bytes": 9}
FILM = {"sha256": "c" * 64, "media_type": "video/mp4", "size_bytes": 9}
READING = ("modules", 0, "lessons", 0)
QUESTION = ("modules", 0, "lessons", 1, "questions", 0)
LINKS = "https://…, http://…, mailto:…, /own/path, #heading, media/file"


def with_text(german, media=None):
    text = {"de": f"## Raum {{#room}}\n\n{german}", "en": "## Room {#room}"}
    return sample(modules=lesson_values(0, 0, text=text), media=media or {})


def with_question(**changes):
    modules = deepcopy(SAMPLE["modules"])
    modules[0]["lessons"][1]["questions"][0] |= changes
    return sample(modules=modules)


def with_film(**changes):
    film = {
        "kind": "video",
        "file": {"de": "media/x.mp4", "en": "media/x.mp4"},
        "captions": {"de": "media/x.vtt", "en": "media/x.vtt"},
        "transcript": {"de": "media/x.vtt", "en": "Hello."},
        "cues": {},
        "text": None,
    }
    media = changes.pop("media", {"media/x.mp4": FILM, "media/x.vtt": VTT, "media/x.png": PNG})
    modules = lesson_values(0, 0, **(film | {"poster": "media/x.png"} | changes))
    modules[0]["lessons"][1]["questions"][0].pop("reread")
    return sample(modules=modules, media=media)


def test_a_good_course_has_no_problems():
    assert check(sample()) == []
    assert check(with_film()) == []
    media = {"media/x.mp4": FILM, "media/x.vtt": VTT}
    assert check(with_film(poster=None, media=media)) == []


def test_a_course_in_german_alone_is_complete():
    def german(part):
        if isinstance(part, dict):
            return {key: german(value) for key, value in part.items() if key != "en"}
        return [german(item) for item in part] if isinstance(part, list) else part

    assert check(sample(**german(SAMPLE) | {"languages": ["de"]})) == []


def test_every_text_is_there_in_every_declared_language_and_no_other():
    course = sample(summary={"de": "Nur das."}, languages=["de", "en"])
    allowed = "exactly the declared languages: de, en"
    assert check(course) == [Problem(("summary",), "summary is missing in 'en'", allowed)]
    extra = sample(summary={"de": "x", "en": "x"}, languages=["de"])
    wrong = "summary is given in 'en', which the course does not declare"
    problem = Problem(("summary", "en"), wrong, "exactly the declared languages: de")
    assert problem in check(extra)


def test_a_missing_text_of_a_lesson_says_which_file():
    course = sample(modules=lesson_values(0, 0, text={"de": "## Raum {#room}"}))
    allowed = "exactly the declared languages: de, en, each in a file NAME.LANGUAGE.md"
    assert check(course) == [Problem((*READING, "text"), "text is missing in 'en'", allowed)]


def test_languages_are_named_once():
    assert check(sample(languages=["de", "en", "de"])) == [
        Problem(("languages",), "a language is named twice", "de, en")
    ]


def test_keys_are_given_once_in_a_course():
    modules = deepcopy(SAMPLE["modules"])
    modules[1]["key"] = "start"
    modules[1]["lessons"][0] = modules[0]["lessons"][1]
    found = [(problem.path, problem.wrong) for problem in check(sample(modules=modules))]
    assert found == [
        (("modules", 1, "key"), "module key 'start' is used twice in this course"),
        (("modules", 1, "lessons", 0, "key"), "lesson key 'check' is used twice in this course"),
        (
            ("modules", 1, "lessons", 0, "questions", 0, "key"),
            "question key 'who' is used twice in this course",
        ),
    ]


def test_reread_names_a_lesson():
    assert check(with_question(reread="10-nothing")) == [
        Problem(
            (*QUESTION, "reread"),
            "reread names no lesson: '10-nothing'",
            "welcome, check, try",
        )
    ]


def test_reread_names_a_heading_that_is_there_in_every_language():
    assert check(with_question(reread="10-welcome#room")) == []
    wrong = [p.wrong for p in check(with_question(reread="10-welcome#door"))]
    assert wrong == [
        "heading 'door' is not in lesson 'welcome' in 'de'",
        "heading 'door' is not in lesson 'welcome' in 'en'",
    ]


def test_a_quiz_has_no_headings():
    assert check(with_question(reread="check#room")) == [
        Problem((*QUESTION, "reread"), "lesson 'check' has no headings", "check alone")
    ]


def test_who_refreshes_takes_a_quiz():
    course = sample(modules=lesson_values(0, 1, refresher=False))
    assert [(p.path, p.wrong) for p in check(course)] == [
        (("renewal", "mode"), "renewal mode refresher, but no quiz has `refresher: true`")
    ]
    assert check(course.model_copy(update={"renewal": sample(renewal={}).renewal})) == []


def test_pictures_have_words_and_are_there():
    course = with_text("Text\n![](media/x.png)\n\n![Tür](media/y.png)", {"media/x.png": PNG})
    path = (*READING, "text", "de")
    assert check(course) == [
        Problem(
            path,
            "picture media/x.png has no alternative text",
            "![what the picture shows](media/file.webp)",
            3,
        ),
        Problem(path, "media/y.png is not there", "media/x.png", 5),
    ]


def test_pictures_are_pictures():
    course = with_text("![Film](media/x.mp4)", {"media/x.mp4": FILM})
    assert check(course) == [
        Problem(
            (*READING, "text", "de"),
            "media/x.mp4 is of type video/mp4",
            "png, jpg, jpeg, webp",
            2,
        )
    ]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x"]
)
def test_links_lead_only_where_they_may(link):
    assert check(with_text(f"[x]({link})")) == [
        Problem((*READING, "text", "de"), f"link to {link!r}", LINKS, 2)
    ]


def test_links_to_headings_and_files_lead_somewhere():
    assert check(with_text("[x](#room) [y](/courses) [z](mailto:a@b.de)")) == []
    problems = check(with_text("[x](#nowhere) [y](media/x.pdf)"))
    assert [problem.wrong for problem in problems] == [
        "no heading is named '#nowhere'",
        "media/x.pdf is not there",
    ]


def test_texts_of_questions_are_checked_too():
    course = with_question(explanation={"de": "[x](javascript:1)", "en": "y"})
    assert [(p.path, p.wrong) for p in check(course)] == [
        ((*QUESTION, "explanation", "de"), "link to 'javascript:1'")
    ]


def test_films_posters_and_captions_are_there_and_of_their_kind():
    swapped = with_film(
        file={"de": "media/x.vtt", "en": "media/no.mp4"},
        captions={"de": "media/x.mp4", "en": "media/x.vtt"},
        poster={"de": "media/x.mp4", "en": "media/x.png"},
    )
    assert [(p.path[4:], p.wrong) for p in check(swapped)] == [
        (("file", "de"), "media/x.vtt is of type text/vtt"),
        (("file", "en"), "media/no.mp4 is not there"),
        (("captions", "de"), "media/x.mp4 is of type video/mp4"),
        (("poster", "de"), "media/x.mp4 is of type video/mp4"),
    ]


def test_captions_are_there_in_every_language():
    course = with_film(captions={"de": "media/x.vtt"})
    assert [p.wrong for p in check(course)] == ["captions is missing in 'en'"]


def test_a_film_over_two_megabytes_is_a_warning():
    big = FILM | {"size_bytes": 2_000_001}
    media = {"media/x.mp4": big, "media/x.vtt": VTT, "media/x.png": PNG}
    problems = check(with_film(media=media))
    assert [(p.wrong, p.is_warning) for p in problems] == [
        ("media/x.mp4 has 2,000,001 bytes", True)
    ] * 2


def test_media_that_nobody_sees_are_a_warning():
    assert check(with_text("x", {"media/x.png": PNG})) == [
        Problem(
            ("media", "media/x.png"), "media/x.png is shown nowhere", "remove it", is_warning=True
        )
    ]


def test_used_media_are_those_that_texts_and_films_name():
    assert used_media(with_film()) == {"media/x.mp4", "media/x.vtt", "media/x.png"}
    assert used_media(with_text("![T](media/x.png)", {"media/x.png": PNG})) == {"media/x.png"}
