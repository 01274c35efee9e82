"""The navigation of each role, and which of its places a page lies behind."""

import pytest

from lms.home.rules import MOST, PLACES, places_for, present_place
from lms.kernel.viewer import Role


def endpoints(*roles):
    """What somebody with these roles finds at once, and behind "Mehr"."""
    shown, more = places_for({Role.EMPLOYEE, *roles})
    return [place.endpoint for place in shown], [place.endpoint for place in more]


ALL = ["home.start", "learning.catalogue", "workshops.workshops"]
OWN = "certifications.mine"


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR, Role.MANAGEMENT])
def test_without_places_of_their_own_they_find_what_everybody_finds(role):
    assert endpoints(role) == ([*ALL, OWN], [])


def test_data_protection_finds_the_log_at_once():
    assert endpoints(Role.DPO) == ([*ALL, "privacy.log", OWN], [])


def test_the_officer_finds_the_overview_at_once():
    assert endpoints(Role.OFFICER) == ([*ALL, "staff.progress"], ["reminders.overview", OWN])


def test_the_administrator_finds_people_and_organisation_behind_more():
    more = ["staff.people", "organisation.overview", OWN]
    assert endpoints(Role.ADMINISTRATOR) == ([*ALL, "system.overview"], more)


def test_several_roles_are_the_union_and_what_exceeds_five_stands_behind_more():
    assert endpoints(Role.ADMINISTRATOR, Role.OFFICER) == (
        [*ALL, "staff.progress"],
        ["reminders.overview", "system.overview", "staff.people", "organisation.overview", OWN],
    )


def test_nobody_sees_more_than_five_at_once():
    shown, more = places_for(Role, has_team=True)
    assert len(shown) + bool(more) <= MOST
    assert [*shown, *more] == list(PLACES)


def test_the_team_is_for_whoever_leads_one():
    shown, _more = places_for({Role.EMPLOYEE}, has_team=True)
    assert [place.endpoint for place in shown] == [*ALL, "staff.team", OWN]
    assert present_place("staff.team", shown) == "staff.team"


@pytest.mark.parametrize(
    ("role", "endpoint", "expected"),
    [
        (Role.EMPLOYEE, "home.start", "home.start"),
        (Role.EMPLOYEE, "learning.course", "learning.catalogue"),
        (Role.EMPLOYEE, "learning.lesson", "learning.catalogue"),
        (Role.EMPLOYEE, "certifications.document", "certifications.mine"),
        (Role.EMPLOYEE, "access.account", None),
        (Role.EMPLOYEE, "staff.progress", None),
        (Role.EMPLOYEE, None, None),
        (Role.AUTHOR, "authoring.course", "learning.catalogue"),
        (Role.OFFICER, "staff.person", "staff.progress"),
        (Role.OFFICER, "staff.people", "staff.progress"),
        (Role.OFFICER, "reminders.requirements", "reminders.overview"),
        (Role.OFFICER, "outbox.overview", "reminders.overview"),
        (Role.OFFICER, "learning.reports", "learning.catalogue"),
        (Role.ADMINISTRATOR, "staff.person", "staff.people"),
        (Role.ADMINISTRATOR, "staff.people", "staff.people"),
        (Role.ADMINISTRATOR, "outbox.mailbox", "system.overview"),
        (Role.ADMINISTRATOR, "organisation.texts", "organisation.overview"),
    ],
)
def test_a_page_lies_behind_one_place(role, endpoint, expected):
    shown, more = places_for({Role.EMPLOYEE, role})
    assert present_place(endpoint, [*shown, *more]) == expected


def test_whoever_has_both_roles_finds_a_record_behind_the_overview_and_the_list_behind_people():
    places = [*places_for(Role)[0], *places_for(Role)[1]]
    assert present_place("staff.person", places) == "staff.progress"
    assert present_place("staff.people", places) == "staff.people"
    assert present_place("outbox.mailbox_mail", places) == "system.overview"
