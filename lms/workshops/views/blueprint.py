"""The one blueprint of sessions; each page registers its addresses on it."""

from flask import Blueprint

blueprint = Blueprint("workshops", __name__)
