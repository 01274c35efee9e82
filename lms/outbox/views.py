"""/outbox for the officer, /mailbox for administrators."""

from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTP

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from lms.audit.looks import note_list, note_record
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.outbox import operations, queries
from lms.outbox.models import OutboxMessage
from lms.outbox.queries import MailRow
from lms.outbox.rules import KIND_NAMES, OFFICER_READS, STATES_OF, WORDS, Reason, State, Tag, tag_of
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.paging import PAGE_SIZE, Page, page_number

blueprint = Blueprint("outbox", __name__)

_LONGEST_SEARCH = 100
# Mail of somebody else, or from nobody knows where: nothing in it runs or is loaded.
_SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class TagLook:
    """How a tag looks: colour key, icon, word."""

    key: str
    icon: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One mail as the list and its own page show it."""

    mail: OutboxMessage
    name: str
    kind: str
    look: TagLook
    is_again: bool
    what: str
    deed: str
    may_resend: bool
    may_confirm: bool
    may_read: bool


def _looks() -> dict[Tag, TagLook]:
    return {
        Tag.PLANNED: TagLook("run", "clock", _("Geplant")),
        Tag.LEAVING: TagLook("run", "refresh-cw", _("Wird gesendet")),
        Tag.SENT: TagLook("ok", "circle-check", _("Gesendet")),
        Tag.UNCERTAIN: TagLook("soon", "circle-question-mark", _("Unsicher")),
        Tag.FAILED: TagLook("exp", "circle-x", _("Fehlgeschlagen")),
        Tag.DROPPED: TagLook("none", "ban", _("Verworfen")),
    }


@blueprint.get("/outbox")
@requires(Permission.SEE_OUTBOX)
def overview() -> str:
    """Every mail: to whom, what kind, when, how it went."""
    session = db_session()
    tag = _chosen_tag()
    counts = queries.count_by_state(session)
    number = page_number()
    rows = queries.page_of_mails(session, tag=tag, number=number, size=PAGE_SIZE)
    note_list(len({row.mail.person_id for row in rows}), page="outbox")
    looks = _looks()
    return render_template(
        "outbox/overview.html",
        page=Page([_line(row, looks) for row in rows], number, _total(counts, tag), PAGE_SIZE),
        chips=_chips(counts, tag, looks),
        tag=tag,
        sent=_total(counts, Tag.SENT),
        undecided=_total(counts, Tag.UNCERTAIN) + _total(counts, Tag.FAILED),
    )


@blueprint.get("/outbox/<int:mail_id>")
@requires(Permission.SEE_OUTBOX)
def show(mail_id: int) -> str:
    """One mail with its text, its links blotted."""
    row = queries.get_mail(db_session(), mail_id)
    note_record(row.mail.person_id, page="outbox")
    return render_template("outbox/show.html", line=_line(row, _looks()))


@blueprint.post("/outbox/<int:mail_id>/resend")
@requires(Permission.SEE_OUTBOX)
def resend(mail_id: int) -> ResponseReturnValue:
    """Send once more what failed or is uncertain."""
    operations.resend(db_session(), mail_id, actor=_actor(), now=utc_now())
    flash(_("Die E-\u2060Mail geht noch einmal raus."), "ok")
    return redirect(url_for("outbox.show", mail_id=mail_id))


@blueprint.post("/outbox/<int:mail_id>/arrived")
@requires(Permission.SEE_OUTBOX)
def confirm_arrival(mail_id: int) -> ResponseReturnValue:
    """Somebody asked: the uncertain mail has arrived."""
    operations.confirm_arrival(db_session(), mail_id, actor=_actor(), now=utc_now())
    flash(_("Vermerkt: Die E-\u2060Mail ist angekommen."), "ok")
    return redirect(url_for("outbox.show", mail_id=mail_id))


@blueprint.get("/mailbox")
@requires(Permission.READ_MAILBOX)
def mailbox() -> str:
    """What the local mailbox holds, the newest first."""
    search = request.args.get("q", "").strip()[:_LONGEST_SEARCH]
    session = db_session()
    number = page_number()
    found = queries.page_of_mailbox(session, search=search, number=number, size=PAGE_SIZE)
    total = queries.count_mailbox(session, search=search)
    note_list(len({mail.to_address for mail in found}), page="mailbox")
    return render_template(
        "outbox/mailbox.html",
        page=Page(found, number, total, PAGE_SIZE),
        search=search,
        smtp_host=house().settings.smtp_host,
    )


@blueprint.get("/mailbox/<int:mail_id>")
@requires(Permission.READ_MAILBOX)
def mailbox_mail(mail_id: int) -> str:
    """One mail: headers and text part."""
    found = queries.get_mailbox_mail(db_session(), mail_id)
    note_list(1, page="mailbox")
    parsed = _parsed(found.raw)
    return render_template(
        "outbox/mailbox_mail.html",
        mail=found,
        headers=[(name, str(value)) for name, value in parsed.items() if name not in _BODY_HEADERS],
        text=_part(parsed, "plain"),
    )


_BODY_HEADERS = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding")


@blueprint.get("/mailbox/<int:mail_id>/html")
@requires(Permission.READ_MAILBOX)
def mailbox_html(mail_id: int) -> Response:
    """The HTML part as a page of its own, in a sandbox."""
    found = queries.get_mailbox_mail(db_session(), mail_id)
    html = _part(_parsed(found.raw), "html")
    if not html:
        raise NotFound
    return Response(html, headers={"Content-Security-Policy": _SANDBOX})


def _parsed(raw: str) -> EmailMessage:
    return message_from_string(raw, EmailMessage, policy=SMTP)


def _part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    return str(found.get_content()) if isinstance(found, EmailMessage) else ""


def _chosen_tag() -> Tag | None:
    chosen = request.args.get("state")
    if not chosen:
        return None
    try:
        return Tag(chosen)
    except ValueError:
        raise NotFound from None


def _total(counts: dict[State, int], tag: Tag | None) -> int:
    wanted = tuple(counts) if tag is None else STATES_OF[tag]
    return sum(counts.get(state, 0) for state in wanted)


def _chips(
    counts: dict[State, int], chosen: Tag | None, looks: dict[Tag, TagLook]
) -> list[dict[str, object]]:
    chips: list[dict[str, object]] = [
        {
            "url": url_for("outbox.overview"),
            "label": _("Alle"),
            "count": format_decimal(sum(counts.values())),
            "current": chosen is None,
            "icon": None,
        }
    ]
    for tag, look in looks.items():
        count = _total(counts, tag)
        if count or tag is chosen:
            chips.append(
                {
                    "url": url_for("outbox.overview", state=tag.value),
                    "label": look.label,
                    "count": format_decimal(count),
                    "current": tag is chosen,
                    "icon": look.icon,
                    "key": look.key,
                }
            )
    return chips


def _line(row: MailRow, looks: dict[Tag, TagLook]) -> Line:
    mail = row.mail
    known = mail.reason in set(Reason)
    words = WORDS[Reason(mail.reason)] if mail.reason and known else None
    return Line(
        mail=mail,
        name=row.name,
        kind=_(KIND_NAMES.get(mail.kind, mail.kind)),
        look=looks[tag_of(mail.state)],
        is_again=mail.state == State.PENDING and mail.attempts > 0,
        what=_(words.what, address=mail.to_address or "–") if words else "",
        deed=_(words.deed) if words and words.deed else "",
        may_resend=mail.state in (State.FAILED, State.UNCERTAIN),
        may_confirm=mail.state == State.UNCERTAIN,
        may_read=mail.kind in OFFICER_READS,
    )


def _actor() -> str:
    return f"person:{viewer().person_id}"
