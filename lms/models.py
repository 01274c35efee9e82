"""Imports every feature's models, for Alembic and tests; nothing else belongs here."""

from lms.access import models as access
from lms.audit import models as audit
from lms.certifications import models as certifications
from lms.courses import models as courses
from lms.kernel.db import Model
from lms.learning import models as learning
from lms.lists import models as lists
from lms.outbox import models as outbox
from lms.people import models as people
from lms.reminders import models as reminders
from lms.system import models as system
from lms.workshops import models as workshops

__all__ = [
    "Model",
    "access",
    "audit",
    "certifications",
    "courses",
    "learning",
    "lists",
    "outbox",
    "people",
    "reminders",
    "system",
    "workshops",
]
