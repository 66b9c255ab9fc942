"""Detector of the user, calibrated with its own frames."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import tomli_w
from tqdm import tqdm

from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.estimation.diffusion import (
    DiffusionEstimate,
    XrayWidths,
    estimate_diffusion,
    muon_tracks,
)
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.version import package_version
from ccdseg.workflows.segment import segment_file
from ccdseg.workflows.segment.inputs import list_images

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class CalibratedDetector:
    """A detector, and how it was measured.

    Attributes
    ----------
    detector : Detector
        With measured pedestal, noise and gain (medians of the images), diffusion and thickness.
    diffusion : DiffusionEstimate
        The last two, with their errors.
    gains : ndarray
        Gain of each image (ADU/e⁻).
    n_tracks : int
        Straight tracks that were looked at.
    """

    detector: Detector
    diffusion: DiffusionEstimate
    gains: np.ndarray
    n_tracks: int

    def describe(self) -> list[str]:
        """Lines that tell what was measured, from what, and how well."""
        detector, errors = self.detector, self.diffusion.errors
        n_muons = len(self.diffusion.muons.tracks) if self.diffusion.muons else 0
        n_back = int(self.diffusion.xrays.is_back.sum())
        span = f"{len(self.gains)}, {self.gains.min():.4g} to {self.gains.max():.4g}"
        unused = "" if self.diffusion.uses_xrays else ", too few to be used"
        thickness = {
            "muons": f"measured, ± {errors['thickness']:.2g} um; of its scale, that of the energy "
            "loss of a muon, 2 % are uncertain",
            "told": "told",
            "preset": "not measured (too few muons), that of the preset",
        }[self.diffusion.thickness_from]
        return [
            f"straight tracks of muons: {self.n_tracks}, of which {n_muons} were used",
            f"{len(self.diffusion.xrays)} X-rays of iron, {n_back} at the back face{unused}",
            f"gain: {detector.gain:.4g} ADU/e-, median of images: {span}",
            f"diffusion_a: {detector.diffusion_a:.4g} +- {errors['diffusion_a']:.2g} um2",
            f"diffusion_b: {detector.diffusion_b:.4g} +- {errors['diffusion_b']:.2g} 1/um",
            f"thickness: {detector.thickness:.4g} um, {thickness}",
        ]

    def write(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the detector as TOML, with what was measured as comments.

        Raises
        ------
        InputError
            If the file exists and `overwrite` was not asked for.
        """
        refuse_existing(path, overwrite=overwrite)
        values = {
            name: float(f"{value:.6g}") if isinstance(value, float) else value
            for name, value in asdict(self.detector).items()
            if value != ()
        }
        comments = [f"Measured by ccdseg {package_version()}:", *self.describe()]
        text = "\n".join([*(f"# {line}" for line in comments), "", tomli_w.dumps(values)])
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def calibrate(
    images: str | Path | Sequence[str | Path],
    segmenter: Segmenter | LazySegmenter,
    *,
    output: str | Path | None = None,
    hdu: str | int = "all",
    detector: Detector | str | Path = "auto",
    thickness: float | None = None,
    overwrite: bool = False,
    progress: bool = False,
) -> CalibratedDetector:
    """Measure gain, noise, diffusion and thickness of a detector from its own frames.

    Parameters
    ----------
    images : str, Path, or sequence of them
        Files, folders and patterns.
    segmenter : Segmenter or LazySegmenter
        Model that knows clusters.
    output : str or Path, optional
        TOML file for the detector; beside it a picture, ``STEM_diffusion.png``.
    hdu : str or int
        Images of the files; all of one detector, or of equal ones.
    detector : Detector, str or Path
        Detector with the gain, a preset or a file, whose diffusion is where the fit starts; or
        ``"auto"``, by which pedestal, noise and gain come from the peaks of single electrons.
    thickness : float, optional
        Thickness of the silicon, where it is known (µm).
    overwrite : bool
        Whether existing files are replaced.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    CalibratedDetector

    Raises
    ------
    InputError
        If there is no such image, the gain is unknown, there are too few muons and X-rays, the
        thickness is not above 0, or a file exists.
    """
    if thickness is not None and not 0 < thickness < np.inf:
        raise InputError(f"The thickness is {thickness}; give µm above 0.")
    outputs = [Path(output), picture_of(output)] if output is not None else []
    for path in outputs:
        refuse_existing(path, overwrite=overwrite)
    paths = list_images([images] if isinstance(images, str | Path) else images)
    tracks, xrays, found, without = [], None, [], []
    for path in tqdm(paths, "Calibrating", unit="file", disable=not progress):
        for result in segment_file(path, segmenter, hdu=hdu, detector=detector).frames:
            if result.event_map is None or result.detector is None:
                without.append(f"{path}, {result.frame.label}")
                continue
            found.append(result.detector)
            kept = muon_tracks(
                result.levelled.data,
                result.event_map,
                detector=result.detector,
                origin=result.frame.origin,
            )
            tracks += kept
            widths = XrayWidths.of_events(result.event_map.table)
            xrays = widths if xrays is None else xrays.joined(widths)
            logger.info(
                "%s, %s: %d straight tracks, %d X-rays of iron",
                path,
                result.frame.label,
                len(kept),
                len(widths),
            )
    if not found:
        raise InputError(
            f"{without[0] if without else paths[0]}: the gain is not known, so nothing can be "
            "calibrated; give --detector a preset or a file with the gain."
        )
    base = _median(found)
    if thickness is not None:
        base = _of_thickness(base, thickness)
    estimate = estimate_diffusion(tracks, xrays, detector=base, thickness=thickness)
    gains = np.array([one.gain for one in found])
    calibrated = CalibratedDetector(estimate.detector, estimate, gains, len(tracks))
    for line in calibrated.describe():
        logger.info("%s", line)
    if outputs:
        from ccdseg import plotting

        calibrated.write(outputs[0], overwrite=overwrite)
        plotting.save_figure(plotting.show_diffusion(estimate), outputs[1], overwrite=overwrite)
    return calibrated


def picture_of(output: str | Path) -> Path:
    """Path of the picture beside a detector file."""
    return Path(output).with_name(f"{Path(output).stem}_diffusion.png")


def _median(detectors: Sequence[Detector]) -> Detector:
    """One detector with the median pedestal, noise and gain of several."""
    if all(one == detectors[0] for one in detectors):
        return detectors[0]
    names = ("pedestal", "read_noise", "gain")
    values = {name: float(np.median([getattr(one, name) for one in detectors])) for name in names}
    return replace(detectors[0], name="calibrated", amplifiers=(), **values)


def _of_thickness(detector: Detector, thickness: float) -> Detector:
    """The detector with another thickness, and the same width of the charge from its back face."""
    return replace(
        detector,
        diffusion_b=detector.diffusion_b * detector.thickness / thickness,
        thickness=thickness,
    )
