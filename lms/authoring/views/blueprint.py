"""The one blueprint of authoring; each page registers its addresses on it."""

from flask import Blueprint

blueprint = Blueprint("authoring", __name__)
