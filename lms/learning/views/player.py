"""The player: a lesson as a page, and the button that finishes a text or a film."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.courses.document import LocalisedPath, Mode, Practice, Quiz, Reading, Video
from lms.kernel.clock import utc_now
from lms.kernel.documents import in_language
from lms.learning.operations.lessons import finish_lesson
from lms.learning.rules.lessons import NotConfirmed
from lms.learning.views.blueprint import blueprint
from lms.learning.views.practice import practice_page
from lms.learning.views.quiz import quiz_page
from lms.learning.views.visit import Visit, act, find_visit, frame_of, lead_on
from lms.web.db import db_session, house
from lms.web.guard import signed_in
from lms.web.languages import spoken

_LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}


@dataclass(frozen=True, slots=True)
class CueItem:
    """A sentence of a transcript and the second it is said at, 0 where unknown."""

    second: float
    text: str


@dataclass(frozen=True, slots=True)
class Film:
    """A video with everything around it, in the reader's language first."""

    url: str
    media_type: str
    poster: str | None
    captions: list[tuple[str, str, str]]
    cues: list[CueItem]
    has_times: bool
    resume: str


@blueprint.get("/courses/<slug>/learn/<lesson>")
@signed_in
def lesson(slug: str, lesson: str) -> ResponseReturnValue:
    """One lesson of a round."""
    visit = find_visit(slug, lesson)
    if visit is None:
        return redirect(url_for("learning.course", slug=slug))
    found = visit.step.lesson
    if isinstance(found, Quiz):
        return quiz_page(visit, found)
    if isinstance(found, Practice):
        return practice_page(visit, found)
    if isinstance(found, Video):
        return _video_page(visit, found)
    return _reading_page(visit, found)


@blueprint.post("/courses/<slug>/learn/<lesson>/finish")
@signed_in
def finish(slug: str, lesson: str) -> ResponseReturnValue:
    """Finish a text or a film."""
    return act(slug, lesson, _finish)


def _finish(visit: Visit) -> ResponseReturnValue:
    was_refresher = visit.enrolment.mode == Mode.REFRESHER
    try:
        outcome = finish_lesson(
            db_session(),
            visit.enrolment,
            visit.step.lesson.key,
            confirmed=request.form.get("confirmed") == "yes",
            zone=house().settings.time_zone,
            now=utc_now(),
        )
    except NotConfirmed as error:
        if not isinstance(visit.step.lesson, Reading):
            raise
        return _reading_page(visit, visit.step.lesson, spoken(error)), error.status
    return lead_on(visit, outcome, was_refresher=was_refresher)


def _reading_page(visit: Visit, found: Reading, error: str | None = None) -> str:
    text = in_language(found.text, visit.language)
    return render_template(
        "learning/reading.html",
        frame=frame_of(visit),
        visit=visit,
        html=visit.version.rendered.html(text),
        asks=found.confirm,
        done_at=visit.marks.done.get(found.key),
        error=error,
    )


def _video_page(visit: Visit, found: Video) -> str:
    return render_template(
        "learning/video.html", frame=frame_of(visit), visit=visit, film=_film(visit, found)
    )


def _film(visit: Visit, found: Video) -> Film:
    document, language = visit.document, visit.language
    path = in_language(found.file, language)
    poster = in_language(found.poster, language) if found.poster else None
    spoken_in = next((one for one in found.cues if one == language), next(iter(found.cues)))
    cues = found.cues[spoken_in]
    return Film(
        url=_address(visit, path) or "",
        media_type=document.media[path].media_type,
        poster=_address(visit, poster) if poster else None,
        captions=_captions(visit, found.captions),
        cues=[CueItem(cue.at_seconds or 0, cue.text) for cue in cues],
        has_times=all(cue.at_seconds is not None for cue in cues),
        resume=f"{visit.slug}/{found.key}/{language}",
    )


def _captions(visit: Visit, paths: LocalisedPath) -> list[tuple[str, str, str]]:
    """All languages, the reader's first: that one is on from the start."""
    languages = sorted(paths, key=lambda language: language != visit.language)
    return [
        (language, _address(visit, paths[language]) or "", _LANGUAGE_NAMES[language])
        for language in languages
    ]


def _address(visit: Visit, path: str) -> str | None:
    shown = visit.document.shown(path)
    return shown.url if shown else None
