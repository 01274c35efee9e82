"""What waits on the first morning: a document from elsewhere, and somebody who will stand in."""

import datetime as dt

from lms.certifications.operations.external import Brought, bring
from lms.kernel import files
from lms.kernel.db import transaction
from lms.kernel.viewer import Role
from lms.people.calendar import DAY, Span
from lms.people.models import Person
from lms.staff.operations.deputising import name_deputy
from lms.system.demo.people import HEAD, Figure
from lms.system.demo.story import Story

_COURSE = "data-protection"


def last_touches(story: Story, *, now: dt.datetime) -> None:
    """A pending document for the officer to check, and a deputy for the management's team."""
    _bring_a_document(story, now)
    _name_a_deputy(story, now)


def _colleagues(story: Story) -> list[tuple[int, Figure]]:
    """Those that nobody signs in as, with their ids: there, and with an address."""
    return [
        (story.ids[number], one)
        for number, one in enumerate(story.figures)
        if number in story.ids
        and one.role is None
        and one.leaves_after_days is None
        and one.email is not None
    ]


def _bring_a_document(story: Story, now: dt.datetime) -> None:
    by_job = sorted(_colleagues(story), key=lambda pair: pair[1].job == HEAD)
    people = [person_id for person_id, _one in by_job]
    if not people or _COURSE not in story.courses:
        return
    today = story.setting.today
    shown_on = today - DAY * 12
    with transaction(story.setting.sessions) as session:
        name = session.get_one(Person, people[0]).name
        content = _paper(name, shown_on)
        what = Brought(
            person_id=people[0],
            course_id=story.courses[_COURSE][0],
            completed_on=shown_on,
            issuer="Volkshochschule Ulm",
            note="Das war ein Tageskurs mit Test am Ende.",
            file_name="Teilnahme Datenschutz.pdf",
            file_sha256=files.save(story.setting.files_root, content),
            media_type="application/pdf",
            size_bytes=len(content),
        )
        bring(session, what, today=today, now=now)


def _name_a_deputy(story: Story, now: dt.datetime) -> None:
    leads = [
        story.ids[number]
        for number, one in enumerate(story.figures)
        if one.role is Role.MANAGEMENT and number in story.ids
    ]
    heads = [one.email for _person_id, one in _colleagues(story) if one.job == HEAD]
    if not leads or not heads or heads[0] is None:
        return
    first = story.setting.today + DAY * 7
    with transaction(story.setting.sessions) as session:
        name_deputy(
            session,
            leads[0],
            heads[0],
            Span(first, first + DAY * 11),
            today=story.setting.today,
            now=now,
        )


def _paper(name: str, shown_on: dt.date) -> bytes:
    """A PDF of one small page, as a course elsewhere might give out."""
    lines = ("Teilnahmebescheinigung", name, "Datenschutz im Alltag", f"{shown_on:%d.%m.%Y}")
    shown = "".join(f"({_escaped(line)}) Tj 0 -30 Td " for line in lines)
    stream = f"BT /F1 18 Tf 40 220 Td {shown}ET".encode("cp1252", "replace")
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 297]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    made, places = bytearray(b"%PDF-1.4\n"), list[int]()
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, part)
    table = len(made)
    made += b"xref\n0 6\n0000000000 65535 f \n"
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF\n" % table
    return bytes(made)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
