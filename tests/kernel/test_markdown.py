import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kernel.markdown import (
    Found,
    Shown,
    heading_id,
    is_allowed_link,
    outline,
    render,
    render_inline,
)

MEDIA = {"media/x.png": Shown("/media/abc/x.png", 20, 10), "media/x.pdf": Shown("/media/d/x.pdf")}


def html(text):
    return render(text, MEDIA.get)


def test_what_authors_write_becomes_html():
    text = "Hallo *du*, **jetzt**\n\n- a\n- b\n\n3. c\n\n> Merke\n\n`x`\n\n---\n"
    assert html(text) == (
        "<p>Hallo <em>du</em>, <strong>jetzt</strong></p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"
        '<ol start="3">\n<li>c</li>\n</ol>\n<blockquote>\n<p>Merke</p>\n</blockquote>\n'
        "<p><code>x</code></p>\n<hr>\n"
    )


def test_headings_begin_below_the_title_of_the_page_and_have_ids():
    text = "# Der Weg\n\n## Der Weg\n\n### Ziel & *Ende* {#goal}\n\n##### Klein\n\n## 🙂"
    assert html(text) == (
        '<h2 id="at-der-weg">Der Weg</h2>\n<h2 id="at-der-weg-2">Der Weg</h2>\n'
        '<h3 id="at-goal">Ziel &amp; <em>Ende</em></h3>\n<h4 id="at-klein">Klein</h4>\n'
        '<h2 id="at-section">🙂</h2>\n'
    )


def test_a_picture_alone_is_a_figure_with_its_title_below():
    assert html('![Eine "Tür"](media/x.png "Die <Tür>")') == (
        '<figure><img src="/media/abc/x.png" alt="Eine &quot;Tür&quot;" width="20" height="10"'
        ' loading="lazy"><figcaption>Die &lt;Tür&gt;</figcaption></figure>\n'
    )


def test_a_picture_in_a_sentence_stays_there():
    picture = '<img src="/media/abc/x.png" alt="Tür" width="20" height="10" loading="lazy">'
    assert html("Siehe ![Tür](media/x.png)!") == f"<p>Siehe {picture}!</p>\n"


@pytest.mark.parametrize(
    "source", ["media/other.png", "https://evil.example/x.png", "data:image/png;x"]
)
def test_pictures_from_elsewhere_leave_their_words(source):
    assert html(f"![Tür]({source})") == "<p>Tür</p>\n"


def test_tables_scroll_in_a_frame_that_the_keyboard_reaches():
    assert html("| a |\n|--:|\n| 1 |") == (
        '<div class="table-scroll" tabindex="0">\n<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n'
        "</thead>\n<tbody>\n<tr>\n<td>1</td>\n</tr>\n</tbody>\n</table>\n</div>\n"
    )


@pytest.mark.parametrize(
    ("href", "shown"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("/courses/x", "/courses/x"),
        ("#raum", "#at-raum"),
        ("media/x.pdf", "/media/d/x.pdf"),
    ],
)
def test_links_that_may_be_followed(href, shown):
    assert html(f"[x]({href})") == f'<p><a href="{shown}" rel="noopener noreferrer">x</a></p>\n'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#10;script:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://x",
        "//evil.example",
        "https:/evil.example",
        "https:evil",
        "relative/path",
        "media/unknown.pdf",
        "",
    ],
)
def test_links_that_may_not_be_followed_leave_their_words(href):
    assert html(f"[x](<{href}>) danach") == "<p>x danach</p>\n"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "<https://evil.example/x onclick=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<style>*{}</style>",
    ],
)
def test_html_is_text(hostile):
    for made in (html(hostile), render_inline(hostile)):
        assert "<script" not in made
        assert "<img" not in made
        assert "<style" not in made
        assert "<a href" not in made
        assert "&lt;" in made


@given(st.text(alphabet="<>[]()!*_`#:/\\\"'&= \njavscriptonload", max_size=80))
def test_nothing_outside_the_list_ever_comes_out(text):
    made = html(text)
    assert "<script" not in made
    for href in re.findall(r'href="([^"]*)"', made):
        assert href.startswith(("http:", "https:", "mailto:", "/", "#at-"))
    assert " on" not in "".join(part.split(">")[0] for part in made.split("<")[1:])


def test_questions_stand_in_one_line():
    assert render_inline("Was *gilt*?\n## kein Titel ![T](media/x.png)", MEDIA.get) == (
        "Was <em>gilt</em>?\n## kein Titel "
        '<img src="/media/abc/x.png" alt="T" width="20" height="10" loading="lazy">'
    )


def test_the_outline_names_pictures_links_and_headings_with_their_lines():
    text = (
        "## Der Weg\n\nText\n![Tür](media/x.png) [x](https://example.org)\n\n- ![](media/y.png)\n"
    )
    found = outline(text)
    assert found.headings == (Found(1, "der-weg", "Der Weg"),)
    assert found.pictures == (Found(4, "media/x.png", "Tür"), Found(6, "media/y.png", ""))
    assert found.links == (Found(4, "https://example.org", ""),)


def test_the_outline_and_the_page_agree_on_the_names_of_headings():
    text = "## A\n\n## A\n\n## Über uns\n"
    for heading in outline(text).headings:
        assert f'id="{heading_id(heading.target)}"' in html(text)


@pytest.mark.parametrize("href", ["https://a\nb", "https://a b", "/a\x00b", "mailto:a b", "#a\\b"])
def test_blanks_control_characters_and_backslashes_make_no_link(href):
    assert is_allowed_link(href) is False
