"""The one blueprint of reminders; each page registers its addresses on it."""

from flask import Blueprint

blueprint = Blueprint("reminders", __name__)
