"""Whom a requirement reaches."""

import pytest

from lms.certifications.rules.scopes import Member, NobodyChosen, Scope, require_somebody
from lms.kernel.viewer import Role

KIM = Member(7, 2, "pädagogische Fachkraft", frozenset({Role.EMPLOYEE, Role.AUTHOR}))


@pytest.mark.parametrize(
    "scope",
    [
        Scope(everyone=True),
        Scope(unit_ids=frozenset({1, 2})),
        Scope(jobs=frozenset({"pädagogische Fachkraft"})),
        Scope(roles=frozenset({Role.AUTHOR})),
        Scope(person_ids=frozenset({7})),
        Scope(unit_ids=frozenset({9}), person_ids=frozenset({7})),
    ],
)
def test_any_of_what_is_named_reaches(scope):
    assert scope.reaches(KIM)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(unit_ids=frozenset({1})),
        Scope(jobs=frozenset({"Hauswirtschaft"})),
        Scope(roles=frozenset({Role.OFFICER})),
        Scope(person_ids=frozenset({8})),
    ],
)
def test_others_are_not_reached(scope):
    assert not scope.reaches(KIM)


def test_the_same_people_have_the_same_key():
    one = Scope(unit_ids=frozenset({1, 2}), jobs=frozenset({"a", "b"}))
    other = Scope(jobs=frozenset({"b", "a"}), unit_ids=frozenset({2, 1}))
    assert one.key == other.key
    assert one.key != Scope(unit_ids=frozenset({1})).key
    assert Scope(everyone=True, unit_ids=frozenset({1})).key == Scope(everyone=True).key


def test_somebody_must_be_named():
    with pytest.raises(NobodyChosen):
        require_somebody([Scope(everyone=True), Scope()])
    require_somebody([Scope(everyone=True)])
