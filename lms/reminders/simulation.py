"""The preview (certification.md 3.8): the plan played forward day by day, nothing written. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NotRequired, TypedDict

from lms.people.calendar import DAY, Span, WorkingCalendar
from lms.reminders.plan import Decision, decide, next_day, outlook
from lms.reminders.rules import Audience, Outcome, PastNotice, RemindedCycle, urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCycle:
    """A live round with the names that a preview prints; people by address or `#number`.

    `notices` is what was sent and queued so far; empty for a preview that begins in the past.
    `supervisor` None: the supervisors' digest is off; `deputies` hear instead on their days.
    """

    person: str
    course: str
    cycle: RemindedCycle
    supervisor: str | None = None
    deputies: tuple[tuple[Span, str], ...] = ()
    notices: tuple[PastNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """One line of a digest; `about` is the learner in a supervisor's."""

    course: str
    stage: int
    due_on: dt.date
    about: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewMessage:
    """One digest that would go out; `is_held` while its batch waits for release."""

    send_on: dt.date
    person: str
    audience: Audience
    items: tuple[PreviewItem, ...]
    is_held: bool = False


class ItemDocument(TypedDict):
    """One item as `flask reminders preview` prints it."""

    course: str
    stage: int
    due_on: str
    about: NotRequired[str]


class MessageDocument(TypedDict):
    """One message as `flask reminders preview` prints it (contract.md)."""

    send_on: str
    person: str
    audience: str
    items: list[ItemDocument]
    held: NotRequired[bool]


_DigestKey = tuple[dt.date, str, Audience, bool]


def simulate(
    cycles: Iterable[SimulatedCycle], *, calendar: WorkingCalendar, from_on: dt.date, days: int
) -> list[PreviewMessage]:
    """The messages of `days` days from `from_on` on, as daily sweeps would send them.

    What the preview itself sends counts for what follows. Held rounds are played as if released
    and stand in messages of their own. Nobody completes anything: the future is as known today.
    """
    last_on = from_on + dt.timedelta(days=days - 1)
    digests: dict[_DigestKey, list[PreviewItem]] = defaultdict(list)
    for one in cycles:
        for day, decision in _sweeps(one, calendar, from_on, last_on):
            recipient, item = _line(one, decision, day)
            digests[day, recipient, decision.audience, one.cycle.is_held].append(item)
    return [
        PreviewMessage(day, person, audience, tuple(sorted(items, key=_order)), is_held)
        for (day, person, audience, is_held), items in sorted(digests.items(), key=_key)
    ]


def _sweeps(
    one: SimulatedCycle, calendar: WorkingCalendar, from_on: dt.date, last_on: dt.date
) -> Iterator[tuple[dt.date, Decision]]:
    """Each line that is queued and its day; only days on which something is decided are visited."""
    cycle = replace(one.cycle, tells_supervisor=one.supervisor is not None)
    ahead = outlook(cycle, calendar, one.notices)
    day = next_day(cycle, from_on, ahead, calendar)
    while day is not None and day <= last_on:
        decisions = decide(cycle, day, ahead)
        yield from ((day, each) for each in decisions if each.outcome is Outcome.QUEUED)
        ahead = ahead.after(decisions, day)
        day = next_day(cycle, day + DAY, ahead, calendar)


def _line(one: SimulatedCycle, decision: Decision, day: dt.date) -> tuple[str, PreviewItem]:
    due_on = one.cycle.due_on
    if decision.audience is Audience.SUPERVISOR and one.supervisor is not None:
        hears = next((key for span, key in one.deputies if span.covers(day)), one.supervisor)
        return hears, PreviewItem(one.course, decision.stage, due_on, one.person)
    return one.person, PreviewItem(one.course, decision.stage, due_on)


def _order(item: PreviewItem) -> tuple[dt.date, str, str]:
    return (*urgency(item.due_on, item.course), item.about or "")


def _key(digest: tuple[_DigestKey, list[PreviewItem]]) -> _DigestKey:
    return digest[0]


def as_document(message: PreviewMessage) -> MessageDocument:
    """The message in the shape that `flask reminders preview --format json` promises."""
    document = MessageDocument(
        send_on=message.send_on.isoformat(),
        person=message.person,
        audience=message.audience.value,
        items=[_item_document(item) for item in message.items],
    )
    if message.is_held:
        document["held"] = True
    return document


def _item_document(item: PreviewItem) -> ItemDocument:
    document = ItemDocument(course=item.course, stage=item.stage, due_on=item.due_on.isoformat())
    if item.about is not None:
        document["about"] = item.about
    return document
