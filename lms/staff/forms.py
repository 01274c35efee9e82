"""Forms of what happens to people: the register, days, rights, merging."""

import datetime as dt
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # types lag
from wtforms.validators import DataRequired, Length, Optional

from lms.kernel.domain import DomainError
from lms.kernel.text import whole_number
from lms.kernel.viewer import Role
from lms.staff.changes import NewPerson, PersonChanges
from lms.staff.faults import field_of
from lms.web.forms import BaseForm
from lms.web.ids import MOST_ID

_NEEDED = _l("Hier fehlt noch etwas.")
_A_DAY_NEEDED = _l("Gib einen Tag ein, zum Beispiel 24.11.2026.")


class DayField(DateField):
    """A day, as browsers send it or as people here write it."""

    def __init__(self, label: Any, validators: Any = (), **kwargs: Any) -> None:  # noqa: ANN401 - WTForms
        super().__init__(label, validators, format=["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"], **kwargs)

    def gettext(self, string: str) -> str:  # noqa: ARG002 - WTForms has one message only
        """The message for a text that is no day."""
        return str(_("Gib einen Tag ein, zum Beispiel 24.11.2026."))

    @property
    def day(self) -> dt.date:
        """The day of a form that is valid; only for fields that cannot be left empty."""
        return cast("dt.date", self.data)


class FaultForm(BaseForm):
    """A form whose rules live in the operations: what they refuse stands beside its field."""

    # Where a field of the form has another name than in the operations.
    names: dict[str, str] = {}  # noqa: RUF012 - a constant of each class

    def refuse(self, error: DomainError, message: str) -> None:
        """Show a fault where it was typed, else above the form."""
        name = field_of(error)
        name = self.names.get(name, name)
        if name in self:
            self[name].errors = [*self[name].errors, message]
        else:
            self.form_errors.append(message)


class PersonForm(FaultForm):
    """One entry of the register; choices are handed in by the view."""

    names = {"supervisor_id": "supervisor", "roles": "author"}  # noqa: RUF012 - as above

    first_name = StringField(_l("Vorname"), [DataRequired(_NEEDED)])
    last_name = StringField(_l("Nachname"), [DataRequired(_NEEDED)])
    email = StringField(_l("E-⁠Mail-Adresse"))
    personnel_number = StringField(_l("Personalnummer"))
    unit = StringField(_l("Bereich"), [DataRequired(_NEEDED)])
    job = StringField(_l("Tätigkeit"))
    supervisor = SelectField(_l("Vorgesetzt"), default="")
    search = StringField(_l("Andere Person suchen"))
    hired_on = DayField(_l("Eintritt"), [Optional()])
    locale = SelectField(
        _l("Sprache der E-⁠Mails"),
        choices=[
            SelectChoice("", _l("wie eingestellt")),
            SelectChoice("de", _l("Deutsch")),
            SelectChoice("en", _l("Englisch")),
        ],
        default="",
    )
    author = BooleanField(_l("Darf Kurse schreiben"))
    seen = HiddenField()

    def new_person(self) -> NewPerson:
        """What was typed, as somebody new."""
        return NewPerson(**self._values(), roles=self._roles(frozenset()))

    def changes(self, roles: frozenset[Role]) -> PersonChanges:
        """What was typed, for somebody who has these rights."""
        return PersonChanges(**self._values(), roles=self._roles(roles))

    def _roles(self, before: frozenset[Role]) -> frozenset[Role]:
        return before | {Role.AUTHOR} if self.author.data else before - {Role.AUTHOR}

    def _values(self) -> dict[str, Any]:
        return {
            "first_name": self.first_name.data,
            "last_name": self.last_name.data,
            "email": self.email.data,
            "personnel_number": self.personnel_number.data,
            "unit": self.unit.data,
            "job": self.job.data,
            "supervisor_id": whole_number(self.supervisor.data or "", 1, MOST_ID),
            "hired_on": self.hired_on.data,
            "locale": self.locale.data or None,
        }


class LeavingForm(FaultForm):
    """The last day."""

    left_on = DayField(_l("Letzter Tag"), [DataRequired(_A_DAY_NEEDED)])


class ReturnForm(FaultForm):
    """The first day of another stay."""

    hired_on = DayField(_l("Neuer Eintritt"), [DataRequired(_A_DAY_NEEDED)])


class AbsenceForm(FaultForm):
    """From and until; never why."""

    from_on = DayField(_l("Erster Tag"), [DataRequired(_A_DAY_NEEDED)])
    until_on = DayField(_l("Letzter Tag"), [Optional()])


class RightsForm(FaultForm):
    """Everything beyond an employee's."""

    names = {"roles": "rights"}  # noqa: RUF012 - as above

    rights = SelectMultipleField(
        _l("Rechte"),
        choices=[
            SelectChoice(Role.AUTHOR.value, _l("Autorin oder Autor")),
            SelectChoice(Role.OFFICER.value, _l("Digitalisierungsbeauftragte")),
            SelectChoice(Role.MANAGEMENT.value, _l("Leitung")),
            SelectChoice(Role.ADMINISTRATOR.value, _l("Administration")),
            SelectChoice(Role.DPO.value, _l("Datenschutz")),
        ],
    )

    def roles(self) -> frozenset[Role]:
        """As the operations want them."""
        return frozenset(Role(one) for one in self.rights.data or ())


class MergeForm(BaseForm):
    """Which other entry is the same person, and that this was checked."""

    other = HiddenField()
    confirmed = BooleanField()


class DeputyForm(BaseForm):
    """Who stands in for a supervisor, from when until when."""

    who = StringField(
        _l("Wer vertritt dich?"),
        [
            DataRequired(_l("Schreib, wer dich vertritt.")),
            Length(max=254, message=_l("Das ist zu lang, erlaubt sind %(max)d Zeichen.")),
        ],
    )
    from_on = DayField(_l("Erster Tag"), [DataRequired(_A_DAY_NEEDED)])
    until_on = DayField(_l("Letzter Tag"), [DataRequired(_A_DAY_NEEDED)])
