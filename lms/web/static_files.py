"""Static files under an address that holds their fingerprint, so that browsers may keep them.

The fingerprint stands in the folder (`/static/<fingerprint>/app.css`): relative addresses inside
a style sheet then lead to the same fingerprint.
"""

import hashlib
from pathlib import Path

from flask import Flask, Response, abort, send_from_directory, url_for

from lms.web.guard import public

FOLDER = Path(__file__).parent.parent / "static"
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
        if path.startswith("print/"):
            abort(404)
        response = send_from_directory(FOLDER, path)
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
