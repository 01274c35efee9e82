"""`/`: the start page of everybody."""

from flask import render_template

from lms.home.views.blueprint import blueprint
from lms.home.views.desk import desks_of
from lms.home.views.learner import own_part
from lms.home.views.record_keeping import record_keeping_of
from lms.kernel.clock import utc_now
from lms.web.db import db_session, house
from lms.web.guard import signed_in, viewer
from lms.workshops.queries.listing import list_mine


@blueprint.get("/")
@signed_in
def start() -> str:
    """What can be done today: each role's desk, then one's own courses and certificates."""
    who = viewer()
    return render_template(
        "home/start.html",
        desks=desks_of(who),
        keeping=record_keeping_of(who),
        own=own_part(),
        sessions=list_mine(db_session(), who.person_id, now=utc_now(), limit=1),
        today=house().today(),
    )
