"""Raw exposures of four amplifiers, from samples to energies; ccdfits on the same files.

``python -m benchmarks.raw_run`` simulates them, and runs what ``ccdseg predict --reduce --detector
auto`` does. Where ccdfits and pandas are installed, ccdfits calibrates (Gaussians of none and one
electron) and extracts events from the same files; it is told the gains within 10 % and the
thresholds that give the best F1 on the first exposure, and hot lines are taken out for it.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg import workflows
from ccdseg.classes import CLASSES
from ccdseg.detector import Detector
from ccdseg.detector.image_section import parse_section
from ccdseg.evaluation import EventMatch, match_events
from ccdseg.fits_io import read_frame
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.simulation import RawReadout, load_events
from ccdseg.workflows.defects import map_defects

EDGES = (0.05, 0.2, 1.0, 10.0, 1e5)
"""Limits of the bins of energy (keV)."""

_GUESS = 1.1
"""Gains that ccdfits is told, over the true ones."""


@dataclass
class Outcome:
    """What a tool found in all exposures."""

    gains: dict[str, list[float]] = field(default_factory=dict)
    noises: dict[str, list[float]] = field(default_factory=dict)
    matches: list[EventMatch] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, name: str, gain: float | None, noise: float) -> None:
        """Take in gain (ADU/e⁻) and noise (ADU of an averaged pixel) of an amplifier."""
        self.gains.setdefault(name, []).append(np.nan if gain is None else gain)
        self.noises.setdefault(name, []).append(noise)


def main() -> None:
    """Simulate, reduce, segment and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=20, help="exposures (default: 20)")
    parser.add_argument("--samples", type=int, default=200, help="of a pixel (default: 200)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    readout = RawReadout(n_samples=arguments.samples)
    with TemporaryDirectory() as name:
        folder = Path(name)
        run = workflows.simulate_raw(
            folder, n_exposures=arguments.n, readout=readout, seed=arguments.seed, progress=False
        )
        detector = Detector.load(run.detector)
        plain, cleaned = with_ccdseg(run.exposures, folder)
        outcomes = {"ccdseg": plain, "ccdseg, defects found in the exposures taken out": cleaned}
        if find_spec("ccdfits") and find_spec("pandas"):
            outcomes["ccdfits"] = with_ccdfits(run.exposures, detector)
    for tool, outcome in outcomes.items():
        report(tool, outcome, detector)


def with_ccdseg(exposures: tuple[Path, ...], folder: Path) -> tuple[Outcome, Outcome]:
    """Reduce and segment the exposures, as they are and with their defects taken out."""
    outcome, cleaned = Outcome(), Outcome()
    segmenter = LazySegmenter("damic-unet")
    segmenter.segmenter  # noqa: B018 - loaded before the clock starts
    start = time.perf_counter()
    reduced = workflows.reduce_files(
        exposures, output=folder / "reduced", detector="auto", progress=False
    )
    reducing = time.perf_counter() - start
    defects = map_defects([*reduced.frames])
    for tool, choice in ((outcome, None), (cleaned, defects)):
        start = time.perf_counter()
        found = []
        for path in reduced.frames:
            frame = read_frame(path)
            choices = {"detector": "auto", "defects": choice}
            found.append(workflows.segment_frame(frame, segmenter, **choices).events)
            for amplifier in frame.amplifiers:
                tool.add(amplifier.name, amplifier.gain, amplifier.read_noise)
        tool.seconds = reducing + time.perf_counter() - start
        tool.matches = [
            match_events(truth_of(path), events)
            for path, events in zip(exposures, found, strict=True)
        ]
    return outcome, cleaned


def with_ccdfits(exposures: tuple[Path, ...], detector: Detector) -> Outcome:
    """Calibrate and extract events by ccdfits."""
    import ccdfits  # noqa: F401 - its import takes seconds

    outcome, limits = Outcome(), None
    start = time.perf_counter()
    for path in exposures:
        calibrated = calibrate(path, detector, outcome)
        begin = time.perf_counter()
        truth, hot = truth_of(path), hot_pixels_of(path)
        calibrated[hot] = 0
        limits = limits or best_limits(truth, calibrated, detector)
        start += time.perf_counter() - begin
        events = extract(calibrated, limits, detector)
        outcome.matches.append(match_events(truth, events))
    outcome.seconds = time.perf_counter() - start
    return outcome


def calibrate(path: Path, detector: Detector, outcome: Outcome) -> np.ndarray:
    """Charge (e⁻) of the pixels that see light, amplifier by amplifier, put together."""
    from astropy.io import fits
    from ccdfits.utilities import average_skipper_samples, find_first_peak, find_n_peaks

    from ccdseg.calibration import put_together

    shape, placed = put_together(detector.amplifiers)
    image = np.zeros(shape)
    with fits.open(path) as hdus:
        averaged = average_skipper_samples(hdus["CCD"].data, detector.n_samples)
    for one, there in zip(detector.amplifiers, placed, strict=True):
        overscan = averaged[parse_section(one.overscan[0])]
        pixels = averaged[parse_section(one.section)] - np.median(overscan, axis=1, keepdims=True)
        width = one.read_noise / detector.n_samples**0.5
        gain = np.nan
        try:
            first, _ = find_first_peak(pixels, width, threshold=100)
            peaks, _ = find_n_peaks(pixels, 2, first, _GUESS * one.gain, threshold=30)
            gain = peaks.peaks[1].mean - peaks.peaks[0].mean
        except (RuntimeError, ValueError, IndexError):
            first = None
        outcome.add(one.name, gain, np.nan if first is None else first.std)
        image[parse_section(there.section)] = pixels / (gain if gain > 0 else _GUESS * one.gain)
    return image


def extract(charge: np.ndarray, limits: tuple[float, float], detector: Detector) -> QTable:
    """Events by hysteresis thresholds (e⁻), with energies."""
    from ccdfits.extract import extract_events

    found = extract_events(charge, *limits, border=True)
    events = QTable()
    events["row"], events["column"] = (
        found["bar_y"].to_numpy() * u.pix,
        found["bar_x"].to_numpy() * u.pix,
    )
    events["energy"] = found["charge"].to_numpy() * detector.pair_energy / 1000 * u.keV
    spread = np.sqrt(np.maximum(found["var_x"] + found["var_y"], 0) / found["charge"])
    events["width_along"] = spread.to_numpy() * u.pix
    return events


def best_limits(truth: QTable, charge: np.ndarray, detector: Detector) -> tuple[float, float]:
    """Thresholds (e⁻) of the best F1."""
    scores = {}
    for low in (1.5, 2.5, 3.5):
        for high in (4.5, 6.5, 9.5, 14.5):
            match = match_events(truth, extract(charge, (low, high), detector))
            scores[low, high] = match.tp / max(match.tp + (match.fp + match.fn) / 2, 1)
    return max(scores, key=scores.get)


def truth_of(path: Path) -> QTable:
    """Particles of an exposure, as far as they lie in the image."""
    (events,) = load_events(beside(path, "deposits.npz"))
    return events.seen_in(read_frame(beside(path, "truth.fits.fz")).data.shape, pair_energy=3.749)


def hot_pixels_of(path: Path) -> np.ndarray:
    """True hot pixels, bool (H, W)."""
    return read_frame(beside(path, "truth.fits.fz")).data == CLASSES["hot pixel"].index


def beside(path: Path, ending: str) -> Path:
    """File of the truth beside a raw file."""
    return path.with_name(f"{path.name.removesuffix('.fits.fz')}_{ending}")


def report(tool: str, outcome: Outcome, detector: Detector) -> None:
    """Print the errors of gains, noises and energies."""
    per_exposure = outcome.seconds / len(outcome.matches)
    print(f"\n{tool}: {outcome.seconds:.1f} s, {per_exposure:.2f} s per exposure")
    for one in detector.amplifiers:
        gains, noises = np.array(outcome.gains[one.name]), np.array(outcome.noises[one.name])
        noise = one.read_noise / detector.n_samples**0.5
        shown = gains[np.isfinite(gains)]
        print(
            f"  amplifier {one.name}: gain {100 * (np.median(shown) / one.gain - 1):+.2f} %, worst "
            f"{100 * np.abs(shown / one.gain - 1).max():.2f} %, of {shown.size} exposures; noise "
            f"{100 * (np.nanmean(noises) / noise - 1):+.2f} %"
        )
    match = EventMatch.joined(outcome.matches)
    print(f"  {'keV':>12}{'true':>7}{'efficiency':>12}{'purity':>9}{'bias':>9}{'width':>8}")
    for row in match.by_energy(EDGES):
        low, high = row["low"].value, row["high"].value
        print(
            f"  {f'{low:g}–{high:g}':>12}{row['n_true']:7d}{row['efficiency']:12.3f}"
            f"{row['purity']:9.3f}{100 * row['bias']:8.2f} %{100 * row['resolution']:6.1f} %"
        )


if __name__ == "__main__":
    main()
