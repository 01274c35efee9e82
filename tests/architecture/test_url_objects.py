"""Somebody else's object is not there, alike to one that never was (trust.md section 2)."""

import re
from http import HTTPStatus

import pytest
from sqlalchemy import select

from lms.kernel.permissions import TABLE, Permission
from lms.kernel.viewer import Role
from lms.learning.models import Enrolment, LessonProgress, PracticeReport, QuizAttempt
from lms.web.guard import PUBLIC, SIGNED_IN, access_of
from tests import factories
from tests.architecture.objects import OBJECTS, Whose, World

# What differs from answer to answer: number of the request, tokens of forms, the address itself.
PASSING = re.compile(r'<span class="code">[^<]*</span>|value="[^"]*"|(?:href|action)="[^"]*"')
UNKNOWN = {int: 2**31 - 1, str: "nothing-like-that"}
NOT_FOUND, FORBIDDEN = HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN


@pytest.fixture
def today(clock):
    clock(factories.NOW)


@pytest.fixture
def world(session, settings, today):
    """Jana, and one of everything that is hers."""
    return World(session, factories.make_person(session, first_name="Jana"), settings.files)


@pytest.fixture
def object_rules(app):
    """Addresses with a value in them, by endpoint."""
    return {rule.endpoint: rule for rule in app.url_map.iter_rules() if rule.arguments}


def test_every_address_of_an_object_is_in_the_table(object_rules):
    missing = sorted(set(object_rules) - set(OBJECTS))
    assert missing == [], (
        f"new addresses of objects: {', '.join(missing)}. Say in OBJECTS of"
        " tests/architecture/objects.py whose they are, and how a real one of Jana's is made."
    )


def test_the_table_names_no_address_that_is_gone(object_rules):
    assert sorted(set(OBJECTS) - set(object_rules)) == []


class Asking:
    """One browser that asks for a real object and for one that never was."""

    def __init__(self, app, browser, roles):
        self.app, self.browser, self.roles, self.count = app, browser, roles, 0

    def may(self, endpoint):
        """True when the page as such is open to this browser."""
        asked = access_of(self.app, endpoint)
        mine = {*self.roles, Role.EMPLOYEE}
        return asked in (PUBLIC, SIGNED_IN) or not mine.isdisjoint(TABLE[Permission(asked)])

    def answer(self, rule, values):
        """Status and text of the answer, without what differs each time."""
        self.count += 1
        method = "GET" if "GET" in rule.methods else "POST"
        path = self.app.url_map.bind("127.0.0.1:8000").build(rule.endpoint, values, method=method)
        found = self.browser.open(path, method=method)
        text = found.get_data(as_text=True) if found.mimetype == "text/html" else ""
        return found.status_code, PASSING.sub("", text)


def unknown(values):
    """Values of the same kinds that name nothing."""
    return {name: UNKNOWN[type(value)] for name, value in values.items()}


@pytest.mark.parametrize("role", Role)
def test_what_is_janas_is_there_for_nobody_else(app, client_of, object_rules, world, role, counted):
    asking = Asking(app, client_of(role), {role})
    seen = {}
    for endpoint, thing in OBJECTS.items():
        if thing.whose is Whose.PERSON and role not in thing.also:
            rule, values = object_rules[endpoint], thing.make(world)
            real = asking.answer(rule, values)
            status = NOT_FOUND if asking.may(endpoint) else FORBIDDEN
            seen[endpoint] = (real[0] == status, real == asking.answer(rule, unknown(values)))
    counted("objects", asking.count)
    assert seen == dict.fromkeys(seen, (True, True))


def test_she_herself_finds_it(app, client_of, object_rules, world, counted):
    asking = Asking(app, client_of(person=world.jana), set())
    lost = []
    for endpoint, thing in OBJECTS.items():
        if thing.whose is Whose.PERSON and asking.may(endpoint):
            status, _text = asking.answer(object_rules[endpoint], thing.make(world))
            lost += [(endpoint, status)] if status >= HTTPStatus.BAD_REQUEST else []
    counted("objects", asking.count)
    assert lost == []


@pytest.mark.parametrize("role", Role)
def test_what_is_the_houses_is_there_for_those_who_may(
    app, client_of, object_rules, world, role, counted
):
    asking = Asking(app, client_of(role), {role})
    wrong = []
    for endpoint, thing in OBJECTS.items():
        if thing.whose is not Whose.HOUSE:
            continue
        rule, values = object_rules[endpoint], thing.make(world)
        real, none = asking.answer(rule, values)[0], asking.answer(rule, unknown(values))[0]
        if asking.may(endpoint):
            is_right = none == NOT_FOUND and real not in (NOT_FOUND, FORBIDDEN) and real < 500
        else:
            is_right = real == none == FORBIDDEN
        wrong += [] if is_right else [(endpoint, real, none)]
    counted("objects", asking.count)
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_what_is_ones_own_never_touches_janas(
    app, client_of, object_rules, session, world, role, counted
):
    asking = Asking(app, client_of(role), {role})
    assert world.report
    before = rows_of(session, world.jana)
    wrong = []
    for endpoint, thing in OBJECTS.items():
        if thing.whose is Whose.VIEWER:
            rule, values = object_rules[endpoint], thing.make(world)
            real, none = asking.answer(rule, values)[0], asking.answer(rule, unknown(values))[0]
            wrong += [] if real < 500 and none == NOT_FOUND else [(endpoint, real, none)]
    counted("objects", asking.count)
    assert (wrong, rows_of(session, world.jana)) == ([], before)


def rows_of(session, jana):
    """What Jana has learned and reported."""
    found = []
    for model in (Enrolment, LessonProgress, QuizAttempt, PracticeReport):
        table = model.__table__
        own = select(table).order_by(*table.primary_key)
        if model is not Enrolment:
            own = own.join(Enrolment, Enrolment.id == table.c.enrolment_id)
        found.append(session.execute(own.where(Enrolment.person_id == jana.id)).all())
    return found
