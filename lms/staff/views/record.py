"""/people/<id>: one person's record for the officer, master data for the administrator."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template

from lms.audit.looks import note_record
from lms.certifications.queries.rows import policy_of
from lms.certifications.rules.leave import pauses
from lms.certifications.rules.policy import RequirementPolicy, strictest
from lms.certifications.rules.status import Status
from lms.kernel.permissions import Permission, may
from lms.people.calendar import Span, is_employed_on, joined
from lms.people.models import Person
from lms.people.queries import working_calendar
from lms.reminders.queries.requirements import RuleRow, list_rules_reaching
from lms.reminders.queries.rounds import has_address
from lms.reminders.simulation import PreviewMessage
from lms.staff.queries.ahead import mail_ahead
from lms.staff.queries.history import Away, History, read_history
from lms.staff.queries.people import get_master_data
from lms.staff.queries.record import DutyRow, ProofRow, get_person_with_duties, list_proofs
from lms.staff.rules import Need
from lms.staff.views.blueprint import blueprint
from lms.staff.views.duty_words import Tag, sentence_of, tag_of
from lms.staff.views.log_words import log_lines
from lms.staff.views.mail_words import mail_days, post_of
from lms.staff.views.why import deviation_of, governing_words, source_of, sum_of
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.languages import in_language

_RANKS = {Need.OVERDUE: 0, Need.DUE: 1, Need.BEGUN: 2, Need.OPEN: 3}
_RESTING = frozenset({Status.EXEMPT, Status.PAUSED})
_NEVER = dt.date.max
_LOG_LINES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """One duty as the page shows it; `rule` governs, `others` reach the person as well."""

    slug: str
    title: str
    tag: Tag
    sentence: str
    needs_somebody: bool
    rule: RuleRow | None
    policy: RequirementPolicy | None
    is_older_policy: bool
    others: tuple[RuleRow, ...]
    governing: str
    total: str
    deviation: str
    source: str
    certificate_id: int | None
    post: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything a record is made of, read once."""

    person: Person
    duties: list[DutyRow]
    proofs: list[ProofRow]
    rules: list[RuleRow]
    history: History
    ahead: list[PreviewMessage]
    today: dt.date


@blueprint.get("/people/<int:person_id>")
@requires(Permission.SEE_PEOPLE)
def person(person_id: int) -> str:
    """The record of one person; without the officer's right only who they are."""
    note_record(person_id)
    if may(viewer(), Permission.SEE_STATUS):
        return _record(_read(person_id, house().today()))
    found = get_master_data(db_session(), person_id)
    return render_template("staff/master_data.html", person=found, today=house().today())


def _record(shelf: Shelf) -> str:
    duties = [_view(shelf, duty) for duty in _ordered(shelf.duties) if duty.cell.has_duty]
    voluntary = [_view(shelf, duty) for duty in shelf.duties if not duty.cell.has_duty]
    titles = {proof.evidence.course_id: in_language(proof.titles) for proof in shelf.proofs}
    titles |= {duty.cell.course_id: in_language(duty.titles) for duty in shelf.duties}
    by_slug = {duty.slug: in_language(duty.titles) for duty in shelf.duties}
    return render_template(
        "staff/person.html",
        person=shelf.person,
        today=shelf.today,
        is_there=_is_there(shelf.person, shelf.today),
        counts=_counts(shelf.duties),
        duties=duties,
        voluntary=voluntary,
        proofs=shelf.proofs,
        newest=_newest(shelf.proofs),
        has_address=has_address(shelf.person),
        mails=mail_days(shelf.history.notices, shelf.ahead, titles, by_slug),
        absences=_recent(shelf.history.absences, shelf.today),
        log=log_lines(shelf.history.log, titles, house().settings.time_zone)[:_LOG_LINES],
    )


def _read(person_id: int, today: dt.date) -> Shelf:
    session = db_session()
    found, duties = get_person_with_duties(session, person_id, today=today)
    history = read_history(session, found.id, today=today)
    calendar = working_calendar(session, years=range(today.year, today.year + 3))
    return Shelf(
        person=found,
        duties=duties,
        proofs=list_proofs(session, found.id),
        rules=list_rules_reaching(session, found.id),
        history=history,
        ahead=mail_ahead(found, duties, history, calendar, today=today),
        today=today,
    )


def _is_there(found: Person, today: dt.date) -> bool:
    return is_employed_on(today, hired_on=found.hired_on, left_on=found.left_on)


def _ordered(duties: Sequence[DutyRow]) -> list[DutyRow]:
    """The worst first, then by due date."""

    def key(duty: DutyRow) -> tuple[int, dt.date, str]:
        need = duty.cell.need
        rank = len(_RANKS) + (duty.cell.status not in _RESTING) if need is None else _RANKS[need]
        return rank, duty.cell.due_on or _NEVER, duty.slug

    return sorted(duties, key=key)


