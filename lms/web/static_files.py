"""Static files under an address that holds their fingerprint, so that browsers may keep them.

The fingerprint stands in the folder (`/static/<fingerprint>/app.css`): relative addresses inside
a style sheet then lead to the same fingerprint.
"""

import hashlib
from pathlib import Path

from flask import Flask, Response, abort, url_for
from werkzeug.security import safe_join

from lms.web.guard import public

FOLDER = Path(__file__).parent.parent / "static"
# Other files of the folder (licences, fonts for print) are not for browsers.
_KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_A_YEAR = "public, max-age=31536000, immutable"


def fingerprint(folder: Path = FOLDER) -> str:
    """Twelve digits that change when any static file changes."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def init_static(app: Flask) -> None:
    """Serve the folder and give templates `static(path)`."""
    mark = fingerprint()

    @public
    def static_file(mark_: str, path: str) -> Response:
        found = safe_join(str(FOLDER), path)
        kind = _KINDS.get(Path(path).suffix)
        if found is None or kind is None or not Path(found).is_file():
            abort(404)
        # Read whole: a stream that is compressed on its way would leave its file open.
        response = Response(Path(found).read_bytes(), mimetype=kind)
        if mark_ == mark:
            response.headers["Cache-Control"] = _FOR_A_YEAR
        return response

    app.add_url_rule("/static/<mark_>/<path:path>", "static_file", static_file)

    known: dict[str, str] = {}

    @app.template_global("static")
    def static(path: str) -> str:
        # A long list names the icons a hundred times; building an address is not for free.
        if path not in known:
            known[path] = url_for("static_file", mark_=mark, path=path)
        return known[path]
