"""Course media for people who are signed in: films, pictures, captions, files."""

import re

from flask import Blueprint, Response, abort, request
from werkzeug.wsgi import wrap_file

from lms.courses import queries
from lms.courses.models import CourseMedium
from lms.courses.ranges import BeyondTheEnd, FilePart, Span, asked_span
from lms.kernel import files
from lms.kernel.filetypes import ENDINGS, ending_of
from lms.web.db import db_session, house
from lms.web.guard import signed_in

blueprint = Blueprint("courses", __name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


@blueprint.get("/media/<sha256>/<name>")
@signed_in
def medium(sha256: str, name: str) -> Response:
    """A file by its hash; the name is for the person who saves it and must fit its type."""
    found = queries.find_medium(db_session(), sha256) if _SHA256.fullmatch(sha256) else None
    if found is None or not _NAME.fullmatch(name):
        abort(404)
    if ending_of(name) not in ENDINGS.get(found.media_type, ()):
        abort(404)
    etag = f'"{found.sha256}"'
    if request.if_none_match.contains_weak(found.sha256):
        return _with_headers(Response(status=304), etag)
    try:
        return _with_headers(_answer(found, _span(found, etag), name), etag)
    except BeyondTheEnd:
        refused = Response(status=416)
        refused.headers["Content-Range"] = f"bytes */{found.size_bytes}"
        return _with_headers(refused, etag)


def _span(found: CourseMedium, etag: str) -> Span | None:
    """The part that is asked for; If-Range with another version asks for the whole."""
    condition = request.headers.get("If-Range")
    if request.method != "GET" or (condition is not None and condition.strip() != etag):
        return None
    return asked_span(request.headers.get("Range"), found.size_bytes)


def _answer(found: CourseMedium, span: Span | None, name: str) -> Response:
    try:
        stream = files.open_file(house().settings.files, found.sha256)
    except FileNotFoundError:
        abort(404)
    part = FilePart(stream, span or Span(0, found.size_bytes - 1))
    body = wrap_file(request.environ, part, 1 << 16)  # type: ignore[arg-type]
    answer = Response(body, status=206 if span else 200, direct_passthrough=True)
    answer.headers["Content-Length"] = str((span or Span(0, found.size_bytes - 1)).length)
    answer.headers["Content-Type"] = _content_type(found.media_type)
    answer.headers["Content-Disposition"] = f'{_disposition(found.media_type)}; filename="{name}"'
    if span:
        answer.headers["Content-Range"] = f"bytes {span.first}-{span.last}/{found.size_bytes}"
    return answer


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _disposition(media_type: str) -> str:
    # The sandbox keeps browsers from showing a PDF in the page; it is saved instead.
    return "attachment" if media_type == "application/pdf" else "inline"


def _with_headers(answer: Response, etag: str) -> Response:
    answer.headers.update(_HEADERS)
    answer.headers["ETag"] = etag
    return answer
