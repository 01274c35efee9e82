"""Pages about people: overview, list, one person's record."""

from lms.staff.views import people, progress, record
from lms.staff.views.blueprint import blueprint

__all__ = ["blueprint", "people", "progress", "record"]
