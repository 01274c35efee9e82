"""Pages of getting in: sign-in, the one-time set-up address, confirming, one's own account."""

from lms.access.views import account, confirming, set_up, signing_in
from lms.access.views.blueprint import blueprint

__all__ = ["account", "blueprint", "confirming", "set_up", "signing_in"]
