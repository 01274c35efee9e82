"""The blueprint of the lists."""

from flask import Blueprint

blueprint = Blueprint("lists", __name__)
