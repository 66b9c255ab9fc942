"""The page of a frame in a real browser."""

import numpy as np
import pytest

from ccdseg.classes import CLASSES
from ccdseg.plotting.pages import frame_page
from ccdseg.plotting.pages.event_view.cutouts import OWN
from tests.browser import complaints, open_page, until

ActionChains = pytest.importorskip("selenium.webdriver").ActionChains

MODEL = "const model = (name) => Bokeh.documents[0].get_model_by_name(name);"
"""JavaScript that finds a model of the page by its name."""

TABLE = "const rows = Bokeh.index.get(model('table')).shadow_el.querySelectorAll('.slick-row');"
"""JavaScript that finds the rows of the table, in the order in which they are shown."""

HEADERS = """
    const table = Bokeh.index.get(model('table'))
    const headers = table.shadow_el.querySelectorAll('.slick-header-column')
"""
"""JavaScript that finds the headings of the table."""

PLACE = """
    const view = Bokeh.index.get(model('frame'))
    const canvas = view.canvas_view.el.getBoundingClientRect()
    const inner = view.frame.bbox
    const [xs, ys] = [model('frame').x_range, model('frame').y_range]
    const share = (range, value) => (value - range.start) / (range.end - range.start)
    return [
        canvas.left + inner.left + share(xs, arguments[0]) * inner.width,
        canvas.top + inner.bottom - share(ys, arguments[1]) * inner.height,
    ]
"""
"""JavaScript that returns where a column and a row of the frame are in the window."""


def ask(driver, code, *arguments):
    return driver.execute_script(MODEL + code, *arguments)


def element(driver, name):
    return driver.find_element("id", name)


def title(driver):
    return element(driver, "event-title").text


def click_at(driver, column, row):
    x, y = ask(driver, PLACE, column, row)
    action = ActionChains(driver)
    action.w3c_actions.pointer_action.move_to_location(round(x), round(y))
    action.w3c_actions.pointer_action.click()
    action.perform()


def press(driver, key):
    ActionChains(driver).send_keys(key).perform()


def shown_rows(driver):
    """Event numbers of the table from top to bottom."""
    code = TABLE + (
        "return [...rows].sort((a, b) => a.offsetTop - b.offsetTop)"
        ".map((row) => Number(row.firstElementChild.textContent))"
    )
    return ask(driver, code)


def chosen_row(driver):
    code = TABLE + (
        "return [...rows].filter((row) => row.querySelector('.selected'))"
        ".map((row) => Number(row.firstElementChild.textContent))"
    )
    return ask(driver, code)


def test_it_opens_without_complaints_and_without_a_network(opened):
    assert complaints(opened) == []
    assert opened.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert element(opened, "count").text == "3 of 3 events"


def test_texts_are_no_html(opened):
    assert opened.find_element("tag name", "h1").text == "frame <b>&amp;"
    assert "<script>frame.fits</script>" in opened.find_element("tag name", "main").text


def test_a_class_is_a_layer_that_can_be_switched(opened):
    frame = opened.find_element("css selector", "[aria-label^='Frame with']")
    pictures = {"all": frame.screenshot_as_png}
    for layer in ("cluster", "hot pixel", "glowing", "events", "bad pixels"):
        box = opened.find_element("css selector", f"[data-layer='{layer}']")
        box.click()
        pictures[layer] = until(
            lambda: (now := frame.screenshot_as_png) != pictures["all"] and now, seconds=10
        )
        box.click()
        until(lambda: frame.screenshot_as_png == pictures["all"], seconds=10)
    assert len(set(pictures.values())) == 6


def test_colours_for_the_colour_blind(opened):
    swatch = opened.find_element("css selector", "[data-class='glowing']")
    before = swatch.value_of_css_property("background-color")
    element(opened, "safe-colours").click()
    assert swatch.value_of_css_property("background-color") != before
    element(opened, "safe-colours").click()
    assert swatch.value_of_css_property("background-color") == before


def test_contrast(opened):
    frame = opened.find_element("css selector", "[aria-label^='Frame with']")
    before = frame.screenshot_as_png
    ask(opened, "model('contrast').value = [0, 20]")
    until(lambda: frame.screenshot_as_png != before, seconds=10)


def test_a_row_shows_the_pixels_of_its_event(opened, scene):
    image, mask, events, labels = scene
    place = shown_rows(opened).index(2)
    code = TABLE + (
        "return [...rows].sort((a, b) => a.offsetTop - b.offsetTop)[arguments[0]].children[1]"
    )
    ask(opened, code, place).click()
    until(lambda: title(opened).startswith("Event 2: "))
    assert "keV" in title(opened)
    pixels = ask(
        opened,
        "const {data} = model('cutout').renderers[0].data_source;"
        "return {shape: data.classes[0].shape, classes: [...data.classes[0]],"
        " signal: [...data.signal[0]], x: data.x[0], y: data.y[0]}",
    )
    rows, columns = (
        slice(round(start + 0.5), round(start + 0.5) + length)
        for start, length in zip((pixels["y"], pixels["x"]), pixels["shape"], strict=True)
    )
    own = labels[rows, columns] == 2
    assert own.sum() == np.count_nonzero(labels == 2)
    np.testing.assert_array_equal(
        np.reshape(pixels["classes"], own.shape), mask[rows, columns] + OWN * own
    )
    brightest = np.unravel_index(np.argmax(pixels["signal"]), own.shape)
    assert image[rows, columns][brightest] > 395
    facts = element(opened, "event-facts").text.splitlines()
    number = facts[facts.index("pixels") + 1]
    assert number == f"{np.count_nonzero(labels == 2)} px"
    bars = ask(
        opened, "return [...model('probabilities').renderers[0].data_source.data.probability]"
    )
    assert bars == pytest.approx(
        [events[name][1] for name in events.colnames if name[:2] == "p_"], abs=1e-5
    )


