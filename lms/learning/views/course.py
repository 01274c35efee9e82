"""The page of one course, beginning a round, and the page behind its end."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.certifications.queries.duties import duty_in
from lms.kernel.clock import utc_now
from lms.kernel.documents import in_language
from lms.kernel.domain import NotFound
from lms.learning.operations.enrolling import begin_again, enrol
from lms.learning.queries.dates import find_certificate
from lms.learning.queries.rounds import get_course, get_version
from lms.learning.views.after import after_rows, certificate_facts, next_rows
from lms.learning.views.blueprint import blueprint
from lms.learning.views.contents import modules_of
from lms.learning.views.hero import competence_items, fact_rows, hero_of
from lms.learning.views.stand import lesson_url, load_stand
from lms.learning.views.wording import said
from lms.web.db import db_session, house
from lms.web.guard import signed_in, viewer
from lms.web.languages import locale
from lms.workshops.queries.listing import list_of_course

MOST_SESSIONS = 3


@blueprint.get("/courses/<slug>")
@signed_in
def course(slug: str) -> ResponseReturnValue:
    """One course."""
    stand = load_stand(slug)
    document, language = stand.document, stand.language
    return render_template(
        "learning/course.html",
        plain_title=in_language(document.title, language),
        title=said(document.title, language),
        summary=said(document.summary, language),
        audience=said(document.audience, language),
        facts=fact_rows(stand),
        hero=hero_of(stand),
        modules=modules_of(stand),
        after=after_rows(stand),
        competences=competence_items(document),
        sources=document.sources,
        sessions=list_of_course(
            db_session(),
            stand.course.course_id,
            viewer().person_id,
            now=utc_now(),
            limit=MOST_SESSIONS,
        ),
        today=house().today(),
    )


@blueprint.post("/courses/<slug>/start")
@signed_in
def start(slug: str) -> ResponseReturnValue:
    """Begin a round, or go on with the open one."""
    who, now = viewer().person_id, utc_now()
    found = get_course(db_session(), slug, who)
    enrolment = enrol(
        db_session(), person_id=who, course_id=found.course_id, today=house().today(), now=now
    )
    return redirect(lesson_url(slug, enrolment))


@blueprint.post("/courses/<slug>/again")
@signed_in
def again(slug: str) -> ResponseReturnValue:
    """Begin from the start after all attempts at a quiz were used up."""
    who, now = viewer().person_id, utc_now()
    found = get_course(db_session(), slug, who)
    enrolment = begin_again(
        db_session(), person_id=who, course_id=found.course_id, today=house().today(), now=now
    )
    flash(_("Du beginnst von vorn. Dein bisheriger Stand bleibt gespeichert."), "note")
    return redirect(lesson_url(slug, enrolment))


@blueprint.get("/courses/<slug>/done")
@signed_in
def done(slug: str) -> ResponseReturnValue:
    """What finishing the course came to."""
    session, who, today = db_session(), viewer().person_id, house().today()
    found = get_course(session, slug, who)
    finished = found.finished_round
    if finished is None:
        raise NotFound
    document = get_version(session, finished.version).document
    duty = duty_in(session, who, found.course_id, today=today)
    # After a voluntary repeat the certificate that lasts longest is still the one that counts.
    evidence_id = finished.enrolment.evidence_id or (duty.evidence_id if duty else None)
    shown = find_certificate(session, evidence_id)
    return render_template(
        "learning/done.html",
        title=said(document.title, document.language_for(locale())),
        slug=slug,
        facts=certificate_facts(shown.dates) if shown else [],
        certificate_url=_certificate_url(shown.certificate_id) if shown else None,
        is_voluntary=finished.enrolment.evidence_id is None,
        after=next_rows(document, duty, shown.dates if shown else None),
    )


def _certificate_url(certificate_id: int) -> str:
    return url_for("certifications.document", certificate_id=certificate_id)
