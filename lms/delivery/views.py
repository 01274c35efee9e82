"""`/go/<signed>`: where the links of mails lead (trust.md 1.19)."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.web.db import house
from lms.web.guard import current_viewer, public, safe_next
from lms.web.links import path_of

blueprint = Blueprint("delivery", __name__)


@blueprint.get("/go/<signed>")
@public
def follow_link(signed: str) -> ResponseReturnValue:
    """To the page, after sign-in if need be; a link that is broken or too old says so."""
    path = safe_next(path_of(house().settings.secret_key, signed))
    if path is None:
        return render_template("delivery/broken_link.html"), 404
    target = path if current_viewer() else url_for("access.sign_in", next=path)
    response = redirect(target)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
