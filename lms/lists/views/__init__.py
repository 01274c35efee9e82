"""Pages of the three lists: the file, its preview, what was saved."""

from lms.lists.views import bringing, outcome
from lms.lists.views.blueprint import blueprint

__all__ = ["blueprint", "bringing", "outcome"]
