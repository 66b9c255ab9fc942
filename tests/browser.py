"""A real browser without a display, for tests of pages."""

import shutil
import time

import pytest


def open_browser():
    """Return a driver of Chromium; skips where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    driver = shutil.which("chromedriver")
    if driver is None:
        pytest.skip("no chromedriver on this machine (Debian: chromium-driver)")
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--window-size=1366,768")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(driver))


def until(condition, *, seconds=60):
    """Wait until a condition holds, and return its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return value


def open_page(driver, path):
    """Open a file and wait until its script has run."""
    driver.get(path.as_uri())
    until(lambda: driver.execute_script("return document.body.dataset.ready"))


def complaints(driver):
    """Return warnings and errors of the console since the last call."""
    log = driver.get_log("browser")
    return [entry["message"] for entry in log if entry["level"] in ("WARNING", "SEVERE")]
