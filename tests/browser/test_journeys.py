"""What people do, in a real browser: by keyboard, without scripts, in two browsers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lms.authoring.bundles import read_bundle

CONTENT = Path(__file__).parent.parent.parent / "content"


RIGHT = {
    question.key: [option.key for option in question.options if option.correct]
    for slug in ("data-protection", "wiki-editing")
    for lesson in read_bundle(CONTENT / slug).course.lessons
    for question in getattr(lesson, "questions", ())
}


def press(page, name):
    """Reach a button or link by its name and press it, as somebody without a mouse does."""
    there = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    there.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def answer(page, *, scripts):
    """Give the right answer to the question on the page, by keyboard, and read what it says."""
    expect(page.locator("[data-saved]")).to_be_visible(visible=scripts)
    key = page.locator("#answer input[name=question]").get_attribute("value")
    for value in RIGHT[key]:
        page.locator(f"#answer input[value={value}]").focus()
        page.keyboard.press("Space")
    press(page, "Antwort prüfen")
    expect(page.get_by_role("heading", name=re.compile("Richtig"))).to_be_visible()


def take_course(page, *, scripts):
    """Go through the whole course by keyboard, until it leads to the certificate."""
    for _step in range(40):
        if page.url.endswith("/done"):
            return
        if page.locator("#answer").count():
            answer(page, scripts=scripts)
        if page.locator("#confirmed").count():
            page.locator("#confirmed").focus()
            page.keyboard.press("Space")
        if page.locator("main textarea").count():
            page.locator("main textarea").fill("Es hat gut geklappt, wir machen so weiter.")
        forward = page.locator(".btn-1:visible").last
        forward.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("slug", "title", "scripts"),
    [
        ("data-protection", "Datenschutz im digitalen Alltag", True),
        ("wiki-editing", "Wiki bearbeiten", False),
    ],
    ids=["scripts", "no-scripts"],
)
def test_a_course_leads_to_a_certificate(visit, slug, title, scripts):
    seen = visit(scripts=scripts)
    page = seen.sign_in("dpo")
    seen.go(f"/courses/{slug}")
    press(page, "Loslegen")
    take_course(page, scripts=scripts)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    seen.go("/certificates")
    page.get_by_role("link", name=re.compile(title)).first.click()
    page.wait_for_load_state("load")
    code = page.locator("a[href*='/verify/']").first.get_attribute("href").rsplit("/", 1)[-1]
    public = visit()
    public.go(f"/verify/{code}")
    expect(public.page.get_by_role("heading", level=1)).to_have_text("Dieser Nachweis ist gültig")


def test_another_browser_goes_on_at_the_same_step(visit):
    first = visit()
    page = first.sign_in("employee")
    first.go("/courses/digital-counselling")
    page.get_by_role("link", name=re.compile("Weiterlernen")).or_(
        page.locator(".hero .btn-1")
    ).first.click()
    page.wait_for_load_state("load")
    at = page.url
    second = visit(size="phone")
    second.sign_in("employee")
    second.go("/courses/digital-counselling")
    second.page.locator(".hero .btn-1").first.click()
    second.page.wait_for_load_state("load")
    assert second.page.url == at


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_one_click_leads_into_each_role(visit, scripts):
    for number in range(6):
        seen = visit(scripts=scripts)
        page = seen.go("/login")
        page.locator("form.roles button").nth(number).click()
        page.wait_for_load_state("load")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert "/login" not in page.url


def test_skip_link_then_navigation(visit):
    seen = visit()
    page = seen.sign_in("employee")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_wrong_password_takes_the_focus_to_the_message(visit, site):
    seen = visit()
    page = seen.go("/login")
    page.locator("#identifier").fill(site.sign_ins["employee"]["email"])
    page.locator("#password").fill("falsch")
    page.locator("#password").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#identifier")).to_have_value(site.sign_ins["employee"]["email"])


def test_the_language_is_chosen_in_the_footer(visit):
    seen = visit(language="de-DE")
    page = seen.go("/login")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_overview_filters_and_leads_to_a_record(visit):
    seen = visit()
    page = seen.sign_in("officer")
    seen.go("/progress")
    page.get_by_label(re.compile("Person suchen")).fill("Weber")
    page.get_by_role("button", name="Filtern").click()
    page.get_by_role("link", name="Jana Weber").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jana Weber")


def test_a_pdf_session_in_the_dark_prints_light(visit):
    seen = visit(dark=True)
    page = seen.sign_in("employee")
    page.emulate_media(media="print", color_scheme="dark")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)", "rgb(241, 245, 244)")


def test_the_film_plays_with_captions(visit):
    seen = visit()
    page = seen.sign_in("employee")
    seen.go("/courses/zoom-basics/learn/first-call")
    film = page.locator("video")
    expect(film).to_be_visible()
    lasts = film.evaluate(
        "film => new Promise(done => film.readyState ? done(film.duration)"
        " : film.addEventListener('loadedmetadata', () => done(film.duration)))"
    )
    assert 60 < lasts < 180
    assert film.locator("track[kind=captions]").count() == 2
    expect(page.locator("[data-trouble]")).to_be_hidden()
    expect(page.get_by_text("Mitlesen", exact=True)).to_be_visible()
