"""The one blueprint of the start page."""

from flask import Blueprint

blueprint = Blueprint("home", __name__)