@pytest.mark.parametrize(
    ("column", "row", "number"), [(31.5, 21.5, 1), (100, 61, 2), (152.5, 97.5, 3), (34.6, 24.6, 1)]
)
def test_a_click_on_an_outline_finds_its_row(opened, column, row, number):
    press(opened, "k")
    click_at(opened, column, row)
    until(lambda: title(opened).startswith(f"Event {number}: "))
    assert chosen_row(opened) == [number]


def test_a_click_beside_all_events_changes_nothing(opened):
    before = title(opened)
    click_at(opened, 60, 100)
    assert title(opened) == before


def test_keys_step_in_the_order_of_the_table(opened):
    header = HEADERS + "return headers[3]"
    for _ in range(2):  # ascending, descending
        ask(opened, header).click()
    assert shown_rows(opened) == [2, 3, 1]
    seen = []
    for key in "\ue013", "k", "j", "\ue015", "j":  # up, down
        press(opened, key)
        seen.append(title(opened)[:7])
    assert seen == ["Event 2", "Event 2", "Event 3", "Event 1", "Event 1"]


def test_a_key_zooms_to_the_event(opened):
    before = ask(opened, "return model('frame').x_range.end - model('frame').x_range.start")
    press(opened, "z")
    place = ask(opened, "const {start, end} = model('frame').x_range; return [start, end]")
    assert place[0] < 80
    assert place[1] > 119
    assert place[1] - place[0] < before / 1.5


def test_a_range_of_the_spectrum_selects_events(opened, scene):
    energies = scene[2]["energy"].value
    low, high = element(opened, "range-low"), element(opened, "range-high")
    low.send_keys(f"{energies[0] * 1.01:.6f}\ue007")
    until(lambda: element(opened, "count").text == "2 of 3 events")
    assert shown_rows(opened) == [2, 3]
    high.send_keys("j\ue007")  # no number, and no step
    element(opened, "range-all").click()
    assert element(opened, "count").text == "3 of 3 events"
    spectrum = opened.find_element("css selector", "[aria-label^='Spectrum of']")
    opened.execute_script("arguments[0].scrollIntoView()", spectrum)
    drag = ActionChains(opened).move_to_element(spectrum).click_and_hold()
    drag.move_by_offset(400, 0).release().perform()
    until(lambda: low.get_attribute("value"))
    n_shown = np.count_nonzero(
        (energies >= float(low.get_attribute("value")))
        & (energies <= float(high.get_attribute("value")))
    )
    assert element(opened, "count").text == f"{n_shown} of 3 events"
    assert 0 < n_shown < 3
    assert complaints(opened) == []


def test_classes_of_other_catalogues_are_not_named(opened):
    names = [
        box.get_attribute("data-layer")
        for box in opened.find_elements("css selector", "[data-layer]")
    ]
    assert names == [*CLASSES.names[1:], "bad pixels", "events"]


@pytest.mark.parametrize("with_table", [True, False])
def test_a_frame_without_events_has_a_page(browser, scene, tmp_path, with_table):
    image, mask, events, labels = scene
    found = {"events": events[:0], "labels": 0 * labels} if with_table else {}
    path = tmp_path / "empty.html"
    path.write_text(frame_page(image, 0 * mask, **found), encoding="utf-8")
    open_page(browser, path)
    assert complaints(browser) == []
    assert len(browser.find_elements("id", "count")) == with_table
    press(browser, "j")
    press(browser, "z")
    assert complaints(browser) == []


def test_a_picture_that_is_drawn_smaller_keeps_its_lines(browser, tmp_path):
    image = np.random.default_rng(2).normal(0, 1, (30, 3000))
    image[:, 1234] += 500
    mask = np.zeros(image.shape, np.uint8)
    mask[:, 1234] = CLASSES["hot pixel"].index
    path = tmp_path / "wide.html"
    path.write_text(frame_page(image, mask), encoding="utf-8")
    open_page(browser, path)
    layer = "const [image] = model('frame').renderers[2].data_source.data.image;"  # hot pixels
    height, width = ask(browser, layer + "return image.shape")
    assert height == 30
    assert width <= ask(browser, "return model('frame').inner_width")
    drawn = np.reshape(ask(browser, layer + "return [...image]"), (height, width))
    np.testing.assert_array_equal(drawn.sum(axis=1), 1)
    zoom = "Object.assign(model('frame').x_range, {have_updated_interactively: true})"
    ask(browser, zoom + ".setv({start: 1200, end: 1260})")
    assert ask(browser, layer + "return image.shape") == [30, 3000]
    assert complaints(browser) == []
