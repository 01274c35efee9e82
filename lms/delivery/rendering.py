"""From checked values to subject, text and HTML in the recipient's language."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_babel import force_locale

from lms.delivery.letters import Rendered
from lms.delivery.operations import Kinds
from lms.kernel.text import one_line
from lms.web.links import signed_path


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes mails with the application's templates; links lead to `base_url`."""

    app: Flask
    kinds: Kinds
    base_url: str
    secret_key: str
    organisation: Callable[[], str]
    can_reply: bool

    def link_to(self, path: str) -> str:
        """A signed link that opens the path after sign-in and carries no right."""
        return self.base_url + signed_path(self.secret_key, path)

    def render(self, kind: str, locale: str, values: dict[str, Any]) -> Rendered:
        """Subject and both parts; any missing value raises instead of leaving a hole."""
        with self.app.app_context(), force_locale(locale):
            template = self.kinds[kind].template(values)
            context = {
                **self.kinds[kind].context(values, self.link_to),
                "organisation": self.organisation(),
                "can_reply": self.can_reply,
                "base_url": self.base_url,
            }
            subject = one_line(self._part(f"{template}/subject.txt", context))
            context["subject"] = subject
            return Rendered(
                subject=subject,
                text=self._part(f"{template}/body.txt", context).strip() + "\n",
                html=self._part(f"{template}/body.html", context),
            )

    def _part(self, name: str, context: dict[str, Any]) -> str:
        # Past Flask's own render_template: its context belongs to pages, not to mails.
        return self.app.jinja_env.get_template(f"emails/{name}").render(context)
