"""A frame with three events and its page."""

import numpy as np
import pytest

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M
from ccdseg.events import map_events
from ccdseg.identification import identify
from ccdseg.plotting.pages import frame_page
from tests.browser import open_page


@pytest.fixture(scope="session")
def scene():
    """Frame of 120×200 with three clusters of growing brightness, a hot column and glow."""
    rng = np.random.default_rng(0)
    image, mask = rng.normal(0, 0.3, (120, 200)), np.zeros((120, 200), np.uint8)
    for number, box in enumerate(
        (np.s_[20:24, 30:34], np.s_[60:63, 80:120], np.s_[95:101, 150:156])
    ):
        image[box] += 200 * (number + 1)
        mask[box] = CLASSES["cluster"].index
    image[10:110, 180] += 500
    mask[10:110, 180] = CLASSES["hot pixel"].index
    mask[:, :5] = CLASSES["glowing"].index
    image[3, 100] = np.nan
    found = map_events(image, mask, detector=DAMIC_M)
    return image, mask, identify(found.table), found.labels


@pytest.fixture(scope="session")
def page(scene, tmp_path_factory):
    """Path of the page of that frame."""
    image, mask, events, labels = scene
    statistics = {
        row.name: {
            "percent": 100 * np.mean(mask == row.index),
            "pixels": int(np.count_nonzero(mask == row.index)),
            "components": 1,
        }
        for row in CLASSES
    }
    path = tmp_path_factory.mktemp("pages") / "frame_report.html"
    text = frame_page(
        image,
        mask,
        events=events,
        labels=labels,
        statistics=statistics,
        title="frame <b>&amp;",
        facts={"Frame": {"file": "<script>frame.fits</script>"}},
    )
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, page):
    """Browser that shows the page anew."""
    open_page(browser, page)
    return browser
