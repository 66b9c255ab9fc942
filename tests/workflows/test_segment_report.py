"""Pages of frames and the index of a run, as a run writes them."""

import builtins
import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.errors import InputError
from ccdseg.workflows import segment_file, segment_files
from tests.browser import complaints, open_page
from tests.workflows.test_segment import Bright, skipper

PAGES = {
    f"{name}_{kind}"
    for name in ("a", "b_LEFT", "b_RIGHT")
    for kind in ("report.html", "thumbnail.png")
}


@pytest.fixture
def night(tmp_path, monkeypatch):
    """Empty folder with a frame, a file of two, and one that is none, the current one."""
    monkeypatch.chdir(tmp_path)
    fits.PrimaryHDU(skipper((100, 110), seed=0)).writeto("a.fits")
    images = [
        fits.ImageHDU(skipper((40, 60), seed=i), name=name)
        for i, name in enumerate(("LEFT", "RIGHT"))
    ]
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto("b.fits")
    Path("c <b>.fits").write_text("no FITS", encoding="utf-8")
    return tmp_path


def segment(images="*.fits", **settings):
    settings = {
        "output": "results",
        "pictures": "none",
        "progress": False,
        "report": True,
    } | settings
    return segment_files(images, Bright(), **settings)


def written(kinds=("report.html", "thumbnail.png")):
    return {path.name for path in Path("results").iterdir() if path.name.endswith(kinds)}


@pytest.mark.usefixtures("night")
def test_a_run_writes_a_page_per_image_and_an_index():
    segment()
    assert written() == PAGES
    summary = json.loads(Path("results/b_summary.json").read_text(encoding="utf-8"))
    assert set(summary["results"]) >= {name for name in PAGES if name.startswith("b")}
    page = Path("results/b_LEFT_report.html").read_text(encoding="utf-8")
    assert page.count("<h1>b_LEFT</h1>") == 1
    assert len(page) < 5e6


@pytest.mark.usefixtures("night")
def test_other_processes_write_the_same_pages():
    segment(workers=2)
    assert written() == PAGES


@pytest.mark.usefixtures("night")
def test_a_page_counts_as_a_result():
    segment("a.fits")
    before = Path("results/a_report.html").stat().st_mtime_ns
    segment("a.fits", skip_existing=True)
    assert Path("results/a_report.html").stat().st_mtime_ns == before
    Path("results/a_report.html").unlink()
    segment("a.fits", skip_existing=True)
    assert written() == {"a_report.html", "a_thumbnail.png"}


@pytest.mark.usefixtures("night")
def test_results_without_pages_are_not_complete():
    segment("a.fits", report=False)
    assert not Path("results/index.html").exists()
    with pytest.raises(InputError, match="--overwrite"):
        segment("a.fits", skip_existing=True)
    segment("a.fits", skip_existing=True, overwrite=True)
    assert written() == {"a_report.html", "a_thumbnail.png"}


@pytest.mark.usefixtures("night")
def test_an_index_of_others_is_not_replaced():
    Path("results").mkdir()
    Path("results/index.html").write_text("<p>mine</p>", encoding="utf-8")
    with pytest.raises(InputError, match="no index of a run"):
        segment("a.fits")
    assert written() == set()
    segment("a.fits", overwrite=True)
    assert "a_report.html" in Path("results/index.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("night")
def test_without_bokeh_a_line_tells_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **settings):
        if name.split(".")[0] == "bokeh":
            raise ImportError(name)
        return real(name, *arguments, **settings)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"install ccdseg\[report\]"):
        segment("a.fits")
    with pytest.raises(InputError, match=r"install ccdseg\[report\]"):
        segment_file("a.fits", Bright()).write("results", report=True, pictures="none")
    assert not Path("results").exists()


@pytest.mark.usefixtures("night")
def test_the_index_links_to_pages_and_regions(browser):
    segment()
    open_page(browser, Path("results/index.html").resolve())
    assert complaints(browser) == []
    targets = {
        Path(link.get_attribute("href")).name
        for link in browser.find_elements("css selector", "#cards a")
    }
    names = ("a", "b_LEFT", "b_RIGHT")
    assert targets == {f"{name}_{kind}" for name in names for kind in ("report.html", "events.reg")}
    assert targets <= {path.name for path in Path("results").iterdir()}
    code = "return [...document.images].every((image) => image.complete && image.naturalWidth > 30)"
    assert browser.execute_script(code)
    cards = browser.find_element("id", "cards").text
    assert "c <b>.fits" in cards
    rows = browser.execute_script(
        "return Bokeh.documents[0].get_model_by_name('run').source.data.n_events"
    )
    assert sorted(np.ravel(rows)) == sorted([0, *counts()])
    browser.find_element("link text", "b_LEFT").click()
    assert browser.find_element("tag name", "h1").text == "b_LEFT"


def counts():
    for name in ("a", "b"):
        summary = json.loads(Path(f"results/{name}_summary.json").read_text(encoding="utf-8"))
        yield from (image["events"] for image in summary["hdus"])
