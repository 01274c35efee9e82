import pytest

from lms.courses.captions import BadCaptions, CaptionLine, parse_captions


def test_lines_are_read_with_their_seconds():
    text = (
        "\ufeffWEBVTT - made by hand\n\nNOTE nobody reads this\n\n1\n"
        "00:01.500 --> 00:03.000 align:start\n<v Anna>Hallo &amp; willkommen</v>\nim Kurs.\n\n"
        "01:00:00.000 --> 01:00:02.250\nBis gleich.\n"
    )
    assert parse_captions(text) == [
        CaptionLine(1.5, "Hallo & willkommen im Kurs."),
        CaptionLine(3600.0, "Bis gleich."),
    ]


def test_windows_line_ends_are_read():
    assert parse_captions("WEBVTT\r\n\r\n00:00.000 --> 00:01.000\r\nJa.\r\n") == [
        CaptionLine(0.0, "Ja.")
    ]


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("", 1, "the file does not begin with WEBVTT"),
        ("WEBVTTX\n", 1, "the file does not begin with WEBVTT"),
        ("WEBVTT\n\nHallo\n", 4, "the file has no captions"),
        ("WEBVTT\n\n0:1 --> 0:2\nx", 3, "this line is no time like 00:00.000 --> 00:02.000"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nx", 3, "this line goes back in time"),
        (
            "WEBVTT\n\n00:02.000 --> 00:03.000\nx\n\n00:01.000 --> 00:04.000\ny",
            6,
            "this line goes back in time",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, line, wrong):
    with pytest.raises(BadCaptions) as refused:
        parse_captions(text)
    assert (refused.value.line, refused.value.wrong) == (line, wrong)
