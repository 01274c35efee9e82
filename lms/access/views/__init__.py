"""Pages of getting in: sign-in, the one-time set-up address, confirming, one's own account."""

from lms.access.views import (
    account,
    asking,
    challenge,
    code,
    confirming,
    links,
    second_factor,
    set_up,
    signing_in,
)
from lms.access.views.blueprint import blueprint

__all__ = [
    "account",
    "asking",
    "blueprint",
    "challenge",
    "code",
    "confirming",
    "links",
    "second_factor",
    "set_up",
    "signing_in",
]
