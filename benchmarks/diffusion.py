"""Diffusion and thickness of simulated detectors, beside the truth.

Frames of two detectors hold muons, electrons and X-rays of iron; they are segmented and measured as
any frame is. The fit starts at neither detector.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from ccdseg import Segmenter
from ccdseg.detector import DAMIC_M, Detector
from ccdseg.errors import InputError
from ccdseg.estimation.diffusion import NAMES, XrayWidths, estimate_diffusion, muon_tracks
from ccdseg.events import map_events
from ccdseg.simulation import FixedDetector, Recipe, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform

CONNIE = replace(DAMIC_M, name="CONNIE", diffusion_a=258.8, diffusion_b=9.82e-4)
START = replace(DAMIC_M, thickness=600.0, diffusion_a=240.0, diffusion_b=9.4e-4)

FRAMES = Recipe(
    name="muons and iron",
    shape=(512, 512),
    components=(
        c.Particles(
            number=Uniform(7.0, 9.0),
            shares=(0.15, 0.25, 0.6, 0.0),
            variation=0.0,
            lines=(5.90, 6.49),
            line_share=0.9,
            faces=(0.4, 0.4, 0.2),
            cut_share=0.0,
            aligned_share=0.0,
            greatest_zenith=1.1,
        ),
    ),
)


def recovered(detector: Detector, n_frames: int, seed: int, segmenter: Segmenter) -> list[str]:
    """Lines of a Markdown table: what muons, X-rays, and both tell of a detector."""
    rng = np.random.default_rng(seed)
    recipe = replace(FRAMES, detector=FixedDetector(detector))
    believed = replace(START, gain=detector.gain)
    tracks, xrays = [], None
    for _ in range(n_frames):
        image = simulate_image(recipe, rng=rng).image
        events = map_events(image, segmenter.predict(image).mask, detector=believed)
        tracks += muon_tracks(image, events, detector=believed)
        widths = XrayWidths.of_events(events.table)
        xrays = widths if xrays is None else xrays.joined(widths)
    nothing = XrayWidths(*np.zeros((3, 0)))
    lines = []
    for name, inputs, thickness in (
        ("muons", (tracks, nothing), None),
        ("X-rays, thickness told", ([], xrays), detector.thickness),
        ("both", (tracks, xrays), None),
    ):
        try:
            found = estimate_diffusion(*inputs, detector=believed, thickness=thickness)
        except InputError as error:
            lines.append(f"| {detector.name} | {name} | {error} |")
            continue
        n_muons = len(found.muons.tracks) if found.muons else 0
        cells = [f"{n_muons} muons, {int(found.xrays.is_back.sum())} X-rays"]
        for field in NAMES:
            value, true = getattr(found.detector, field), getattr(detector, field)
            error = found.errors[field]
            pull = (value - true) / error if error > 1e-6 * value else 0.0
            cells.append(f"{value:.4g} ± {error:.2g} ({value / true - 1:+.1%}, {pull:+.1f} σ)")
        lines.append(f"| {detector.name} | {name} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=8, help="frames of 512x512 (default: 8)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the frames (default: 0)")
    arguments = parser.parse_args()
    segmenter = Segmenter.load("damic-unet")
    print("| detector | from | used | A (µm²) | B (1/µm) | thickness (µm) |")
    print("| --- | --- | --- | --- | --- | --- |")
    for detector in (DAMIC_M, CONNIE):
        for line in recovered(detector, arguments.frames, arguments.seed, segmenter):
            print(line, flush=True)


if __name__ == "__main__":
    main()
