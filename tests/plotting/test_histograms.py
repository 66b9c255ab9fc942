"""Histograms of pixels and of events."""

import numpy as np

from ccdseg import plotting
from ccdseg.detector import DAMIC_M
from ccdseg.events import find_events
from tests.plotting.figures import legend, texts


def histograms(figure):
    axes = figure.axes[0]
    counts = [patch.get_data().values.sum() for patch in axes.patches]
    return dict(zip(legend(axes.get_legend()), counts, strict=True))


def test_the_charge_distribution_counts_every_finite_pixel_once_and_by_class():
    image = np.arange(1000, dtype=np.float32).reshape(20, 50)
    mask = np.repeat([0, 1, 2, 3], [500, 300, 150, 50]).reshape(20, 50)
    image[0, 0] = np.nan
    figure = plotting.show_charge_distribution(image, mask)
    assert histograms(figure) == {
        "all pixels": 999,
        "background": 499,
        "glowing": 300,
        "hot pixel": 150,
        "cluster": 50,
    }
    assert histograms(plotting.show_charge_distribution(image)) == {"all pixels": 999}
    assert figure.axes[0].get_xlabel() == "signal (ADU)"
    assert figure.axes[0].get_ylabel() == "pixels per 3.33 ADU"


def test_spectra_count_every_event(scene):
    events = find_events(*scene, detector=DAMIC_M)
    figure = plotting.show_spectrum(events, lines={"Mn Kα": 5.9})
    whole, low = figure.axes
    assert whole.get_xlabel() == low.get_xlabel() == "energy (keV)"
    (stairs,) = whole.patches
    assert stairs.get_data().values.sum() == 2
    assert texts(low) == [" Mn Kα"]
    plain = plotting.show_spectrum(find_events(*scene), title="frame")
    assert [axes.get_xlabel() for axes in plain.axes] == ["signal (ADU)"]
    image, mask = scene
    for detector in (None, DAMIC_M):
        empty = plotting.show_spectrum(find_events(image, 0 * mask, detector=detector))
        assert empty.axes[0].get_title() == "0 events"
