"""Pages of reminders: what is ahead, what waits, requirements, making and ending one."""

from lms.reminders.views import holds, letters, new_requirement, overview, requirements
from lms.reminders.views.blueprint import blueprint

__all__ = ["blueprint", "holds", "letters", "new_requirement", "overview", "requirements"]
