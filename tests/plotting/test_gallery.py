"""The gallery of effects: complete, captioned, readable, and reproducible."""

import importlib.util
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ccdseg import plotting
from ccdseg.plotting.effect_gallery import effect_panels
from ccdseg.plotting.gallery import Panel, show_gallery
from ccdseg.plotting.style import DPI
from ccdseg.simulation import effects

WITHOUT_PICTURE = {
    "SECONDS_PER_DAY",
    "charge_to_adu",
    "distance_from",
    "line_profile",
    "transfer_losses",
    "waiting_time",
}
LONG = "level 80 e⁻, column 70 px, width 5 px, tail 6 px, first row 20 px, last row 128 px, rough 1"


@pytest.fixture(scope="module")
def effect_pictures():
    return effect_panels(np.random.default_rng(0))


@pytest.fixture(scope="module")
def five():
    """Five pictures in two rows, one of them of another shape, drawn."""
    rng = np.random.default_rng(1)
    captions = ["level 5 e⁻", LONG, "", LONG, "scale 7 px"]
    shapes = [(40, 40), (40, 40), (40, 10), (40, 40), (40, 40)]
    panels = [
        Panel(f"effect_{i}", caption, rng.normal(100 * i, 3, shape).astype(np.float32))
        for i, (caption, shape) in enumerate(zip(captions, shapes, strict=True))
    ]
    figure = show_gallery(panels, title="Five", n_columns=3)
    FigureCanvasAgg(figure).draw()
    return figure, panels


def test_every_effect_has_a_picture(effect_pictures):
    assert {panel.title for panel in effect_pictures} == set(effects.__all__) - WITHOUT_PICTURE


def test_pictures_are_whole_frames(effect_pictures):
    for title, _, image in effect_pictures:
        assert image.shape == ((128, 32) if title == "bin_columns" else (128, 128))
        assert image.dtype == np.float32
        assert np.isfinite(image).all()


def test_what_a_picture_shows_stands_out_of_its_noise(effect_pictures):
    for title, _, image in effect_pictures:
        noise = np.median(np.abs(np.diff(image, axis=1))) / 0.954
        blocks = image.reshape(16, 8, -1, 8).mean(axis=(1, 3))
        empty = title in ("readout_noise", "mean_dark_charge")
        assert (blocks.std() > 2.5 * noise / 8) != empty, title


def test_captions_hold_the_parameters_with_their_units(effect_pictures):
    captions = {panel.title: panel.caption for panel in effect_pictures}
    assert all(captions.values())
    assert captions["hot_column"] == (
        "level 80 e⁻, column 70 px, width 5 px, tail 6 px, first row 20 px, last row 128 px, "
        "roughness 0.3"
    )
    assert captions["saturate"].endswith("level 50 ADU")
    assert captions["column_transient"] == "amplitude −30 ADU, scale 10 px"
    assert captions["correlated_fringes"].startswith("amplitude 1 ADU, period 14 px, angle 30 deg")


def test_the_seed_decides_alone(effect_pictures):
    for seed, same in ((0, True), (1, False)):
        again = effect_panels(np.random.default_rng(seed))
        for one, other in zip(effect_pictures, again, strict=True):
            assert np.array_equal(one.image, other.image) == same


def test_the_figure_shows_every_picture(effect_pictures):
    figure = plotting.show_effects()
    assert isinstance(figure, Figure)
    assert [axes.get_title() for axes in figure.axes] == [panel.title for panel in effect_pictures]
    for axes, panel in zip(figure.axes, effect_pictures, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), panel.image)
    assert "read noise 1 ADU" in figure.get_suptitle()


def test_a_gallery_has_row_zero_on_top_and_labels_at_its_outside(five):
    figure, panels = five
    for axes, panel in zip(figure.axes, panels, strict=True):
        assert axes.get_ylim() == (39.5, -0.5)
        assert axes.get_xlim() == (-0.5, panel.image.shape[1] - 0.5)
    assert [axes.get_ylabel() for axes in figure.axes] == ["row (px)", "", "", "row (px)", ""]
    assert [axes.get_xlabel() for axes in figure.axes] == ["", "", *["column (px)"] * 3]
    bars = [axes.images[0].colorbar.ax.get_ylabel() for axes in figure.axes]
    assert bars == ["", "", "signal (ADU)", "", "signal (ADU)"]


def test_the_greys_span_what_a_picture_holds(five):
    figure, panels = five
    for axes, panel in zip(figure.axes, panels, strict=True):
        low, high = np.percentile(panel.image, [0.5, 99.9])
        assert axes.images[0].get_clim() == pytest.approx((low, high))
        ticks = axes.images[0].colorbar.get_ticks()
        assert ticks[[0, -1]] == pytest.approx([low, high], rel=1e-4, abs=1e-3)
        assert low < ticks[1] < high


def test_captions_titles_and_panels_do_not_overlap(five):
    figure, _ = five
    renderer = figure.canvas.get_renderer()
    for axes in figure.axes:
        (caption,) = axes.texts
        texts = [axes.title.get_window_extent(renderer), axes.bbox]
        if caption.get_text():
            box = caption.get_window_extent(renderer)
            assert not any(box.overlaps(other) for other in texts)
            assert box.width < 1.25 * axes.bbox.width
        assert not texts[0].overlaps(texts[1])
    boxes = [axes.get_tightbbox(renderer) for axes in figure.axes]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width
        assert 0 <= box.y0 < box.y1 <= figure.bbox.height


def test_the_command_writes_the_gallery_in_the_place_of_the_old_one(five, tmp_path, monkeypatch):
    path = Path(__file__).parents[2] / "docs" / "gallery.py"
    spec = importlib.util.spec_from_file_location("gallery", path)
    gallery = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gallery)
    figure, _ = five
    monkeypatch.setattr(gallery, "FOLDER", tmp_path)
    monkeypatch.setattr(plotting, "show_effects", lambda: figure)
    (tmp_path / "effects.png").write_text("old")
    gallery.main()
    with Image.open(tmp_path / "effects.png") as picture:
        np.testing.assert_allclose(picture.size, figure.get_size_inches() * DPI, atol=1)
        assert np.asarray(picture.convert("L")).std() > 10
