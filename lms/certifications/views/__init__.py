"""Pages of certificates: one's own, one of them with its documents, and the public check."""

from lms.certifications.views import check, document, mine
from lms.certifications.views.blueprint import blueprint

__all__ = ["blueprint", "check", "document", "mine"]
