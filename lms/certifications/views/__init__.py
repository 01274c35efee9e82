"""Pages of certificates: one's own, one of them, those from elsewhere, and the public check."""

from lms.certifications.views import check, deciding, document, external, mine
from lms.certifications.views.blueprint import blueprint

__all__ = ["blueprint", "check", "deciding", "document", "external", "mine"]
