import pytest

from lms.competences import framework
from lms.competences.framework import Band, CompetenceLevel, UnknownCompetence, parse


def test_five_areas_and_twenty_one_competences_with_labels_in_both_languages():
    assert list(framework.AREAS) == ["1", "2", "3", "4", "5"]
    counts = dict.fromkeys(framework.AREAS, 0)
    for competence in framework.COMPETENCES.values():
        counts[competence.area.code] += 1
    assert counts == {"1": 3, "2": 6, "3": 4, "4": 4, "5": 4}
    for named in (*framework.AREAS.values(), *framework.COMPETENCES.values()):
        assert set(named.labels) == {"de", "en"}


def test_labels_are_those_of_the_standards_page():
    assert framework.AREAS["4"].labels == {
        "de": "Sicherheit, Wohlbefinden, verantwortungsvolle Nutzung",
        "en": "Safety, wellbeing and responsible use",
    }
    assert framework.COMPETENCES["5.4"].labels == {
        "de": "Digitalen Lernbedarf angehen",
        "en": "Identifying and addressing digital competence needs",
    }


@pytest.mark.parametrize("text", ["2.1@3", " 2.1@3 ", "digcomp-3.0:2.1@3"])
def test_a_pair_is_read_with_and_without_its_framework(text):
    pair = parse(text)
    assert pair == CompetenceLevel("2.1", 3)
    assert (str(pair), pair.full_code) == ("2.1@3", "digcomp-3.0:2.1@3")
    assert (pair.competence.code, pair.band) == ("2.1", Band.INTERMEDIATE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2.1", "'2.1'; allowed: CODE@LEVEL, for example 2.1@3"),
        ("digcomp-2.2:2.1@3", "'digcomp-2.2:2.1@3'; allowed: CODE@LEVEL, for example 2.1@3"),
        ("2.1@0", "level 0; allowed: 1 to 8"),
        ("2.1@9", "level 9; allowed: 1 to 8"),
        ("6.1@1", f"6.1; allowed: {', '.join(framework.COMPETENCES)}"),
    ],
)
def test_what_is_no_pair_is_refused_with_what_is_allowed(text, message):
    with pytest.raises(UnknownCompetence) as refused:
        parse(text)
    assert str(refused.value) == message


def test_two_levels_make_a_band_and_every_band_has_a_name():
    bands = [framework.band_of(level) for level in range(1, 9)]
    assert bands == [band for band in Band for _twice in range(2)]
    assert set(framework.BAND_LABELS) == set(Band)
