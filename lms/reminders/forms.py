"""The form of a requirement: for whom, which course, how often, when people are reminded."""

import re
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # types lag
from wtforms.validators import Optional, StopValidation

from lms.certifications.rules.policy import (
    FIXED_INTERVAL_MONTHS,
    PolicyValues,
    RenewalBase,
    RequirementPolicy,
    policy_with_defaults,
    validate_policy,
    year_day,
)
from lms.certifications.rules.scopes import Scope
from lms.web.forms import BaseForm

EVERYONE = "everyone"
SOME = "some"
STAGE_CHOICES = (-60, -30, -14, -7, -3, -1, 0)
_DEFAULT_STAGES = (-60, -30, -14, -7, -1, 0)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.?", re.ASCII)
# Where a fault of the policy is shown.
_FIELDS = {"overdue_every_days": "overdue", "overdue_count": "overdue", "grace_days": "stages"}


class Number(IntegerField):
    """A whole number that says in our words what is wrong with a text that is none."""

    def gettext(self, string: str) -> str:  # noqa: ARG002 - WTForms has one message only
        """The message for a text that is no number."""
        return str(_("Gib eine ganze Zahl ein."))


class Needed:
    """A number that cannot be left out; nothing more is said after an error of reading it."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it from the class

    def __call__(self, _form: object, field: Any) -> None:  # noqa: ANN401 - WTForms' field
        """Stop where nothing was typed."""
        if field.data is None and not field.errors:
            raise StopValidation(_("Gib eine Zahl ein."))


class RequirementForm(BaseForm):
    """One page; choices are handed in by the view."""

    course = SelectField(lazy_gettext("Welcher Kurs?"))
    audience = RadioField(
        lazy_gettext("Für wen?"),
        choices=[
            SelectChoice(EVERYONE, lazy_gettext("Alle Mitarbeitenden")),
            SelectChoice(SOME, lazy_gettext("Bestimmte Bereiche, Tätigkeiten oder Personen")),
        ],
        default=EVERYONE,
    )
    units = SelectMultipleField(lazy_gettext("Bereiche"))
    jobs = SelectMultipleField(lazy_gettext("Tätigkeiten"))
    people = SelectMultipleField(lazy_gettext("Personen"))
    search = StringField(lazy_gettext("Person suchen"))
    initial_due_days = Number(
        lazy_gettext("Erste Frist, Tage nach dem Eintritt"), [Needed()], default=30
    )
    interval_months = Number(lazy_gettext("Erneuern alle … Monate"), [Optional()], default=12)
    once = BooleanField(lazy_gettext("Einmal genügt"))
    window_days = Number(lazy_gettext("Erneuern möglich, Tage vor der Frist"), [Optional()])
    renewal_base = RadioField(
        lazy_gettext("Ab wann zählt der neue Nachweis?"),
        choices=[
            SelectChoice(RenewalBase.EXPIRY.value, lazy_gettext("Ab dem alten Ablaufdatum")),
            SelectChoice(RenewalBase.COMPLETION.value, lazy_gettext("Ab dem Tag des Abschlusses")),
            SelectChoice(RenewalBase.FIXED.value, lazy_gettext("Immer bis zu einem festen Tag")),
        ],
        default=RenewalBase.EXPIRY.value,
    )
    fixed_day = StringField(lazy_gettext("Fester Tag im Jahr"), default="31.12.")
    min_valid_months = Number(
        lazy_gettext("Mindestens so viele Monate gültig"), [Optional()], default=6
    )
    stages = SelectMultipleField(lazy_gettext("Wann erinnern wir?"), default=_DEFAULT_STAGES)
    extra_stage = Number(lazy_gettext("Weiterer Zeitpunkt, Tage vor der Frist"), [Optional()])
    overdue = BooleanField(lazy_gettext("Danach alle 7 Tage"), default=True)

    def scope(self) -> Scope:
        """Whom the requirement reaches; empty when nobody was chosen."""
        if self.audience.data == EVERYONE:
            return Scope(everyone=True)
        return Scope(
            unit_ids=_offered_ids(self.units),
            jobs=frozenset(self.jobs.data or ()),
            person_ids=_offered_ids(self.people),
        )

    def policy(self) -> RequirementPolicy:
        """The policy as typed, completed by the defaults."""
        return policy_with_defaults(**self._values())

    def _values(self) -> PolicyValues:
        base = RenewalBase(self.renewal_base.data)
        values = PolicyValues(
            initial_due_days=self.initial_due_days.data or 0,
            interval_months=self._interval(base),
            renewal_base=base,
            stages=self.all_stages(),
            overdue_count=26 if self.overdue.data else 0,
        )
        if self.window_days.data is not None:
            values["window_days"] = self.window_days.data
        if base is RenewalBase.FIXED:
            month, day = day_of_year(self.fixed_day.data or "") or (0, 0)
            values["fixed_month"], values["fixed_day"] = month, day
            if self.min_valid_months.data is not None:
                values["min_valid_months"] = self.min_valid_months.data
        return values

    def _interval(self, base: RenewalBase) -> int | None:
        if self.once.data:
            return None
        if base is RenewalBase.FIXED:
            return FIXED_INTERVAL_MONTHS
        return self.interval_months.data

    def all_stages(self) -> tuple[int, ...]:
        """The ticked moments and the one that was typed, as offsets to the due date, rising."""
        found = {int(one) for one in self.stages.data or ()}
        if self.extra_stage.data is not None:
            found.add(-self.extra_stage.data)
        return tuple(sorted(found))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms signature
        """The fields, then what contract.md refuses of the whole."""
        is_valid = bool(super().validate(extra_validators))
        if self.scope().is_empty:
            self._refuse(
                "audience", _("Wähle mindestens einen Bereich, eine Tätigkeit oder eine Person.")
            )
            is_valid = False
        if not is_valid:
            return False
        for field, message in self._faults():
            self._refuse(field, message)
            is_valid = False
        return is_valid

    def _faults(self) -> Iterator[tuple[str, str]]:
        base = RenewalBase(self.renewal_base.data)
        needs_interval = not self.once.data and base is not RenewalBase.FIXED
        if needs_interval and self.interval_months.data is None:
            yield "interval_months", _("Gib Monate ein, oder wähle „Einmal genügt“.")
            return
        for fault in validate_policy(self.policy()):
            message = _(fault.message, least=fault.least, most=fault.most)
            yield _FIELDS.get(fault.field, fault.field), message

    def _refuse(self, name: str, message: str) -> None:
        field = self[name]
        field.errors = [*field.errors, message]


def _offered_ids(field: SelectMultipleField) -> frozenset[int]:
    """The chosen keys that were on offer; any other is refused by the field itself."""
    return frozenset(int(one) for one in field.data or () if one in (field.choices or ()))


def day_of_year(text: str) -> tuple[int, int] | None:
    """Month and day of `31.12.` or `12-31`; None when there is no such day."""
    found = _GERMAN_DAY.fullmatch(text.strip())
    if found is None:
        return year_day(text.strip())
    return year_day(f"{int(found[2]):02d}-{int(found[1]):02d}")
