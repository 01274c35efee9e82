"""Error pages in plain words; what went wrong inside stays in the log, under a number."""

import json
import logging
import secrets
import time
from pathlib import Path

from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import BadHost, HTTPException

from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError
from lms.web.guard import current_viewer, without_database
from lms.web.languages import spoken

_LOG = logging.getLogger("lms.request")
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}
_PLAIN = Path(__file__).parent.parent / "static" / "500.html"


def error_page(status: int, message: str | None = None) -> Response:
    """The page of a status; `message` is one more sentence on what can be done."""
    if status >= 500 and status != 503:
        return _last_resort(status)
    if isinstance(request.routing_exception, BadHost):
        # No page can be addressed under a name that is none, not even the links of an error.
        return make_response("The host name of this request cannot be read.", status, _TEXT)
    try:
        return _rendered(status, message)
    except SQLAlchemyError:
        # The frame asks who is looking; while the database is away nobody can say.
        without_database()
        return _rendered(503, None)


def _rendered(status: int, message: str | None) -> Response:
    text = render_template(f"errors/{status}.html", message=message, number=g.get("request_id"))
    return make_response(text, status)


def _last_resort(status: int) -> Response:
    text = _PLAIN.read_text("utf-8").replace("{number}", g.get("request_id", "–"))
    return make_response(text, status)


def conflict_page() -> Response:
    """Somebody was faster: nothing was saved, the person may try again."""
    return error_page(409)


def away_page(error: OperationalError) -> Response:
    """The database is locked, full or away: nothing was saved, later it may work."""
    _LOG.error("database: %s", type(error.orig).__name__, exc_info=error)
    without_database()
    return error_page(503)


_KNOWN = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 503})


def init_errors(app: Flask) -> None:
    """Register the handlers and one log line per request."""
    _handle_refusals(app)
    _handle_database_errors(app)
    _handle_the_unexpected(app)
    _init_log(app)


def _handle_refusals(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> ResponseReturnValue:
        page = error_page(error.status, spoken(error))
        if error.retry_after_seconds is not None:
            page.headers["Retry-After"] = str(error.retry_after_seconds)
        return page

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> ResponseReturnValue:
        return error_page(400)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if status < 400:
            return error.get_response()
        page = error_page(status if status in _KNOWN else (400 if status < 500 else 500))
        page.headers.extend(
            (name, value)
            for name, value in error.get_response().headers
            if name in ("Allow", "Retry-After")
        )
        if page.status_code != 503:
            page.status_code = status
        return page


def _handle_database_errors(app: Flask) -> None:
    @app.errorhandler(IntegrityError)
    def conflict(_error: IntegrityError) -> ResponseReturnValue:
        return conflict_page()

    @app.errorhandler(DataError)
    def unfit(_error: DataError) -> ResponseReturnValue:
        return error_page(400)

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> ResponseReturnValue:
        return away_page(error)


def _handle_the_unexpected(app: Flask) -> None:
    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        _LOG.error("request %s failed", g.get("request_id"), exc_info=error)
        if app.config.get("PROPAGATE_UNEXPECTED"):
            raise error
        return _last_resort(500)


def _init_log(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(6)
        g.started = time.perf_counter()

    @app.after_request
    def line(response: Response) -> Response:
        person = g.get("_login_user") and current_viewer()
        # The rule, not the path: paths may hold codes and tokens (trust.md 5.5).
        rule = request.url_rule.rule if request.url_rule else "-"
        record = {
            "at": utc_now().isoformat(timespec="milliseconds"),
            "request": g.get("request_id"),
            "method": request.method,
            "rule": rule,
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            "person": person.person_id if person else None,
        }
        _LOG.info("%s", json.dumps(record))
        response.headers["X-Request-Id"] = g.get("request_id", "-")
        return response
