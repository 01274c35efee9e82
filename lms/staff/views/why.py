"""Why a duty stands as it does: the rule, the sum behind the date, what moved it, the proof."""

import datetime as dt

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certifications.models import Cycle, Evidence, RequirementRevision
from lms.certifications.rules.cycles import CycleKind, CycleWhy
from lms.certifications.rules.policy import GoverningReason
from lms.staff.queries.record import DutyRow, ProofRow
from lms.web.languages import day


def governing_words(reason: GoverningReason) -> str:
    """Why one of several requirements governs."""
    words = {
        GoverningReason.ONLY: "",
        GoverningReason.SHORTER_INTERVAL: _("Sie erneuert in kürzerem Abstand."),
        GoverningReason.SHORTER_FIRST_DEADLINE: _("Ihre erste Frist ist kürzer."),
        GoverningReason.OLDER: _("Sie gilt schon länger."),
    }
    return str(words[reason])


def sum_of(duty: DutyRow, proof: ProofRow | None) -> str:
    """The date as a sum: what was shown and for how long, or the first deadline."""
    if proof is not None:
        return _sum_of_proof(proof.evidence)
    if duty.cycle is not None and duty.revision is not None:
        return _sum_of_first(duty.cycle, duty.revision)
    return ""


def _sum_of_proof(evidence: Evidence) -> str:
    if evidence.valid_until is None or evidence.anchor_on is None:
        return str(_("Einmal genügt: Der Nachweis gilt für immer."))
    if not evidence.k or evidence.interval_months is None:
        return str(_("Fester Stichtag: %(day)s", day=day(evidence.valid_until)))
    months = evidence.interval_months * evidence.k
    return str(
        ngettext(
            "%(first)s + %(num)s Monat = %(last)s. Der Tag selbst zählt noch.",
            "%(first)s + %(num)s Monate = %(last)s. Der Tag selbst zählt noch.",
            months,
            first=day(evidence.anchor_on),
            last=day(evidence.valid_until),
        )
    )


def _sum_of_first(cycle: Cycle, revision: RequirementRevision) -> str:
    starts_on = cycle.baseline_due_on - dt.timedelta(days=revision.initial_due_days)
    return str(
        ngettext(
            "%(first)s + %(num)s Tag = %(last)s",
            "%(first)s + %(num)s Tage = %(last)s",
            revision.initial_due_days,
            first=day(starts_on),
            last=day(cycle.baseline_due_on),
        )
    )


def deviation_of(duty: DutyRow, proof: ProofRow | None, previous: ProofRow | None) -> str:
    """What makes the date another one than the plain rule: absence, lateness, a new version."""
    parts = [_moved(duty.cycle), _began_anew(duty.cycle), _late(proof, previous)]
    return " ".join(part for part in parts if part)


def _moved(cycle: Cycle | None) -> str:
    if cycle is None:
        return ""
    until = day(cycle.due_on)
    words = {
        CycleWhy.PLAIN: "",
        CycleWhy.EXTENSION: _("Die Frist wurde bis %(day)s verlängert.", day=until),
        CycleWhy.ABSENCE: _("Wegen einer Abwesenheit liegt die Frist am %(day)s.", day=until),
        CycleWhy.EXEMPTION: _("Wegen einer Befreiung liegt die Frist am %(day)s.", day=until),
        CycleWhy.VERSION: _(
            "Es gibt eine neue Fassung des Kurses, zu machen bis %(day)s.", day=until
        ),
        CycleWhy.STRICTER: _(
            "Eine strengere Pflicht kam dazu. Sie verlangt den Kurs bis %(day)s.", day=until
        ),
        CycleWhy.POLICY: _("Die Regel wurde geändert. Die Frist ist jetzt %(day)s.", day=until),
    }
    return str(words[CycleWhy(cycle.why)])


def _began_anew(cycle: Cycle | None) -> str:
    if cycle is None or cycle.kind != CycleKind.REVOCATION:
        return ""
    return str(_("Der letzte Nachweis wurde widerrufen. Darum läuft eine neue erste Frist."))


def _late(proof: ProofRow | None, previous: ProofRow | None) -> str:
    """Whether the proof came after the one before it had ended, so that the rhythm began anew."""
    if proof is None or previous is None or previous.evidence.valid_until is None:
        return ""
    evidence, ended_on = proof.evidence, previous.evidence.valid_until
    if evidence.anchor_on != evidence.completed_on or evidence.completed_on <= ended_on:
        return ""
    return str(
        _(
            "Der vorige Nachweis galt bis %(ended)s, der Abschluss kam am %(day)s."
            " Darum beginnt der Rhythmus dort neu.",
            ended=day(ended_on),
            day=day(evidence.completed_on),
        )
    )


def source_of(proof: ProofRow) -> str:
    """Where the proof comes from."""
    evidence, on = proof.evidence, day(proof.evidence.completed_on)
    if evidence.kind == "course" and proof.version is not None:
        words = _(
            "Kurs abgeschlossen am %(day)s, Fassung %(number)s.", day=on, number=proof.version
        )
        return f"{words} {_recorded(proof)}".strip()
    kinds = {
        "micro": _("Auffrischung vom %(day)s.", day=on),
        "attendance": _("Termin vom %(day)s, Teilnahme bestätigt.", day=on),
        "external": _("Externer Nachweis vom %(day)s.", day=on),
        "import": _("Aus der Nachweisliste übernommen, abgeschlossen am %(day)s.", day=on),
        "alternative": _("Ein anderer Kurs, der hier mitzählt, vom %(day)s.", day=on),
    }
    words = kinds.get(evidence.kind, _("Abgeschlossen am %(day)s.", day=on))
    return f"{words} {_recorded(proof)}".strip()


def _recorded(proof: ProofRow) -> str:
    return str(_("Eingetragen von %(name)s.", name=proof.recorder)) if proof.recorder else ""
