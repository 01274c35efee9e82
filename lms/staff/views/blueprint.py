"""The one blueprint of staff; each page registers its addresses on it."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__)
