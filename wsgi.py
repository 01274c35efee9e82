"""The application for WSGI servers and for the `flask` command."""

import sys

from lms.app import configure_logging, create_app
from lms.settings import Settings, WrongSetting

configure_logging()
try:
    app = create_app(Settings.from_env())
except WrongSetting as error:
    sys.exit(f"Lernstand cannot start: {error}")
