"""Raw exposures of four amplifiers, from samples to energies; ccdfits on the same files.

``python -m benchmarks.raw_run`` simulates them, and runs ``ccdseg predict RAW... --reduce
--detector auto --events run.parquet --spectrum``. Where ccdfits and pandas are installed, ccdfits
calibrates (Gaussians of none and one electron) and extracts events from the same files; it is told
the gains within 10 % and the thresholds that give the best F1 on the first exposure, and hot lines
are taken out for it.
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
from astropy.io import fits
from astropy.table import QTable

from ccdseg import workflows
from ccdseg.classes import CLASSES
from ccdseg.cli import main as main_command
from ccdseg.detector import DAMIC_M, Detector
from ccdseg.detector.image_section import parse_section
from ccdseg.evaluation import EventMatch, match_events
from ccdseg.fits_io import read_frame
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.simulation import RawReadout, load_events
from ccdseg.workflows import read_run
from ccdseg.workflows.defects import map_defects
from ccdseg.workflows.reduction.reduced_file import frame_name

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
    """One command for all exposures, and its frames once more with their defects taken out."""
    LazySegmenter("damic-unet").segmenter  # noqa: B018 - packages loaded before the clock starts
    options = ["--detector", "auto", "--pictures", "none", "--events", "run.parquet", "--spectrum"]
    run, cleaned = folder / "run", folder / "cleaned"
    start = time.perf_counter()
    command(*exposures, "--reduce", *options, "--output", run)
    first = time.perf_counter() - start
    frames = [run / "reduced" / frame_name(path) for path in exposures]
    map_defects(frames, folder / "defects.fits")
    start = time.perf_counter()
    command(*frames, *options, "--defects", folder / "defects.fits", "--output", cleaned)
    again = time.perf_counter() - start
    tell_exposure(run, frames, exposures)
    return outcome(run, frames, exposures, first), outcome(cleaned, frames, exposures, again)


def command(*arguments: object) -> None:
    """Run ``ccdseg predict``."""
    if main_command(["predict", "--quiet", *map(str, arguments)]):
        raise SystemExit("ccdseg predict failed")


def outcome(run: Path, frames: list[Path], exposures: tuple[Path, ...], seconds: float) -> Outcome:
    """What the command found, by its table of events and the headers of the frames."""
    found, events = Outcome(seconds=seconds), read_run(run / "run.parquet").table
    for path, raw in zip(frames, exposures, strict=True):
        for amplifier in read_frame(path).amplifiers:
            found.add(amplifier.name, amplifier.gain, amplifier.read_noise)
        of_frame = events[events["path"] == str(path)]
        found.matches.append(match_events(truth_of(raw), of_frame))
    return found


def tell_exposure(run: Path, frames: list[Path], exposures: tuple[Path, ...]) -> None:
    """Print the live exposure beside that counted in masks, and in the true classes."""
    table, seen, true = read_run(run / "run.parquet").frames, 0.0, 0.0
    alive = (CLASSES["background"].index, CLASSES["cluster"].index)
    for path, raw in zip(frames, exposures, strict=True):
        seconds = fits.getval(raw, "EXPTIME", 1)
        mask = fits.getdata(run / f"{path.name.removesuffix('.fits')}_mask.fits", 1)
        kilograms_days = DAMIC_M.pixel_mass * seconds / 86400
        seen += np.isin(mask, alive).sum() * kilograms_days
        true += np.isin(read_frame(beside(raw, "truth.fits.fz")).data, alive).sum() * kilograms_days
    told = table["live_exposure"].to_value("kg d").sum()
    spectrum = QTable.read(run / "run_spectrum.ecsv")
    rate = spectrum["rate"] * (spectrum["energy_high"] - spectrum["energy_low"])
    events = (rate * told * u.kg * u.day).decompose().value.sum()
    print(
        f"live exposure {told:.6g} kg day: {told / seen - 1:+.1e} of that by masks and headers, "
        f"{100 * (told / true - 1):+.2f} % of that of the true classes; the spectrum holds "
        f"{events:.6f} of {int(spectrum['n_events'].sum())} events"
    )


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
