"""Pages of sessions: the list, one session, planning, people and places, attendance, closing."""

from lms.workshops.views import attendance, closing, detail, listing, places, planning
from lms.workshops.views.blueprint import blueprint

__all__ = ["attendance", "blueprint", "closing", "detail", "listing", "places", "planning"]
