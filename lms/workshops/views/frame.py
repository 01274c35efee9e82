"""What every deed of these pages is handed."""

from lms.web.db import house
from lms.workshops.rules.words import Frame


def frame() -> Frame:
    """Zone and mail as the settings have them."""
    settings = house().settings
    return Frame(settings.time_zone, settings.mail_domain, settings.default_locale)
