"""Forms are parsers: they turn text into typed values and keep what was typed."""

import datetime as dt
import re
import unicodedata
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)


def day_of(text: str) -> dt.date | None:
    """The day behind `2026-11-24` or `24.11.2026`, None when it is none that anybody can mean."""
    german = _GERMAN_DAY.fullmatch(text)
    try:
        if german:
            found = dt.date(int(german[3]), int(german[2]), int(german[1]))
        else:
            found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


class DayField(Field):
    """A day, as the browser's calendar sends it or as people write it; what was typed stays."""

    widget = DateInput()

    def _value(self) -> str:
        """What stands in the control."""
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; the form asks for it where it is needed."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = day_of(text) if text else None
        if text and self.data is None:
            raise ValidationError(_("Gib ein Datum ein, zum Beispiel 24.11.2026."))


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - WTForms filters see any type
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """Strips text; passwords keep their blanks."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """How fields are bound."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:  # noqa: ANN401 - WTForms signature
            """Add the stripping filter to every field but passwords."""
            name = unbound_field.field_class.__name__
            if name in ("FieldList", "FormField"):
                # They only hold other fields and take no filters themselves.
                held: Field = unbound_field.bind(form=form, **options)
                return held
            filters = list(unbound_field.kwargs.get("filters", []))
            if name != "PasswordField":
                filters.insert(0, _cleaned)
            bound: Field = unbound_field.bind(form=form, filters=filters, **options)
            return bound
