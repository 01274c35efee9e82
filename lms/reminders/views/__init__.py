"""Pages of reminders: what is ahead, requirements, making and ending one."""

from lms.reminders.views import new_requirement, overview, requirements
from lms.reminders.views.blueprint import blueprint

__all__ = ["blueprint", "new_requirement", "overview", "requirements"]
