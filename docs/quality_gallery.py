"""Draw the pictures of docs/data_quality.md: python -m docs.quality_gallery."""  # noqa: INP001

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from ccdseg import Segmenter, fits_io, plotting, workflows
from ccdseg.calibration.defects import find_defects
from ccdseg.detector import DAMIC_M
from ccdseg.fits_io import Frame
from ccdseg.plotting.drawing import add_legend, draw_image, draw_mask, draw_outlines
from ccdseg.simulation import Recipe, one_detector, simulate_images
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import LogUniform, Uniform
from docs.gallery import FOLDER, save

EXPOSURES = 20
DETECTOR = replace(DAMIC_M, name="defective", pedestal=200.0, read_noise=40.0)
RECIPE = Recipe(
    name="defects",
    shape=(320, 400),
    components=(
        c.DarkCharge(level=LogUniform(0.2, 0.3)),
        c.HotLines(number=Uniform(6.0, 6.0), level=LogUniform(3.0, 60.0), alike_share=0.0),
        c.HotPixels(number=Uniform(30.0, 30.0), level=LogUniform(10.0, 200.0)),
        c.DarkColumns(),
        c.Particles(number=LogUniform(10.0, 20.0)),
    ),
)


def draw_defects(segmenter: Segmenter) -> Figure:
    """An exposure segmented without and with the defects that twenty others show."""
    rng = np.random.default_rng(11)
    recipe = one_detector(RECIPE, detector=DETECTOR, rng=rng)
    *others, last = simulate_images(recipe, EXPOSURES + 1, detector=DETECTOR, rng=rng)
    defects = find_defects((one.image for one in others), EXPOSURES)
    without, known = (
        workflows.segment_frame(Frame.from_array(last.image), segmenter, defects=told)
        for told in (None, defects)
    )
    figure = Figure(figsize=(13, 10.5), layout="constrained")
    panels = figure.subplots(2, 2).ravel()
    draw_image(panels[0], without.frame.data)
    draw_image(panels[1], known.frame.data)
    draw_mask(panels[2], without.mask, segmenter.classes)
    draw_mask(panels[3], known.mask, segmenter.classes)
    titles = ("exposure", "what stays in 20 others taken out", "segmentation", "with --defects")
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title)
    add_legend(figure, segmenter.classes)
    return figure


def draw_dead_quadrant(segmenter: Segmenter) -> Figure:
    """The sample frame with a quadrant and some columns flagged as bad."""
    frame = fits_io.read_frame(FOLDER.parent / "datasets" / "sample_frame.fits.fz")
    height, width = frame.data.shape
    bad = np.zeros(frame.data.shape, dtype=bool)
    bad[height // 2 :, width // 2 :] = True
    bad[:, 150:152] = True
    result = workflows.segment_frame(frame.with_flagged(bad), segmenter)
    figure = plotting.show_events(
        result.frame.data, result.mask, events=result.events, title="a quadrant and two columns bad"
    )
    draw_outlines(figure.axes[0], bad, colour="tab:cyan")
    return figure


def main() -> None:
    """Write the pictures beside this file."""
    segmenter = Segmenter.load("damic-unet")
    save(draw_defects(segmenter), "defects")
    save(draw_dead_quadrant(segmenter), "dead_quadrant")


if __name__ == "__main__":
    main()
