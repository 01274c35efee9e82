"""Every column says whether it is personal: what kind, what for, how long (GDPR Art. 30).

The register of processing, export, erasure and retention are made from these marks, so a column
without one fails a test.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Personal:
    """kind: what it tells about somebody; purpose: why it is kept; keep: for how long."""

    kind: str
    purpose: str
    keep: str


NOT_PERSONAL: dict[str, Any] = {"personal": None}


def personal(kind: str, purpose: str, keep: str) -> dict[str, Any]:
    """The `info` of a column that tells something about a person."""
    return {"personal": Personal(kind, purpose, keep)}
