"""The blueprints of system: health and the system page; the organisation; what anybody may read."""

from flask import Blueprint

blueprint = Blueprint("system", __name__)
organisation = Blueprint("organisation", __name__)
public_pages = Blueprint("house", __name__)
