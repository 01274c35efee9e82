"""Forms of the organisation: name and contacts, texts, units, calendar."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from lms.kernel.domain import DomainError
from lms.kernel.text import unkept
from lms.people.regions import REGIONS
from lms.people.rules import ContactKind, TextKind, month_and_day, normal_email
from lms.settings import LOCALES
from lms.system.queries.organisation import Identity, Reached, Spoken
from lms.web.forms import BaseForm
from lms.web.languages import spoken

TEXT_LENGTH = 50_000


def _needed() -> DataRequired:
    return DataRequired(_l("Hier fehlt noch etwas."))


def _at_most(count: int) -> Length:
    return Length(max=count, message=_l("Höchstens %(max)d Zeichen."))


def _storable(_form: object, field: Any) -> None:  # noqa: ANN401 - WTForms' field
    """What no database keeps is said, not lost."""
    if field.data and unkept(field.data):
        raise ValidationError(_("Hier steht ein Zeichen, das sich nicht speichern lässt."))


def _one_line(form: object, field: Any) -> None:  # noqa: ANN401 - WTForms' field
    """A name stands on one line and has no invisible marks."""
    _storable(form, field)
    if field.data and not field.data.isprintable():
        raise ValidationError(_("Schreib das in eine Zeile, ohne unsichtbare Zeichen."))


def _address(_form: object, field: Any) -> None:  # noqa: ANN401 - WTForms' field
    """An e-mail address or nothing; kept as it is compared everywhere."""
    if not field.data:
        return
    try:
        field.data = normal_email(field.data)
    except DomainError as error:
        raise ValidationError(spoken(error)) from error


def _line(label: str, length: int, *more: object) -> StringField:
    return StringField(label, [*more, _at_most(length), _one_line])


def _mail(label: str) -> StringField:
    return StringField(label, [_at_most(254), _address])


class IdentityForm(BaseForm):
    """Name and contacts."""

    seen = HiddenField()
    name = _line(_l("Name der Organisation"), 200, _needed())
    help_name = _line(_l("Name oder Stelle"), 200)
    help_email = _mail(_l("E-\u2060Mail-Adresse"))
    help_phone = _line(_l("Telefon"), 60)
    privacy_name = _line(_l("Name oder Stelle"), 200)
    privacy_email = _mail(_l("E-\u2060Mail-Adresse"))
    privacy_phone = _line(_l("Telefon"), 60)
    accessibility_name = _line(_l("Name oder Stelle"), 200)
    accessibility_email = _mail(_l("E-\u2060Mail-Adresse"))
    accessibility_phone = _line(_l("Telefon"), 60)

    def identity(self) -> Identity:
        """What was typed; contacts without any value are left out."""
        reached = {kind: Reached(*self._values(kind)) for kind in ContactKind}
        contacts = {kind: one for kind, one in reached.items() if not one.is_empty}
        return Identity(self.name.data or "", contacts)

    def _values(self, kind: ContactKind) -> list[str]:
        return [self[f"{kind.value}_{part}"].data or "" for part in ("name", "email", "phone")]


def identity_values(identity: Identity) -> dict[str, str]:
    """What the form shows of an identity."""
    found = {"name": identity.name}
    for kind, one in identity.contacts.items():
        found |= {f"{kind.value}_{part}": getattr(one, part) for part in ("name", "email", "phone")}
    return found


def _text(label: str) -> TextAreaField:
    return TextAreaField(label, [_at_most(TEXT_LENGTH), _storable])


class TextsForm(BaseForm):
    """Texts of the public pages, German and English, in Markdown."""

    seen = HiddenField()
    legal_notice_de = _text(_l("Impressum, deutsch"))
    legal_notice_en = _text(_l("Impressum, englisch"))
    privacy_de = _text(_l("Ergänzung zum Datenschutz, deutsch"))
    privacy_en = _text(_l("Ergänzung zum Datenschutz, englisch"))
    enforcement_de = _text(_l("Durchsetzungsstelle, deutsch"))
    enforcement_en = _text(_l("Durchsetzungsstelle, englisch"))

    def texts(self) -> dict[Spoken, str]:
        """What was typed; empty ones are left out. Lines end alike, whatever browser sent them."""
        found = {
            (kind, locale): (self[f"{kind.value}_{locale}"].data or "").replace("\r\n", "\n")
            for kind in TextKind
            for locale in LOCALES
        }
        return {key: text for key, text in found.items() if text}


def text_values(texts: dict[Spoken, str]) -> dict[str, str]:
    """What the form shows of the texts."""
    return {f"{kind.value}_{locale}": text for (kind, locale), text in texts.items()}


class MarkForm(BaseForm):
    """A picture; what it may be is the operation's business."""

    file = FileField(_l("Bild: PNG, JPEG oder WebP"))


class UnitForm(BaseForm):
    """The name of a unit; `seen` is the one it had. What a name may be is the rules' business."""

    seen = HiddenField()
    name = StringField(_l("Name des Bereichs"), [_needed()])


class MergeForm(BaseForm):
    """The unit in which another one goes up; choices are handed in by the view."""

    target = SelectField(_l("Soll aufgehen in"))


def _day_of_year(_form: object, field: Any) -> None:  # noqa: ANN401 - WTForms' field
    """A day that is in the calendar, at least in leap years."""
    if field.data and month_and_day(field.data) is None:
        raise ValidationError(_("Schreib Tag und Monat, zum Beispiel 24.12."))


class Day(DateField):
    """A date that says in our words what is wrong with a text that is none."""

    def gettext(self, string: str) -> str:  # noqa: ARG002 - WTForms has one message only
        """The message for a text that is no date."""
        return str(_("Gib ein Datum ein, zum Beispiel 24.11.2026."))


def _date(label: str) -> Day:
    return Day(label, [_needed()], format=["%Y-%m-%d", "%d.%m.%Y"])


class ClosingDayForm(BaseForm):
    """A closing day of each year."""

    day = StringField(_l("Tag und Monat"), [_needed(), _day_of_year])
    day_name = _line(_l("Anlass (wenn du magst)"), 120)


class ClosureForm(BaseForm):
    """Days of one year; what they may be is the operation's business."""

    from_on = _date(_l("Erster Tag"))
    until_on = _date(_l("Letzter Tag"))
    closure_name = _line(_l("Anlass (wenn du magst)"), 120)


class RegionForm(BaseForm):
    """Whose public holidays count."""

    region = SelectField(_l("Feiertage von"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - WTForms signature
        super().__init__(*args, **kwargs)
        self.region.choices = [(code, _(name)) for code, name in REGIONS.items()]
