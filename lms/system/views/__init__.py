"""Pages of the house: health, system, the organisation, legal notice, accessibility, help."""

from lms.system.views import calendar, health, help_pages, identity, legal, marks, overview, units
from lms.system.views.blueprint import blueprint, organisation, public_pages
from lms.system.views.overview import standstill_in_words

__all__ = [
    "blueprint",
    "calendar",
    "health",
    "help_pages",
    "identity",
    "legal",
    "marks",
    "organisation",
    "overview",
    "public_pages",
    "standstill_in_words",
    "units",
]
