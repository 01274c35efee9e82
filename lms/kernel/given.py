"""What an operator gave: LMS_ variables and the lines of DATA/lms.env, read as typed values."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from lms.kernel.text import whole_number

PREFIX = "LMS_"
SECRETS = frozenset({"SECRET_KEY", "SMTP_PASSWORD", "DATABASE_URL"})


class WrongSetting(Exception):
    """A setting has a value that cannot be used; the text is one line for the operator."""


class Given:
    """The values an operator gave, by name without the prefix."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.values = {
            key.removeprefix(PREFIX): value.strip()
            for key, value in environment.items()
            if key.startswith(PREFIX)
        }

    def add_file(self, path: Path) -> None:
        """Take what DATA/lms.env says and the environment does not."""
        try:
            lines = path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            message = f"{path}: cannot be read ({error})"
            raise WrongSetting(message) from error
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            key, equals, value = line.strip().partition("=")
            if not equals or not key.startswith(PREFIX):
                message = f"{path}:{number}: expected {PREFIX}NAME=value"
                raise WrongSetting(message)
            self.values.setdefault(key.removeprefix(PREFIX), value.strip().strip("\"'"))

    def optional(self, name: str) -> str | None:
        return self.values.get(name) or None

    def text(self, name: str, default: str) -> str:
        value = self.optional(name) or default
        if len(value) > 200 or not value.isprintable():
            raise refusal(name, value, "one line of at most 200 characters")
        return value

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        value = self.optional(name)
        if value is None:
            return default
        number = whole_number(value, low, high)
        if number is None:
            raise refusal(name, value, f"a whole number from {low} to {high}")
        return number

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.optional(name) or default
        if value not in allowed:
            raise refusal(name, value, "one of " + ", ".join(allowed))
        return value


def refusal(name: str, value: str, allowed: str) -> WrongSetting:
    """One line: the setting, its value unless it is secret, what is allowed."""
    shown = "(not shown)" if name in SECRETS else repr(value)
    return WrongSetting(f"{PREFIX}{name} is {shown}; allowed: {allowed}")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant; None when none is like it."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.6)), None)
