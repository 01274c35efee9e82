"""The form of a session: texts, course, place, dates, places, deadlines."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # types lag
from wtforms.validators import InputRequired, Length, Optional

from lms.kernel.text import one_line, unkept, whole_number
from lms.web.forms import BaseForm
from lms.web.ids import MOST_ID
from lms.workshops.rules.planning import DatePlan, Plan
from lms.workshops.rules.words import MOST_DATES, Method, Setting

TITLE, TEXT, PLACE, ADDRESS, SEARCH = 200, 4000, 200, 500, 100
MOST_PLACES = 10_000
MOST_MINUTES = 10_000
_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
_TOO_LONG = lazy_gettext("Das ist zu lang.")


class Day(DateField):
    """A calendar day as browsers send it, or typed in German; says in our words what is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - WTForms signature
        super().__init__(*args, **({"format": ["%Y-%m-%d", "%d.%m.%Y"]} | kwargs))

    def gettext(self, string: str) -> str:  # noqa: ARG002 - WTForms has one message only
        """The message for a text that is no day."""
        return str(_("Gib ein Datum ein, zum Beispiel 24.11.2026."))


class Clock(TimeField):
    """A time of day; says in our words what is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - WTForms signature
        super().__init__(*args, **({"format": ["%H:%M", "%H:%M:%S", "%H.%M"]} | kwargs))

    def gettext(self, string: str) -> str:  # noqa: ARG002 - WTForms has one message only
        """The message for a text that is no time."""
        return str(_("Gib eine Uhrzeit ein, zum Beispiel 14:00."))


class Number(IntegerField):
    """A whole number that says in our words what is wrong with a text that is none."""

    def gettext(self, string: str) -> str:  # noqa: ARG002 - WTForms has one message only
        """The message for a text that is no number."""
        return str(_("Gib eine ganze Zahl ein."))


def _in_reach(_form: object, field: Day) -> None:
    if field.data is not None and not _FIRST_DAY <= field.data <= _LAST_DAY:
        raise ValidationError(_("Gib ein Datum von 2000 bis 2100 ein."))


def _kept(_form: object, field: StringField) -> None:
    if unkept((field.data or "").replace("\r", "")):
        raise ValidationError(_("Darin ist ein Zeichen, das sich nicht speichern lässt."))


class DateRow(Form):
    """One date; the fields are read together by `DateRow.planned`."""

    id = HiddenField()
    day = Day(lazy_gettext("Tag"), [InputRequired(lazy_gettext("Gib ein Datum ein.")), _in_reach])
    starts = Clock(lazy_gettext("Beginn"), [InputRequired(lazy_gettext("Gib eine Uhrzeit ein."))])
    ends = Clock(lazy_gettext("Ende"), [InputRequired(lazy_gettext("Gib eine Uhrzeit ein."))])
    place = StringField(
        lazy_gettext("Anderer Ort an diesem Tag"), [Length(max=PLACE, message=_TOO_LONG), _kept]
    )
    is_cancelled = BooleanField(lazy_gettext("Dieser Tag fällt aus"))

    def validate_ends(self, field: Clock) -> None:
        """A date ends on its own day, after it began."""
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError(_("Das Ende liegt vor dem Beginn."))

    def planned(self, zone: ZoneInfo) -> DatePlan:
        """What was typed, by the clocks on the walls of the house."""
        return DatePlan(
            id=whole_number(self.id.data or "", 1, MOST_ID),
            starts_at=_instant(self.day, self.starts, zone),
            ends_at=_instant(self.day, self.ends, zone),
            place=one_line(self.place.data or "") or None,
            is_cancelled=bool(self.is_cancelled.data),
        )


def _instant(day: Day, clock: Clock, zone: ZoneInfo) -> dt.datetime:
    if day.data is None or clock.data is None:
        raise ValueError(day.id)
    return dt.datetime.combine(day.data, clock.data, zone).astimezone(dt.UTC)


class WorkshopForm(BaseForm):
    """One page; courses and trainers are handed in by the view."""

    title_de = StringField(
        lazy_gettext("Titel"),
        [
            InputRequired(lazy_gettext("Gib dem Termin einen Titel.")),
            Length(max=TITLE, message=_TOO_LONG),
            _kept,
        ],
    )
    title_en = StringField(
        lazy_gettext("Titel auf Englisch"), [Length(max=TITLE, message=_TOO_LONG), _kept]
    )
    description_de = TextAreaField(
        lazy_gettext("Worum geht es?"), [Length(max=TEXT, message=_TOO_LONG), _kept]
    )
    description_en = TextAreaField(
        lazy_gettext("Worum geht es? Auf Englisch"), [Length(max=TEXT, message=_TOO_LONG), _kept]
    )
    course = SelectField(lazy_gettext("Zählt für den Kurs"))
    setting = RadioField(
        lazy_gettext("Wo?"),
        choices=[
            SelectChoice(Setting.ON_SITE.value, lazy_gettext("Vor Ort")),
            SelectChoice(Setting.ONLINE.value, lazy_gettext("Online")),
            SelectChoice(Setting.HYBRID.value, lazy_gettext("Vor Ort und online")),
        ],
        default=Setting.ON_SITE.value,
    )
    method = RadioField(
        lazy_gettext("Wie?"),
        choices=[
            SelectChoice(Method.TRAINING.value, lazy_gettext("Schulung")),
            SelectChoice(Method.WORLD_CAFE.value, lazy_gettext("World-Café")),
        ],
        default=Method.TRAINING.value,
    )
    place = StringField(lazy_gettext("Ort"), [Length(max=PLACE, message=_TOO_LONG), _kept])
    online_url = StringField(
        lazy_gettext("Link zum Online-Treffen"), [Length(max=ADDRESS, message=_TOO_LONG), _kept]
    )
    dates = FieldList(
        FormField(DateRow), lazy_gettext("Tage"), min_entries=1, max_entries=MOST_DATES
    )
    trainer = SelectField(lazy_gettext("Leitende Person"))
    search = StringField(lazy_gettext("Andere Person suchen"), [Length(max=SEARCH)])
    capacity = Number(lazy_gettext("Plätze"), [Optional()])
    signup_opens_on = Day(lazy_gettext("Anmelden ab"), [Optional(), _in_reach])
    signup_closes_on = Day(lazy_gettext("Anmelden bis"), [Optional(), _in_reach])
    cancel_until = Day(lazy_gettext("Abmelden bis"), [Optional(), _in_reach])
    min_minutes = Number(lazy_gettext("Nachweis ab so vielen Minuten"), [Optional()])

    def validate(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - WTForms signature
        """Say what is wrong with a date by its number: the summary knows no nested fields."""
        is_valid = bool(super().validate(*args, **kwargs))
        for number, row in enumerate(self.dates, start=1):
            for field in row.form:
                for error in field.errors:
                    words = _("Tag %(number)s, %(field)s: ", number=number, field=field.label.text)
                    self.form_errors.append(words + str(error))
        self.dates.errors = []
        return is_valid

    def validate_online_url(self, field: StringField) -> None:
        """A link that a browser opens safely."""
        if field.data and not _is_safe_link(field.data):
            raise ValidationError(_("Gib eine Adresse ein, die mit https:// beginnt."))

    def validate_capacity(self, field: Number) -> None:
        """Room for somebody."""
        if field.data is not None and not 1 <= field.data <= MOST_PLACES:
            raise ValidationError(_("Gib eine Zahl von 1 bis %(most)s ein.", most=MOST_PLACES))

    def validate_min_minutes(self, field: Number) -> None:
        """Some minutes, and no more than a course of days has."""
        if field.data is not None and not 1 <= field.data <= MOST_MINUTES:
            raise ValidationError(_("Gib eine Zahl von 1 bis %(most)s ein.", most=MOST_MINUTES))

    def validate_signup_closes_on(self, field: Day) -> None:
        """Sign-up ends after it began."""
        opens_on = self.signup_opens_on.data
        if field.data and opens_on and field.data < opens_on:
            raise ValidationError(_("Das liegt vor dem ersten Tag der Anmeldung."))

    def plan(self, zone: ZoneInfo) -> Plan:
        """What was typed; only after `validate`."""
        return Plan(
            titles=_texts(one_line(self.title_de.data or ""), one_line(self.title_en.data or "")),
            descriptions=_texts(self.description_de.data, self.description_en.data),
            course_id=int(self.course.data) if self.course.data else None,
            setting=self.setting.data,
            method=self.method.data,
            place=one_line(self.place.data or "") or None,
            online_url=self.online_url.data or None,
            trainer_id=int(self.trainer.data),
            capacity=self.capacity.data,
            signup_opens_on=self.signup_opens_on.data,
            signup_closes_on=self.signup_closes_on.data,
            cancel_until=self.cancel_until.data,
            min_minutes=self.min_minutes.data,
            dates=tuple(row.form.planned(zone) for row in self.dates),
        )


def _texts(german: str | None, english: str | None) -> dict[str, str]:
    return {key: text for key, text in (("de", german), ("en", english)) if text}


def _is_safe_link(text: str) -> bool:
    if any(letter.isspace() for letter in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False


class CallOffForm(BaseForm):
    """Why a session is cancelled; optional, since a reason may be nobody's business."""

    note = TextAreaField(
        lazy_gettext("Was sollen die Angemeldeten wissen?"),
        [Length(max=400, message=_TOO_LONG), _kept],
    )


class TakeBackForm(BaseForm):
    """Why somebody's evidence is taken back."""

    reason = TextAreaField(
        lazy_gettext("Grund"),
        [
            InputRequired(lazy_gettext("Schreib einen Grund dazu.")),
            Length(max=400, message=_TOO_LONG),
            _kept,
        ],
    )
