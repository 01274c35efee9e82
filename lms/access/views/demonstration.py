"""The sign-ins of a demonstration organisation: one click each, on this machine alone."""

import json
from typing import Any

from lms.web.db import house


def sign_ins() -> dict[str, Any]:
    """Role to address and password; empty anywhere else."""
    try:
        found: dict[str, Any] = json.loads(house().settings.demonstration_file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def is_one_of_them(email: str | None) -> bool:
    """True for somebody whom a visitor of the demonstration becomes by one click."""
    return email is not None and email in {entry["email"] for entry in sign_ins().values()}
