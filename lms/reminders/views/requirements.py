"""/requirements: who must hold what, by which rule, and ending one of them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certifications.operations.requiring import end_requirement
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.reminders.queries.ending import Ending, read_ending
from lms.reminders.queries.requirements import (
    Coverage,
    RuleRow,
    count_coverage,
    find_rule,
    list_goals,
    list_makers,
    list_rules,
    list_rules_of_course,
)
from lms.reminders.views.blueprint import blueprint
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.languages import in_language
from lms.web.paging import PAGE_SIZE


@blueprint.get("/requirements")
@requires(Permission.CHANGE_REQUIREMENTS)
def requirements() -> str:
    """All requirements in force, by the title of their course."""
    session, today = db_session(), house().today()
    rules = sorted(list_rules(session), key=lambda rule: in_language(rule.titles).casefold())
    return render_template(
        "reminders/requirements.html",
        rules=rules,
        coverage=count_coverage(session, today=today),
        goals=list_goals(session),
        makers=list_makers(session),
    )


@blueprint.get("/requirements/<int:requirement_id>")
@requires(Permission.CHANGE_REQUIREMENTS)
def requirement(requirement_id: int) -> str:
    """One requirement: its rule, how many hold the course, what else asks for it."""
    session = db_session()
    rule = _rule(requirement_id)
    coverage = count_coverage(session, today=house().today(), requirement_id=rule.requirement_id)
    others = [
        one
        for one in list_rules_of_course(session, rule.course_id)
        if one.requirement_id != rule.requirement_id
    ]
    return render_template(
        "reminders/requirement.html",
        rule=rule,
        coverage=coverage.get(rule.requirement_id, Coverage()),
        goal=list_goals(session).get(rule.course_id),
        maker=list_makers(session).get(rule.requirement_id),
        others=others,
    )


@blueprint.get("/requirements/<int:requirement_id>/end")
@requires(Permission.CHANGE_REQUIREMENTS)
def preview_end(requirement_id: int) -> str:
    """Who would lose the duty; nothing is changed."""
    rule = _rule_in_force(requirement_id)
    return _end_page(rule, read_ending(db_session(), rule.requirement_id))


@blueprint.post("/requirements/<int:requirement_id>/end")
@requires(Permission.CHANGE_REQUIREMENTS)
def end(requirement_id: int) -> ResponseReturnValue:
    """End it, if it still does what the preview said."""
    session = db_session()
    rule = _rule(requirement_id)
    if rule.ended_on is not None:
        flash(_("Diese Pflicht war schon beendet."), "note")
        return redirect(url_for("reminders.requirement", requirement_id=rule.requirement_id))
    ending = read_ending(session, rule.requirement_id)
    if request.form.get("digest") != ending.digest:
        return _end_page(rule, ending, has_changed=True), 409
    done = end_requirement(
        session,
        rule.requirement_id,
        ended_on=house().today(),
        now=utc_now(),
        actor=f"person:{viewer().person_id}",
    )
    count = len(done.ended)
    flash(
        ngettext(
            "Die Pflicht ist beendet. %(num)s Person hat sie nicht mehr.",
            "Die Pflicht ist beendet. %(num)s Personen haben sie nicht mehr.",
            count,
        )
        if count
        else _("Die Pflicht ist beendet. Für niemanden ändert sich etwas."),
        "ok",
    )
    return redirect(url_for("reminders.requirements"))


def _end_page(rule: RuleRow, ending: Ending, *, has_changed: bool = False) -> str:
    return render_template(
        "reminders/end_requirement.html",
        rule=rule,
        ending=ending,
        shown=ending.losers[:PAGE_SIZE],
        has_changed=has_changed,
    )


def _rule(requirement_id: int) -> RuleRow:
    found = find_rule(db_session(), requirement_id)
    if found is None:
        raise NotFound
    return found


def _rule_in_force(requirement_id: int) -> RuleRow:
    rule = _rule(requirement_id)
    if rule.ended_on is not None:
        raise NotFound
    return rule
