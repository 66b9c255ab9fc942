"""Operating point by the false clusters per image that one accepts, and the noise of the frame."""

from __future__ import annotations

import logging
from math import inf, isfinite
from typing import TYPE_CHECKING

from ccdseg.classes import ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.fits_io import Frame
from ccdseg.normalization import noise_of
from ccdseg.normalization.amplifiers import Sections
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.segmentation.store import FALSE_RATES, read_report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccdseg.evaluation import FalseRates
    from ccdseg.segmentation.segmenter import Segmenter

logger = logging.getLogger(__name__)


def check_false_rate(
    rate: float | None, thresholds: Mapping[str, float], classes: ClassCatalogue
) -> float | None:
    """False clusters per image, or None.

    Raises
    ------
    InputError
        If it is no number above 0, there are no particles, or their threshold is told as well.
    """
    if rate is None:
        return None
    number = isinstance(rate, int | float) and not isinstance(rate, bool)
    if not (number and 0 < rate < inf):
        raise InputError(f"The false rate is {rate!r}; give false events per image, above 0.")
    name = classes.need_particles().name
    if name in thresholds:
        raise InputError(
            f"--false-rate chooses the threshold of {name}, which --threshold {name}="
            f"{thresholds[name]:g} tells; leave one of them out."
        )
    return float(rate)


def read_false_rates(segmenter: Segmenter | LazySegmenter) -> FalseRates:
    """Table of false rates in the report of a model.

    Raises
    ------
    InputError
        If there is none, it is damaged, or of another class.
    """
    from ccdseg.evaluation import FalseRates

    record = None if segmenter.folder is None else read_report(segmenter.folder).get(FALSE_RATES)
    if record is None:
        folder = segmenter.folder or "FOLDER"
        raise InputError(
            f"The model {segmenter.name} has no table of false rates, which --false-rate needs; "
            f"'ccdseg evaluate --model {folder} --false-rates' measures and stores it."
        )
    table = FalseRates.from_dict(record)
    if table.of != segmenter.classes.need_particles().name:
        raise InputError(
            f"The table of false rates in {segmenter.folder} is of the class {table.of!r}, which "
            f"is not that of the particles of {segmenter.name}."
        )
    return table


def chosen_thresholds(
    thresholds: dict[str, float],
    rate: float | None,
    *,
    frame: Frame,
    segmenter: Segmenter | LazySegmenter,
    sections: Sections,
    detector: Detector | None,
) -> tuple[dict[str, float], dict | None]:
    """Thresholds of a frame, that of the particles for a false rate among them.

    Parameters
    ----------
    thresholds : dict of str to float
        Told ones, by class.
    rate : float or None
        False clusters per image; None where the thresholds stay as they are.
    frame : Frame
        The frame.
    segmenter : Segmenter or LazySegmenter
        Model, with a table of false rates.
    sections : tuple of Section
        Sections of the amplifiers of the frame.
    detector : Detector or None
        Told detector.

    Returns
    -------
    thresholds : dict of str to float
    false_rate : dict or None
        False clusters per image, ``asked`` and ``expected`` (at most); ``noise`` (e⁻), None where
        the gain is not known; ``dark_charge`` (e⁻ per pixel) up to which this holds. None where no
        rate is told.
    """
    if rate is None:
        return thresholds, None
    table = read_false_rates(segmenter)
    megapixels = max(frame.data.size - frame.n_bad, 1) / 1e6
    noise = _noise_in_electrons(frame, sections, detector)
    threshold, expected = table.threshold_for(rate / megapixels, noise)
    expected *= megapixels
    if expected > rate * 1.001:
        logger.warning(
            "%s, %s: the model's table of false rates resolves no less than %.3g per image of this "
            "size, so the threshold is that of this rate.",
            *(frame.path, frame.label, expected),
        )
    false_rate = {
        "asked": rate,
        "expected": expected,
        "noise": noise,
        "dark_charge": float(table.dark_charge.max()),
    }
    return thresholds | {table.of: threshold}, false_rate


def describe_false_rate(record: Mapping) -> str:
    """What was asked for and what follows, in words."""
    noise = record["noise"]
    told = "noise of unknown gain, by the worst case," if noise is None else f"noise {noise:.3g} e⁻"
    return (
        f"for {record['asked']:g} false per image; at most {record['expected']:.3g} expected of "
        f"{told} and dark charge up to {record['dark_charge']:g} e⁻ per pixel"
    )


def _noise_in_electrons(
    frame: Frame, sections: Sections, detector: Detector | None
) -> float | None:
    """Noise (e⁻) of the largest section, to which the others are brought for the network."""
    main = max(sections, key=lambda section: section.n_pixels)
    gain = main.gain
    if not isfinite(gain):
        gain = frame.facts.applied_to(detector).gain if detector else frame.facts.gain
    if gain is None:
        return None
    return noise_of(frame.data[main.area]) / gain
