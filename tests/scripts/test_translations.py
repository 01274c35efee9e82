"""The catalogue script: what it finds wrong, what it takes, what it leaves alone."""

import json

import pytest
from babel.messages.catalog import Catalog, Message

import translations


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one module and one template."""
    (tmp_path / "lms").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "lms" / "rules.py").write_text('MESSAGE = N_("Das geht nicht.")\n')
    (tmp_path / "templates" / "home.html").write_text(
        '{{ ngettext("%(num)s Kurs", "%(num)s Kurse", count) }}{{ _("Hallo %(name)s", name=name) }}'
    )
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    catalogue = tmp_path / "lms/translations/en/LC_MESSAGES/messages.po"
    monkeypatch.setattr(translations, "CATALOGUE", catalogue)
    return tmp_path


@pytest.fixture
def run(project, monkeypatch, capsys):
    """Runs the script: run("update") gives the exit code and what it said."""

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["translations.py", *arguments])
        code = translations.main()
        return code, capsys.readouterr().err

    return call


def test_a_new_text_is_missing_until_it_is_filled(project, run):
    assert run("update") == (0, "3 texts, 3 without English\n")
    fillings = {
        "Das geht nicht.": "That is not possible.",
        "Hallo %(name)s": "Hello %(name)s",
        "%(num)s Kurs": ["One course", "%(num)s courses"],
    }
    (project / "en.json").write_text(json.dumps(fillings))
    assert run("missing")[0] == 1
    assert run("fill", str(project / "en.json")) == (0, "3 texts, 0 without English\n")
    assert run("missing") == (0, "")
    assert run("check") == (0, "")


def test_running_it_again_changes_no_byte(project, run):
    run("update")
    before = [path.read_bytes() for path, _ in translations.contents(Catalog(locale="en"))]
    run("update")
    assert [p.read_bytes() for p, _ in translations.contents(Catalog(locale="en"))] == before


def test_a_text_that_is_gone_leaves_the_catalogue(project, run):
    run("update")
    (project / "lms" / "rules.py").write_text("")
    assert run("update") == (0, "2 texts, 2 without English\n")
    assert "Das geht nicht." not in translations.CATALOGUE.read_text()


def test_a_file_that_is_half_written_loses_no_text(project, run):
    run("update")
    (project / "templates" / "home.html").write_text('{{ _("Hallo')
    code, said = run("update")
    assert code == 1
    assert "cannot be read: templates/home.html" in said
    assert "Hallo %(name)s" in translations.CATALOGUE.read_text()


def test_a_similar_text_takes_over_nothing(project, run):
    run("update")
    (project / "en.json").write_text(json.dumps({"Das geht nicht.": "That is not possible."}))
    run("fill", str(project / "en.json"))
    (project / "lms" / "rules.py").write_text('MESSAGE = N_("Das geht nicht!")\n')
    run("update")
    assert "That is not possible." not in translations.CATALOGUE.read_text()


def test_fillings_that_fit_nothing_are_refused_and_the_rest_is_taken(project, run):
    fillings = {"Gibt es nicht": "x", "%(num)s Kurs": "courses", "Das geht nicht.": "No."}
    (project / "en.json").write_text(json.dumps(fillings))
    code, said = run("fill", str(project / "en.json"))
    assert code == 1
    assert said.splitlines() == [
        "3 texts, 2 without English",
        "not in the sources: 'Gibt es nicht'",
        'needs ["one", "other"]: \'%(num)s Kurs\'',
    ]


@pytest.mark.parametrize(
    ("german", "english", "is_good"),
    [
        ("Hallo %(name)s", "Hello %(name)s", True),
        ("Hallo %(name)s", "Hello", False),
        ("Hallo", "Hello %(name)s", False),
        ("Hallo", "", False),
        ("<b>Ja</b>", "<b>Yes</b>", True),
        ("<b>Ja</b>", "<i>Yes</i>", False),
        (("%(num)s Kurs", "%(num)s Kurse"), ("One course", "%(num)s courses"), True),
        (("Ein Kurs", "%(num)s Kurse"), ("%(num)s course", "%(num)s courses"), True),
        (("%(num)s Kurs", "%(num)s Kurse"), ("%(num)s course", "courses"), False),
        (("%(num)s Kurs", "%(num)s Kurse"), ("%(num)s course", ""), False),
    ],
)
def test_placeholders_and_tags_are_those_of_the_german_text(german, english, is_good):
    assert (translations.problem_of(Message(german, english)) is None) == is_good
