"""Somebody with a browser of their own: what people do at the pages, by hand or by keyboard, with scripts or without."""

from typing import Any

from playwright.sync_api import Browser, Page

from tests.login import code
from tests.world import PASSWORD

PHONE, DESK = 360, 1280
FOCUS = """wanted => {
  const here = document.activeElement, style = getComputedStyle(here);
  const isSeen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  const isTheBrowsers = here === document.body || !here.matches(':focus');  // its own bar; the calendar's button inside a date
  return [here.matches(wanted), isSeen || isTheBrowsers, here.outerHTML.slice(0, 90)];
}"""


class Person:
    """One person at one site; whom else the browser asked and what broke is written down."""

    def __init__(self, browser: Browser, site: str, width: int = DESK, *, javascript: bool = True, locale: str = "id-ID") -> None:
        self.site, self.strangers, self.alarms = site, list[str](), list[str]()
        self.context = browser.new_context(viewport={"width": width, "height": 740}, java_script_enabled=javascript, locale=locale)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("request", lambda request: None if request.url.startswith((site, "data:", "blob:")) else self.strangers.append(request.url))
        self.page.on("pageerror", lambda error: self.alarms.append(str(error)))

    def go(self, path: str) -> "Person":
        self.page.goto(f"{self.site}{path}")
        return self

    def fill(self, **values: Any) -> "Person":
        for name, value in values.items():
            box = self.page.locator(f"#id_{name}")
            if box.evaluate("e => e.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        return self

    def press(self, selector: str = "main form button:visible") -> "Person":
        self.page.locator(selector).first.click()
        return self

    def log_in(self, name: str) -> "Person":
        self.go("/masuk/").fill(login=name, password=PASSWORD).press()
        return self.fill(code=code()).press()

    def step(self, number: str, action: str, **values: Any) -> "Person":
        self.go(f"/meja/{number}/").press(f"aside a[href*='/langkah/{action}/']")
        return self.fill(**values).press()

    def own_step(self, number: str, action: str, **values: Any) -> "Person":
        self.go(f"/lacak/{number}/").press(f"main a[href$='/langkah/{action}/']")
        return self.fill(**values).press()

    # without a mouse

    def tab_to(self, selector: str, *, most: int = 90) -> "Person":
        """Press Tab until this has the focus; on the way every place that has it must show it."""
        passed = []
        for _press in range(most):
            self.page.keyboard.press("Tab")
            is_there, is_seen, what = self.page.evaluate(FOCUS, selector)
            passed.append(what)
            assert is_seen, f"nobody sees that the focus is on {what}"
            if is_there:
                return self
        raise AssertionError(f"Tab does not lead to {selector}: {passed}")

    def type(self, field: str, words: str) -> "Person":
        """Go on to a field and type; in a list, typing chooses."""
        self.tab_to(f"#id_{field}").page.keyboard.type(words)
        return self

    def enter(self) -> "Person":
        """Press Enter, which leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self
