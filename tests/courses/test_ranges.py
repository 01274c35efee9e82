import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.courses.ranges import OPEN_ENDED_BYTES, BeyondTheEnd, FilePart, Span, asked_span

BIG = 3 * OPEN_ENDED_BYTES


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=0-499", Span(0, 499)),
        ("Bytes = 5-9", Span(5, 9)),
        ("bytes=0-999999999999", Span(0, BIG - 1)),
        ("bytes=0-", Span(0, OPEN_ENDED_BYTES - 1)),
        (f"bytes={BIG - 5}-", Span(BIG - 5, BIG - 1)),
        ("bytes=-5", Span(BIG - 5, BIG - 1)),
        ("bytes=-999999999999", Span(0, BIG - 1)),
        ("bytes=10-19, 30-39", Span(10, 19)),
        (f"bytes={BIG}-, 30-39", Span(30, 39)),
    ],
)
def test_the_part_that_is_asked_for(header, span):
    assert asked_span(header, BIG) == span


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=9-5",
        "bytes=1-2,x",
        "bytes=--5",
        "items=0-5",
        "bytes=٣-٤",
        "bytes=" + "9" * 30 + "-",
        "bytes=" + "0-1," * 400 + "0-1",
    ],
)
def test_what_is_not_understood_gets_the_whole_file(header):
    assert asked_span(header, BIG) is None


@pytest.mark.parametrize("header", [f"bytes={BIG}-", f"bytes={BIG}-{BIG + 5}", "bytes=-0"])
def test_nothing_lies_beyond_the_end(header):
    with pytest.raises(BeyondTheEnd):
        asked_span(header, BIG)


@given(st.binary(min_size=1, max_size=50), st.data())
def test_a_part_reads_like_the_same_bytes_as_a_file_of_their_own(content, data):
    first = data.draw(st.integers(0, len(content) - 1))
    last = data.draw(st.integers(first, len(content) - 1))
    part = FilePart(io.BytesIO(content), Span(first, last))
    whole = io.BytesIO(content[first : last + 1])
    assert (part.readable(), part.seekable()) == (True, True)
    for _step in range(4):
        size = data.draw(st.integers(-1, 60))
        assert part.read(size) == whole.read(size)
        assert part.tell() == whole.tell()
        if data.draw(st.booleans()):
            offset = data.draw(st.integers(0, last - first + 1))
            assert part.seek(offset) == whole.seek(offset)
    assert part.seek(0, io.SEEK_END) == last - first + 1
    assert part.read() == b""


def test_closing_the_part_closes_the_file():
    stream = io.BytesIO(b"abc")
    FilePart(stream, Span(0, 2)).close()
    assert stream.closed