def _counts(duties: Sequence[DutyRow]) -> dict[str, int]:
    """How many duties there are, how many are valid, overdue, due and open."""
    cells = [duty.cell for duty in duties if duty.cell.has_duty]
    needs = [cell.need for cell in cells]
    return {
        "all": len(cells),
        "valid": sum(cell.status in (Status.VALID, Status.DUE) for cell in cells),
        "overdue": needs.count(Need.OVERDUE),
        "due": needs.count(Need.DUE),
        "open": needs.count(Need.BEGUN) + needs.count(Need.OPEN),
    }


def _view(shelf: Shelf, duty: DutyRow) -> DutyView:
    rules = [rule for rule in shelf.rules if rule.course_id == duty.cell.course_id]
    rule, others, governing = _governing(rules)
    proof, previous = _proofs_of(shelf.proofs, duty)
    rests_until = _rests_until(shelf.history, duty, shelf.today)
    policy = policy_of(duty.revision) if duty.revision else rule.policy if rule else None
    next_on = _next_mail(shelf.ahead, duty.slug)
    cycle_id = duty.cycle.id if duty.cycle else 0
    return DutyView(
        slug=duty.slug,
        title=in_language(duty.titles),
        tag=tag_of(duty.cell, rests_until, today=shelf.today),
        sentence=sentence_of(duty.cell, duty.opens_on, rests_until, today=shelf.today),
        needs_somebody=duty.cell.need in (Need.OVERDUE, Need.DUE),
        rule=rule,
        policy=policy,
        is_older_policy=rule is not None and policy != rule.policy,
        others=others,
        governing=governing,
        total=sum_of(duty, proof),
        deviation=deviation_of(duty, proof, previous),
        source=source_of(proof) if proof else "",
        certificate_id=proof.certificate_id if proof else None,
        post=post_of(shelf.history.notices, cycle_id, next_on, today=shelf.today),
    )


def _governing(rules: Sequence[RuleRow]) -> tuple[RuleRow | None, tuple[RuleRow, ...], str]:
    if not rules:
        return None, (), ""
    chosen = strictest(rule.claim for rule in rules)
    rule = next(one for one in rules if one.requirement_id == chosen.claim.requirement_id)
    others = tuple(one for one in rules if one is not rule)
    return rule, others, governing_words(chosen.reason)


def _proofs_of(
    proofs: Sequence[ProofRow], duty: DutyRow
) -> tuple[ProofRow | None, ProofRow | None]:
    """The proof that counts today, and the unrevoked one before it."""
    mine = [
        one
        for one in proofs
        if one.evidence.course_id == duty.cell.course_id and one.evidence.revoked_on is None
    ]
    place = next((i for i, one in enumerate(mine) if one.evidence.id == duty.evidence_id), None)
    if place is None:
        return None, None
    return mine[place], mine[place + 1] if place + 1 < len(mine) else None


def _rests_until(history: History, duty: DutyRow, today: dt.date) -> dt.date | None:
    if duty.cell.status is Status.EXEMPT:
        rows = [one for one in history.exemptions if one.course_id == duty.cell.course_id]
        spans = joined(Span(one.from_on, one.until_on) for one in rows)
    else:
        spans = pauses(Span(one.from_on, one.until_on) for one in history.absences)
    return next((span.until_on for span in spans if span.covers(today)), None)


def _next_mail(ahead: Sequence[PreviewMessage], slug: str) -> dt.date | None:
    return next(
        (one.send_on for one in ahead if any(item.course == slug for item in one.items)), None
    )


def _newest(proofs: Sequence[ProofRow]) -> Mapping[int, int]:
    """Of each course the unrevoked evidence that lasts longest: older ones are replaced."""
    best: dict[int, ProofRow] = {}
    for one in proofs:
        held = best.get(one.evidence.course_id)
        if one.evidence.revoked_on is None and (held is None or _lasts(one) > _lasts(held)):
            best[one.evidence.course_id] = one
    return {course_id: one.evidence.id for course_id, one in best.items()}


def _lasts(proof: ProofRow) -> dt.date:
    return proof.evidence.valid_until or _NEVER


def _recent(absences: Sequence[Away], today: dt.date) -> list[Away]:
    """Absences that go on, are to come, or ended within a year; the latest first."""
    a_year_ago = today - dt.timedelta(days=365)
    shown = [one for one in absences if one.until_on is None or one.until_on >= a_year_ago]
    return sorted(shown, key=lambda one: one.from_on, reverse=True)
