"""The application for WSGI servers and for the `flask` command."""

import os
import sys

from lms.app import configure_logging, create_app
from lms.kernel.given import WrongSetting
from lms.settings import Settings

# The database, the files and the logs are for this account alone, whoever starts the process.
os.umask(0o077)
configure_logging()
try:
    app = create_app(Settings.from_env())
except WrongSetting as error:
    sys.exit(f"Lernstand cannot start: {error}")
