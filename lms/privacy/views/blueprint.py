"""The blueprint of /privacy."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__)
