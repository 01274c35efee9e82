"""The public check: what a code on paper stands for, and nothing that is not on the paper."""

import datetime as dt
from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access.operations import throttle
from lms.access.rules import CHECK_WINDOW, TooManyChecks
from lms.certifications.forms import CodeForm
from lms.certifications.queries.certificates import CertificateRow, find_by_code
from lms.certifications.views.blueprint import blueprint
from lms.certifications.views.wording import full_day, said
from lms.courses.queries import get_version
from lms.kernel.clock import local_date, utc_now
from lms.kernel.text import normal_code
from lms.web.db import beside_the_request, db_session, end_transaction, house
from lms.web.guard import public
from lms.web.languages import day

_SHOWN_LETTERS = 64


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the box on top says; `key` of the colours, `picture` an icon."""

    key: str
    picture: str
    heading: str
    sentence: str


@blueprint.get("/verify")
@public
def check_form() -> ResponseReturnValue:
    """Where a code is typed; a typed one leads to its own address."""
    form = CodeForm(request.args)
    code = _typed(form.code.data or "")
    if code:
        return _for_nobody_to_index(redirect(url_for("certifications.check", code=code)))
    if "code" in request.args:
        form.code.errors = [_("Gib den Code ein, der auf dem Nachweis steht.")]
        return _for_nobody_to_index(_form_page(form, 422))
    return _for_nobody_to_index(_form_page(form, 200))


@blueprint.get("/verify/<code>")
@public
def check(code: str) -> ResponseReturnValue:
    """The verdict on a code. Unknown and throttled look alike but for the status."""
    end_transaction()
    now = utc_now()
    try:
        with beside_the_request() as session:
            throttle.count_check(
                session, house().settings.secret_key, request.remote_addr or "", now=now
            )
    except TooManyChecks:
        response = _unknown_page(code, now, 429)
        response.headers["Retry-After"] = str(int(CHECK_WINDOW.total_seconds()))
        return _for_nobody_to_index(response)
    found = find_by_code(db_session(), _typed(code))
    if found is None:
        return _for_nobody_to_index(_unknown_page(code, now, 404))
    return _for_nobody_to_index(_found_page(found, now))


def _typed(text: str) -> str:
    """The code in what somebody typed or scanned, be it the whole address."""
    return normal_code(text.rstrip("/ ").rpartition("/")[2])


def _for_nobody_to_index(response: Response | object) -> Response:
    made = make_response(response)
    made.headers["X-Robots-Tag"] = "noindex, nofollow"
    return made


def _form_page(form: CodeForm, status: int) -> Response:
    return make_response(render_template("certifications/check_form.html", form=form), status)


def _unknown_page(typed: str, now: dt.datetime, status: int) -> Response:
    verdict = Verdict(
        "",
        "circle-question-mark",
        _("Diesen Code kennen wir nicht"),
        _("Vielleicht ist ein Zeichen vertauscht. Prüfe den Code auf dem Papier noch einmal."),
    )
    return _page(verdict, [], now, status, typed=typed[:_SHOWN_LETTERS])


def _found_page(row: CertificateRow, now: dt.datetime) -> Response:
    if row.is_anonymous:
        return _page(_erased(), [], now, 200)
    verdict = _verdict(row, house().today())
    return _page(verdict, _on_paper(row), now, 200, code=row.code, hides_name=not row.shows_name)


def _erased() -> Verdict:
    return Verdict(
        "",
        "history",
        _("Dieser Nachweis ist nicht mehr gespeichert"),
        _("Die Angaben dazu wurden gelöscht, wie es der Datenschutz verlangt."),
    )


def _verdict(row: CertificateRow, today: dt.date) -> Verdict:
    if row.revoked_on is not None:
        return Verdict(
            "exp",
            "ban",
            _("Dieser Nachweis wurde widerrufen"),
            _("Seit dem %(day)s gilt er nicht mehr.", day=full_day(row.revoked_on)),
        )
    if row.valid_until is None:
        return Verdict(
            "ok", "shield-check", _("Dieser Nachweis ist gültig"), _("Er gilt unbefristet.")
        )
    until = full_day(row.valid_until)
    if today > row.valid_until:
        return Verdict(
            "soon",
            "clock-alert",
            _("Dieser Nachweis ist abgelaufen"),
            _("Er ist echt, galt aber nur bis %(day)s.", day=until),
        )
    return Verdict(
        "ok",
        "shield-check",
        _("Dieser Nachweis ist gültig"),
        _("Er gilt bis %(day)s.", day=until),
    )


def _on_paper(row: CertificateRow) -> list[tuple[str, str]]:
    course = get_version(db_session(), row.version_id).document
    levels = [
        _("%(code)s Stufe %(level)s", code=one.code, level=one.level)
        for one in course.competence_levels
    ]
    return [
        (_("Name"), row.holder if row.shows_name else ""),
        (_("Kurs"), said(row.titles)),
        (_("Galt") if row.revoked_on else _("Gültig"), _term(row)),
        (_("Kompetenzen"), "DigComp " + ", ".join(levels)),
    ]


def _term(row: CertificateRow) -> str:
    start, end = day(row.valid_from), row.valid_until
    if row.revoked_on is not None:
        end = min(row.revoked_on, end or row.revoked_on)
    if end is None:
        return str(_("ab %(day)s, unbefristet", day=start))
    return str(_("%(start)s bis %(end)s", start=start, end=day(end)))


def _page(
    verdict: Verdict,
    rows: list[tuple[str, str]],
    now: dt.datetime,
    status: int,
    *,
    typed: str = "",
    code: str = "",
    hides_name: bool = False,
) -> Response:
    form = CodeForm(formdata=None)
    form.code.data = typed
    return make_response(
        render_template(
            "certifications/check.html",
            verdict=verdict,
            rows=rows,
            code=code,
            form=form,
            now=now,
            checked_on=full_day(local_date(now, house().settings.time_zone)),
            hides_name=hides_name,
        ),
        status,
    )
