"""The one blueprint of certifications; each page registers its addresses on it."""

from flask import Blueprint

blueprint = Blueprint("certifications", __name__)
