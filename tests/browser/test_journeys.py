"""What people do, in a real browser: by keyboard, without scripts, in two browsers."""

import re

import pytest
from playwright.sync_api import expect


def answer_quiz_by_keyboard(page):
    """Choose the first answer of each question with the keyboard until the result is there."""
    for _question in range(20):
        choices = page.locator("form .opt input:not([disabled])")
        if choices.count() == 0:
            break
        choices.first.focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name=re.compile("Antwort prüfen|Check")).focus()
        page.keyboard.press("Enter")
        page.wait_for_load_state("load")
        forward = page.locator(".actions .btn-1, .abar .btn-1").first
        forward.focus()
        page.keyboard.press("Enter")
        page.wait_for_load_state("load")


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
    page = seen.sign_in("dpo")
    seen.go("/courses/zoom-basics")
    page.locator("main form button, main a.btn-1").first.click()
    page.wait_for_load_state("load")
    page.locator(".abar button.btn-1, .actions button.btn-1, form button.btn-1").last.click()
    page.wait_for_load_state("load")
    expect(page.locator("video")).to_be_visible()
    lasts = page.evaluate(
        "new Promise(done => { const film = document.querySelector('video');"
        " if (film.readyState > 0) done(film.duration);"
        " film.addEventListener('loadedmetadata', () => done(film.duration)); film.load(); })"
    )
    assert 60 < lasts < 180
    assert page.locator("video track[kind=captions]").count() == 2
    expect(
        page.locator("details [data-second], details time, details button").first
    ).to_be_attached()
