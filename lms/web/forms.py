"""Forms are parsers: they turn text into typed values and keep what was typed."""

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - WTForms filters see any type
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """Strips text; passwords keep their blanks."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """How fields are bound."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:  # noqa: ANN401 - WTForms signature
            """Add the stripping filter to every field but passwords."""
            filters = list(unbound_field.kwargs.get("filters", []))
            if unbound_field.field_class.__name__ != "PasswordField":
                filters.insert(0, _cleaned)
            bound: Field = unbound_field.bind(form=form, filters=filters, **options)
            return bound
