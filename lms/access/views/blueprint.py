"""The one blueprint of access; each page registers its addresses on it."""

from flask import Blueprint

blueprint = Blueprint("access", __name__)
