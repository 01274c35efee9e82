"""Pages about people: overview, list, one person's record."""

from lms.staff.views import absences, entering, people, progress, record, rights, staying
from lms.staff.views.blueprint import blueprint

__all__ = ["absences", "blueprint", "entering", "people", "progress", "record", "rights", "staying"]
