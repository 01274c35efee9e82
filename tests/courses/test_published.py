from lms.courses.published import Rendered, Shelf
from tests.course_samples import lesson_values, sample

MEDIA = {"media/x.png": {"sha256": "a" * 64, "media_type": "image/png", "size_bytes": 9}}


def test_texts_are_rendered_once_with_the_media_of_the_course():
    rendered = Rendered(sample(modules=lesson_values(0, 0), media=MEDIA))
    html = rendered.html("![Tür](media/x.png)")
    assert (
        html == f'<figure><img src="/media/{"a" * 64}/x.png" alt="Tür" loading="lazy"></figure>\n'
    )
    assert rendered.html("![Tür](media/x.png)") is html
    assert rendered.inline("*Ja* <b>") == "<em>Ja</em> &lt;b&gt;"
    assert rendered.html("*Ja*") == "<p><em>Ja</em></p>\n"


def test_a_document_is_kept_once():
    shelf = Shelf()
    first = shelf.keep("a", sample())
    assert shelf.keep("a", sample()) is first
    assert shelf.find("a") is first
    assert shelf.find("b") is None


def test_the_one_unused_longest_makes_room():
    shelf = Shelf(limit=2)
    for digest in ("a", "b"):
        shelf.keep(digest, sample())
    shelf.find("a")
    shelf.keep("c", sample())
    assert [shelf.find(digest) is not None for digest in "abc"] == [True, False, True]
    assert len(shelf) == 2
