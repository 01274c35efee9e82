"""A published version ready to be shown: its document and its texts as HTML, kept in this process.

A version never changes, so what was read and rendered once stays true; the digest names it, which
holds across databases and hosts. The cache is bounded, the database remains the truth.
"""

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from markupsafe import Markup

from lms.courses.document import Course
from lms.kernel.markdown import render, render_inline

MAX_KEPT = 48


@dataclass(slots=True)
class Rendered:
    """A document with the HTML of its texts, made when first asked for."""

    course: Course
    _html: dict[tuple[str, bool], Markup] = field(default_factory=dict)

    def html(self, text: str) -> Markup:
        """Markdown of this course as HTML in paragraphs, with the course's own media."""
        return self._made(text, is_inline=False)

    def inline(self, text: str) -> Markup:
        """Markdown of this course as HTML in one line, for questions and answers."""
        return self._made(text, is_inline=True)

    def _made(self, text: str, *, is_inline: bool) -> Markup:
        made = self._html.get((text, is_inline))
        if made is None:
            draw = render_inline if is_inline else render
            # nh3 has passed it; this is the one place where course text becomes markup.
            made = self._html[text, is_inline] = Markup(draw(text, self.course.shown))  # noqa: S704
        return made


@dataclass(frozen=True, slots=True)
class Published:
    """One published version of a course."""

    course_id: int
    version_id: int
    slug: str
    number: int
    published_on: dt.date
    rendered: Rendered

    @property
    def document(self) -> Course:
        """The course as it was published."""
        return self.rendered.course


class Shelf:
    """The documents used last, by digest; safe for the threads of one process."""

    def __init__(self, limit: int = MAX_KEPT) -> None:
        self._limit = limit
        self._kept: OrderedDict[str, Rendered] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, digest: str) -> Rendered | None:
        """The document of this digest if it is here."""
        with self._lock:
            found = self._kept.get(digest)
            if found is not None:
                self._kept.move_to_end(digest)
            return found

    def keep(self, digest: str, course: Course) -> Rendered:
        """Put a document here, or find that somebody did; the one unused longest makes room."""
        with self._lock:
            kept = self._kept.setdefault(digest, Rendered(course))
            self._kept.move_to_end(digest)
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
            return kept

    def __len__(self) -> int:
        return len(self._kept)
