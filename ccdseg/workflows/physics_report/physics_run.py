"""Physics report of a model: detection, measurement and identification of simulated events."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.errors import InputError
from ccdseg.files import refuse_existing, staged_files
from ccdseg.version import package_version
from ccdseg.workflows.physics_report.physics_crowded import measure_crowded
from ccdseg.workflows.physics_report.physics_identification import measure_identification
from ccdseg.workflows.physics_report.physics_parts import (
    NOISES,
    PhysicsPart,
    mask_function,
    measure_detection,
    measure_events,
    measure_restrictions,
)
from ccdseg.workflows.physics_report.physics_separation import measure_separation

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

PARTS = {
    "events": measure_events,
    "detection": measure_detection,
    "identification": measure_identification,
    "restrictions": measure_restrictions,
    "separation": measure_separation,
    "crowded": measure_crowded,
}
"""Parts of the report by name."""

RESULTS = (
    "report.md",
    "events.ecsv",
    *(f"events_{noise}.png" for noise in NOISES),
    "detection.ecsv",
    "detection.png",
    "identification.png",
    "restrictions.ecsv",
    "separation_pairs.ecsv",
    "separation_crowding.ecsv",
    "separation.png",
    "crowded.png",
    "crowded_reliability.png",
)
"""Names of the files."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class PhysicsReport:
    """Physics report of a model; printed, it is Markdown.

    Attributes
    ----------
    model : str
        Name of the model.
    parts : dict of str to PhysicsPart
        Parts by their names in `PARTS`.
    command : str
        Call that makes the report again.
    """

    model: str
    parts: dict[str, PhysicsPart]
    command: str

    def write(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Write report, tables and figures into a folder: all of them, or none.

        Raises
        ------
        InputError
            If one of them exists and `overwrite` was not asked for.
        """
        with staged_files(folder, overwrite=overwrite) as stage:
            self.write_files(stage)

    def write_files(self, folder: Path) -> None:
        """Write the files into a folder that exists."""
        from ccdseg import plotting

        (folder / "report.md").write_text(f"{self}\n", encoding="utf-8")
        for part in self.parts.values():
            for name, table in part.tables.items():
                table.write(folder / f"{name}.ecsv", format="ascii.ecsv")
            for name, figure in part.figures.items():
                plotting.save_figure(figure, folder / f"{name}.png")

    def __str__(self) -> str:
        texts = [part.text for part in self.parts.values()]
        title = f"# Events: {self.model}, ccdseg {package_version()}"
        return "\n\n".join([title, *texts, f"Made by `{self.command}`."])


def physics(
    segmenter: Segmenter | LazySegmenter,
    *,
    parts: Sequence[str] = tuple(PARTS),
    n_frames: int = 100,
    seed: int = 2026,
    output: str | Path | None = None,
    overwrite: bool = False,
    command: str = "ccdseg.workflows.physics",
    progress: bool = False,
) -> PhysicsReport:
    """Measure how events of simulated frames are found, measured and identified.

    Parameters
    ----------
    segmenter : Segmenter or LazySegmenter
        A model that knows the class cluster.
    parts : sequence of str
        Parts of the report, of `PARTS`.
    n_frames : int
        Frames of 512×512 px of each part.
    seed : int
        Seed of the frames.
    output : str or Path, optional
        Folder to write the results into, as `PhysicsReport.write`. Existing ones are refused before
        anything is computed.
    overwrite : bool
        Whether existing results are replaced.
    command : str
        Call that makes the report again, for the report.
    progress : bool
        Whether to show progress bars. Each part is logged as soon as it is measured.

    Returns
    -------
    PhysicsReport

    Raises
    ------
    InputError
        If the model knows no clusters, there is no such part, or results exist already.
    """
    if "cluster" not in segmenter.classes.names:
        raise InputError(
            f"The model {segmenter.name} knows no clusters, so it finds no events; its classes are "
            f"{', '.join(segmenter.classes.names)}."
        )
    unknown = [name for name in parts if name not in PARTS]
    if unknown:
        raise InputError(f"Unknown part {unknown[0]!r}; one of: {', '.join(PARTS)}.")
    if output is not None:
        for name in RESULTS:
            refuse_existing(Path(output) / name, overwrite=overwrite)
    stage = nullcontext() if output is None else staged_files(output, overwrite=overwrite)
    with stage as folder:
        measured = {}
        for name in parts:
            rng = np.random.default_rng([seed, list(PARTS).index(name)])
            segment = mask_function(segmenter, restricted=name != "restrictions")
            measured[name] = PARTS[name](segment, n_frames=n_frames, rng=rng, progress=progress)
            logger.info("%s\n", measured[name].text)
        report = PhysicsReport(segmenter.name, measured, command)
        if folder is not None:
            report.write_files(folder)
    return report
