"""Raw exposures of one CCD, simulated: samples of each pixel, and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ccdseg.detector import DAMIC_M, Detector
from ccdseg.files import refuse_existing, staged_files
from ccdseg.fits_io import write_frame
from ccdseg.simulation import RawReadout, Recipe, save_events, simulate_raw_image
from ccdseg.simulation import components as c
from ccdseg.simulation.detector_sources import FixedDetector
from ccdseg.simulation.ranges import LogUniform, Uniform

EXPOSURE = 600.0
"""Exposure in the headers (s)."""

_START = datetime(2025, 1, 1, tzinfo=UTC)
DETECTOR_FILE = "detector.json"


def raw_recipe(shape: tuple[int, int], detector: Detector, *, defect_seed: int = 0) -> Recipe:
    """What a raw exposure holds: hot lines and pixels that stay, dark charge, and particles."""
    defects = (
        c.HotLines(number=LogUniform(1.0, 3.0), level=LogUniform(30.0, 300.0), alike_share=0.0),
        c.HotPixels(number=Uniform(2.0, 4.0), level=LogUniform(100.0, 2000.0)),
    )
    return Recipe(
        name="raw",
        shape=shape,
        detector=FixedDetector(detector),
        components=(
            *(c.Lasting(component=defect, seed=defect_seed) for defect in defects),
            c.DarkCharge(level=Uniform(1.0, 3.0), first=Uniform(0.3, 0.7)),
            c.Particles(number=LogUniform(10.0, 20.0), cut_share=0.0, aligned_share=0.0),
        ),
    )


@dataclass(frozen=True)
class RawRun:
    """Files of simulated raw exposures.

    Attributes
    ----------
    exposures : tuple of Path
        Raw files, one per exposure.
    detector : Path
        Detector file with sections, gains, noises and directions of the amplifiers.
    """

    exposures: tuple[Path, ...]
    detector: Path


def simulate_raw(
    output: str | Path,
    *,
    n_exposures: int = 20,
    shape: tuple[int, int] = (256, 512),
    readout: RawReadout | None = None,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
) -> RawRun:
    """Simulate raw exposures of one CCD whose hot lines and pixels stay, and write them.

    Parameters
    ----------
    output : str or Path
        Folder. For each exposure ``exposure_001.fits.fz`` (samples side by side, uint16; NSAMP,
        DATASECA, BIASSECA, …, EXPTIME, DATE-OBS), ``exposure_001_truth.fits.fz`` (class of each
        pixel that sees light), ``exposure_001_events.ecsv`` (all elements) and
        ``exposure_001_deposits.npz`` (charge that each particle left in each pixel); and
        ``detector.json`` with the amplifiers.
    n_exposures : int
        Number of exposures.
    shape : tuple of int
        Rows and columns of the CCD that see light (px).
    readout : RawReadout, optional
        Amplifiers; by default four of different gain and noise, 200 samples.
    seed : int
        Seed of everything random.
    overwrite : bool
        Whether existing files are replaced.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    RawRun

    Raises
    ------
    InputError
        If files exist and `overwrite` was not asked for.
    """
    output, readout = Path(output), readout or RawReadout()
    names = [f"exposure_{number:03d}" for number in range(1, n_exposures + 1)]
    paths = [output / f"{name}.fits.fz" for name in names]
    for path in (*paths, output / DETECTOR_FILE):
        refuse_existing(path, overwrite=overwrite)
    noise = float(np.mean(readout.noises))
    recipe = raw_recipe(
        shape,
        replace(DAMIC_M, gain=1.0, read_noise=noise, n_samples=readout.n_samples),
        defect_seed=seed,
    )
    generators = np.random.default_rng(seed).spawn(n_exposures)
    with staged_files(output, overwrite=overwrite) as stage:
        told_detector(readout, shape).save(stage / DETECTOR_FILE)
        bar = tqdm(names, "Simulating raw exposures", disable=not progress)
        for number, (name, rng) in enumerate(zip(bar, generators, strict=True)):
            simulated, raw = simulate_raw_image(recipe, readout, rng=rng)
            keywords = dict(_keywords(readout, shape, number, seed))
            write_frame(stage / f"{name}.fits.fz", raw, name="CCD", keywords=keywords)
            write_frame(stage / f"{name}_truth.fits.fz", simulated.mask, name="TRUTH")
            simulated.table().write(stage / f"{name}_events.ecsv", format="ascii.ecsv")
            save_events(stage / f"{name}_deposits.npz", [simulated.events])
    return RawRun(tuple(paths), output / DETECTOR_FILE)


def told_detector(readout: RawReadout, shape: tuple[int, int]) -> Detector:
    """Detector of a readout, with its amplifiers in the raw image."""
    return replace(
        DAMIC_M,
        name="simulated",
        pedestal=readout.pedestals[0],
        gain=readout.gains[0],
        read_noise=readout.read_noises[0],
        n_samples=readout.n_samples,
        amplifiers=readout.amplifiers(shape),
    )


def _keywords(
    readout: RawReadout, shape: tuple[int, int], number: int, seed: int
) -> Iterator[tuple[str, object]]:
    yield "NSAMP", (readout.n_samples, "samples of each pixel, side by side")
    yield "EXPTIME", (EXPOSURE, "s")
    begin = _START + number * timedelta(seconds=2 * EXPOSURE)
    yield "DATE-OBS", begin.isoformat(timespec="seconds").removesuffix("+00:00")
    yield "SIMSEED", (seed, "seed of the simulation")
    for amplifier in readout.amplifiers(shape):
        yield f"DATASEC{amplifier.name}", amplifier.section
        for section in amplifier.overscan:
            yield f"BIASSEC{amplifier.name}", section
