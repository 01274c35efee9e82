"""One entry of the register in words: what is new, what differs, what should be noticed."""

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _

from lms.kernel.viewer import Role
from lms.people.models import Person
from lms.staff.changes import PersonChanges, cleaned
from lms.staff.forms import PersonForm
from lms.staff.views.steps import Row
from lms.web.languages import table_day

# Fields that are chosen, and what they are called in the form.
_CHOICES = {"supervisor_id": "supervisor", "locale": "locale"}


def _labels() -> dict[str, str]:
    """The fields in the order of the form."""
    return {
        "first_name": _("Vorname"),
        "last_name": _("Nachname"),
        "email": _("E-⁠Mail-Adresse"),
        "personnel_number": _("Personalnummer"),
        "unit": _("Bereich"),
        "job": _("Tätigkeit"),
        "supervisor_id": _("Vorgesetzt"),
        "hired_on": _("Eintritt"),
        "locale": _("Sprache der E-⁠Mails"),
        "roles": _("Darf Kurse schreiben"),
    }


def rows_of_change(form: PersonForm, person: Person, changes: PersonChanges) -> list[Row]:
    """What differs from what is stored, in the words of the form."""
    stored: dict[str, object] = {name: getattr(person, name, None) for name in asdict(changes)}
    stored |= {"unit": person.unit.name, "roles": roles_of(person)}
    wanted = cleaned(changes)
    return [
        Row(label, _said(form, field, stored[field]), _said(form, field, wanted[field]))
        for field, label in _labels().items()
        if stored[field] != wanted[field]
    ]


def rows_of_entry(form: PersonForm) -> list[Row]:
    """What is entered of somebody new, without what was left empty."""
    values = cleaned(form.new_person())
    return [
        Row(label, "", said)
        for field, label in _labels().items()
        if (said := _said(form, field, values[field]))
    ]


def roles_of(person: Person) -> frozenset[Role]:
    """The rights somebody was given; they must be loaded."""
    return frozenset(given.role for given in person.roles)


def _said(form: PersonForm, field: str, value: Any) -> str:  # noqa: ANN401 - any field
    if field == "roles":
        return _("ja") if Role.AUTHOR in value else ""
    if not value:
        return ""
    if field == "hired_on":
        return table_day(value)
    if field in _CHOICES:
        choices = form[_CHOICES[field]].iter_choices()
        return next((str(choice[1]) for choice in choices if choice[0] == str(value)), "")
    return str(value)


def notes_on_entry(form: PersonForm, unit_names: Collection[str]) -> Iterator[str]:
    """What should be noticed before it is saved."""
    unit = " ".join((form.unit.data or "").split())
    if unit not in unit_names:
        yield _("Den Bereich „%(unit)s“ gibt es noch nicht. Er wird angelegt.", unit=unit)
    if not form.email.data:
        yield _(
            "Ohne E-⁠Mail-Adresse gibt es keine Erinnerungen per E-⁠Mail. "
            "Angemeldet wird mit der Personalnummer."
        )
