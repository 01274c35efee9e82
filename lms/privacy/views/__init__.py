"""/privacy: one's own data, and for the data-protection officer who looked at whose."""

from lms.privacy.views import log, overview, taking
from lms.privacy.views.blueprint import blueprint

__all__ = ["blueprint", "log", "overview", "taking"]
