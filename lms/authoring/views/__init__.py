"""Courses as those who write them see them: the list, and one course with everything in it."""

from lms.authoring.views import detail, overview
from lms.authoring.views.blueprint import blueprint

__all__ = ["blueprint", "detail", "overview"]
