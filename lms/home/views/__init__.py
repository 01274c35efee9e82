"""The start page: one's own stand, and above it what each role can do today."""

from lms.home.views import start
from lms.home.views.blueprint import blueprint

__all__ = ["blueprint", "start"]
