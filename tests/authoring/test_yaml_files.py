import datetime as dt

import pytest

from lms.authoring.yaml_files import MAX_FILE_BYTES, Fault, Place, Unreadable, decode, read_yaml

PLAIN = "plain YAML without aliases"


def test_values_and_the_lines_they_came_from():
    values, place = read_yaml("a.yaml", b"a: {de: x}\nb:\n  - k: |\n      long\n    n: 1\n  - 2\n")
    assert values == {"a": {"de": "x"}, "b": [{"k": "long\n", "n": 1}, 2]}
    assert place.find(("a", "de")).line == 1
    assert place.find(("b", 0, "k")).line == 3
    assert place.find(("b", 0, "n")).line == 5
    assert place.find(("b", 1)).line == 6


def test_steps_that_lead_nowhere_are_skipped():
    _values, place = read_yaml("a.yaml", b"b:\n  - k: 1\n")
    assert place.find(("b", 0, "variant", "k")) == Place("a.yaml", 2)
    assert place.find(("b", 0, "missing")).line == 2


def test_plain_words_mean_what_they_say():
    content = (
        b"a: Yes\nb: no\nc: true\nd: ~\ne:\nf: 012\ng: 1.5\nh: 10:30\ni: 2026-11-24\n"
        b"j: 2026-02-30\nk: -3\nl: '1'\nm: off\nn: 1e3\no: !!str 5\n"
    )
    values, _place = read_yaml("a.yaml", content)
    assert values == {
        "a": "Yes",
        "b": "no",
        "c": True,
        "d": None,
        "e": None,
        "f": "012",
        "g": 1.5,
        "h": "10:30",
        "i": dt.date(2026, 11, 24),
        "j": "2026-02-30",
        "k": -3,
        "l": "1",
        "m": "off",
        "n": "1e3",
        "o": "5",
    }


def test_questions_may_be_asked_between_braces():
    values, _place = read_yaml("a.yaml", b"a: {de: Wer kommt?, en: Who? Me?}\nb: [Was?, Ja]\n")
    assert values == {"a": {"de": "Wer kommt?", "en": "Who? Me?"}, "b": ["Was?", "Ja"]}


@pytest.mark.parametrize(
    ("content", "line", "wrong", "allowed"),
    [
        (b"a: &x 1\nb: *x\n", 2, "not readable as YAML: an alias (*name)", PLAIN),
        (b"a: 1\n\na: 2\n", 3, "the key 'a' is there twice", "each key once"),
        (b"a:\n  b: 1\n  b: 2\n", 3, "the key 'b' is there twice", "each key once"),
        (
            b"a: !!python/object/apply:os.system [id]\n",
            1,
            "the tag tag:yaml.org,2002:python/object/apply:os.system",
            "values without tags",
        ),
        (b"a: !!binary aGk=\n", 1, "the tag tag:yaml.org,2002:binary", "values without tags"),
        (b"a: !!set {x}\n", 1, "the tag tag:yaml.org,2002:set", "values without tags"),
        (b"[1]: 2\n", 1, "a list or mapping as a key", "a word as a key"),
        (b"- 1\n", 1, "holds no keys", "key: value"),
        (b"", 1, "holds no keys", "key: value"),
        (b"a: 1\nb: \xff\n", 2, "the text is not UTF-8", "UTF-8"),
        (b"a: 1\nb: \x00\n", 2, "a character that YAML does not allow (U+0000)", "printable text"),
        (
            b'a: 1\nb: "x\\0"\n',
            2,
            "a character that no text can keep (U+0000)",
            "printable text",
        ),
        (
            b'a:\n  - 1\n  - "\\ud800"\n',
            3,
            "a character that no text can keep (U+D800)",
            "printable text",
        ),
        (b'"\\x1b": 1\n', 1, "a character that no text can keep (U+001B)", "printable text"),
        (b"a: [1\n", 2, "not readable as YAML: expected ',' or ']', but got '<stream end>'", PLAIN),
        (b"---\na: 1\n---\nb: 2\n", 3, "not readable as YAML: but found another document", PLAIN),
        (b"[" * 5000, 1, "is nested too deeply", "lists and keys"),
        (
            b"a" * (MAX_FILE_BYTES + 1),
            1,
            "the file has 1,000,001 bytes",
            "at most 1,000,000",
        ),
    ],
)
def test_what_is_no_yaml_of_ours_is_refused_with_its_line(content, line, wrong, allowed):
    with pytest.raises(Unreadable) as refused:
        read_yaml("a.yaml", content)
    assert refused.value.fault == Fault("a.yaml", line, wrong, allowed)


def test_aliases_do_not_multiply():
    bomb = b"a: &a [x, x]\nb: &b [*a, *a]\n"
    with pytest.raises(Unreadable) as refused:
        read_yaml("a.yaml", bomb)
    assert refused.value.fault.line == 2


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert decode("a.md", b"\xef\xbb\xbfHallo") == "Hallo"


def test_a_fault_reads_as_one_line():
    assert str(Fault("a.yaml", 3, "x is 1", "2")) == "a.yaml:3: x is 1; allowed: 2"
