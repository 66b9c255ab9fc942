"""Events as regions that DS9 draws over a frame."""

import re

import numpy as np
import pytest
from regions import Regions

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC
from ccdseg.events import find_events
from ccdseg.fits_io import write_regions
from tests.refusal import refused

ELLIPSE = re.compile(r"ellipse\((.+),(.+),(.+),(.+),(.+)\) # text=\{(.+)\}")


@pytest.fixture
def scene():
    """Image and mask of a line of five pixels in a row, and a single pixel."""
    image, mask = np.full((40, 50), 100.0), np.zeros((40, 50), np.uint8)
    for part in (np.s_[10, 20:25], np.s_[30, 7]):
        image[part] += 500
        mask[part] = CLASSES["cluster"].index
    return image, mask


def ellipses(path):
    lines = path.read_text(encoding="ascii").splitlines()
    assert lines[0].startswith("# Region file format: DS9")
    found = [ELLIPSE.fullmatch(line) for line in lines if line.startswith("ellipse")]
    assert not found or "image" in lines
    return [match.groups() for match in found]


def test_every_event_is_an_ellipse_around_its_pixels(scene, tmp_path):
    write_regions(tmp_path / "a.reg", find_events(*scene))
    line, point = ellipses(tmp_path / "a.reg")
    x, y, along, across, angle = map(float, line[:5])
    assert (x, y, angle) == (23, 11, 0)
    assert 3 < along < 5
    assert 1 < across < 2.5
    assert line[5] == "1"
    assert (float(point[0]), float(point[1]), point[5]) == (8, 31, "2")


def test_energies_stand_beside_the_numbers(scene, tmp_path):
    events = find_events(*scene, detector=DAMIC)
    write_regions(tmp_path / "a.reg", events)
    assert ellipses(tmp_path / "a.reg")[0][5] == f"1: {events['energy'][0].value:.2f} keV"


def test_sections_are_drawn_where_they_lie(scene, tmp_path):
    write_regions(tmp_path / "a.reg", find_events(*scene, origin=(100, 2000)))
    assert tuple(map(float, ellipses(tmp_path / "a.reg")[0][:2])) == (2023, 111)


def test_no_event_gives_a_file_without_ellipses(scene, tmp_path):
    image, mask = scene
    write_regions(tmp_path / "a.reg", find_events(image, mask * 0))
    assert ellipses(tmp_path / "a.reg") == []


def test_a_file_is_replaced_only_when_asked(scene, tmp_path):
    (tmp_path / "a.reg").write_text("precious")
    with refused("a.reg exists already"):
        write_regions(tmp_path / "a.reg", find_events(*scene))
    assert (tmp_path / "a.reg").read_text() == "precious"
    write_regions(tmp_path / "a.reg", find_events(*scene), overwrite=True)
    assert len(ellipses(tmp_path / "a.reg")) == 2


def test_the_package_regions_reads_them(scene, tmp_path):
    events = find_events(*scene, detector=DAMIC)
    for n_events in (2, 1, 0):
        write_regions(tmp_path / "a.reg", events[:n_events], overwrite=True)
        found = Regions.read(tmp_path / "a.reg", format="ds9")
        assert len(found) == n_events
        for ellipse, event in zip(found, events, strict=False):
            assert ellipse.center.xy == (event["column"].value, event["row"].value)
            assert ellipse.meta["text"] == f"{event['id']}: {event['energy'].value:.2f} keV"
            assert ellipse.angle.value == pytest.approx(event["orientation"].to_value("deg"))
            half_axis = 2 * event["width_along"].value + 1.5
            assert ellipse.width == pytest.approx(2 * half_axis, abs=0.002)
