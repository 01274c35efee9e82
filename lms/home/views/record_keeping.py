"""What the data-protection officer finds: the state of the log, and who may see what."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.home.queries.chain import Chain, compute_whole_chain, look_at_chain
from lms.home.views.rights import RightRow, right_rows
from lms.kernel.viewer import Role, Viewer
from lms.web.db import db_session, house


@dataclass(frozen=True, slots=True)
class RecordKeeping:
    """The chain with its verdict in words, and the rights."""

    chain: Chain
    verdict: str
    checked: str
    rights: list[RightRow]


def record_keeping_of(who: Viewer) -> RecordKeeping | None:
    """None for whoever is not the data-protection officer."""
    if not who.is_a(Role.DPO):
        return None
    session = db_session()
    is_asked = request.args.get("check") == "all"
    chain = compute_whole_chain(session) if is_asked else look_at_chain(session)
    tells = house().settings.supervisor_digest == "names"
    rights = right_rows(tells_supervisor=tells)
    return RecordKeeping(chain, _verdict(chain), _checked(chain), rights)


def _verdict(chain: Chain) -> str:
    if chain.broken_id is not None:
        return str(_("Das Protokoll passt ab Eintrag %(id)s nicht mehr.", id=chain.broken_id))
    if chain.missing:
        return str(
            ngettext(
                "Im Protokoll fehlt %(num)s Eintrag.",
                "Im Protokoll fehlen %(num)s Einträge.",
                chain.missing,
            )
        )
    if chain.checked < chain.linked:
        return str(_("Die neuesten %(count)s Einträge sind unverändert.", count=chain.checked))
    return str(_("Das Protokoll ist unverändert."))


def _checked(chain: Chain) -> str:
    if chain.checked == chain.linked:
        return str(_("eben alle nachgerechnet"))
    return str(
        ngettext(
            "eben der neueste nachgerechnet",
            "eben die %(num)s neuesten nachgerechnet",
            chain.checked,
        )
    )
