"""How many answers of endpoints were compared, said at the end of the run."""

from collections import Counter

import pytest

_NAME = "endpoint checks"


@pytest.fixture
def counted(record_property):
    """counted("wrong method"): one more answer of this kind was compared."""
    found = Counter()
    yield lambda kind, number=1: found.update({kind: number})
    for kind, number in found.items():
        record_property(f"{_NAME}: {kind}", number)


def pytest_terminal_summary(terminalreporter):
    """One line for the whole run."""
    found = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, number in getattr(report, "user_properties", ()):
                if name.startswith(_NAME) and report.when == "teardown":
                    found[name.removeprefix(f"{_NAME}: ")] += number
    if found:
        parts = ", ".join(f"{number} {kind}" for kind, number in sorted(found.items()))
        terminalreporter.write_line(f"{_NAME}: {found.total()} ({parts})")
