"""Results of one file: mask, events, cleaned image, pictures, and a summary."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from astropy.table import QTable

from ccdseg.classes import ClassCatalogue
from ccdseg.events import stack_events
from ccdseg.files import folder_lock, move_staged, stage_in
from ccdseg.fits_io import write_regions
from ccdseg.images_io import short_name, stem
from ccdseg.version import package_version
from ccdseg.workflows.segment import counts
from ccdseg.workflows.segment.existing import (
    cleaned_of,
    complete_results,
    earlier_results,
    events_of,
    filled_of,
    mask_of,
    refuse_results,
    regions_of,
    remove_results,
    summary_of,
)
from ccdseg.workflows.segment.frame_result import FrameResult
from ccdseg.workflows.segment.images import write_cleaned, write_masks, write_planes
from ccdseg.workflows.segment.pictures import (
    PictureChoice,
    check_pictures,
    draw_pictures,
    draw_sections,
)
from ccdseg.workflows.segment.report import write_pages
from ccdseg.workflows.segment.run_tables.pixel_lists import write_pixels


@dataclass(frozen=True, eq=False)
class FileResult:
    """Results of the frames of one file.

    Attributes
    ----------
    frames : tuple of FrameResult
        One per image of the file, at least one.
    """

    frames: tuple[FrameResult, ...]

    @property
    def path(self) -> Path:
        """File that was segmented."""
        return self.frames[0].frame.path

    @property
    def classes(self) -> ClassCatalogue:
        """Meaning of the class indices."""
        return self.frames[0].classes

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.frames[0].model

    @property
    def events(self) -> QTable | None:
        """Events of all frames; None where the model has no class of particles."""
        tables = [result.events for result in self.frames if result.events is not None]
        if not tables:
            return None
        events = stack_events(tables)
        events.meta = {
            "file": short_name(self.path),
            "model": self.model,
            "ccdseg": package_version(),
            "detectors": {result.frame.label: result.detector_record for result in self.frames},
        }
        return events

    def recoloured(self, colours: str) -> FileResult:
        """The same results with pictures in other colours; see `ClassCatalogue.recoloured`."""
        classes = self.classes.recoloured(colours)
        return FileResult(tuple(replace(result, classes=classes) for result in self.frames))

    def labelled(self) -> dict[str, FrameResult]:
        """Frames by labels for file names: plain characters, a number where two are alike."""
        frames = [result.frame for result in self.frames]
        plain = [re.sub(r"[^\w.+-]", "_", frame.label).lstrip(".") for frame in frames]
        labels = (
            label if plain.count(label) == 1 else f"{label}_{frame.hdu_index}"
            for label, frame in zip(plain, frames, strict=True)
        )
        return dict(zip(labels, self.frames, strict=True))

    def write(
        self,
        folder: str | Path,
        *,
        pictures: PictureChoice = "all",
        colours: str = "original",
        find: str | None = None,
        clean: bool = False,
        dq: bool = False,
        report: bool = False,
        overwrite: bool = False,
    ) -> dict:
        """Write the results into a folder, all or none, and its table of counts anew.

        Parameters
        ----------
        folder : str or Path
            Folder for the files that ``load_model.py --help`` lists; made where it is missing.
        pictures : {"all", "events", "none"}
            Images of which pictures are drawn: all, those with events, or none.
        colours : {"original", "safe"}
            Colours of the classes: those of the model, or some that the colour-blind tell apart.
        find : str, optional
            Class of which the sections that hold it are drawn.
        clean : bool
            Whether the file is written without its particles.
        dq : bool
            Whether the data quality of each pixel is written.
        report : bool
            Whether a page for browsers is written for each frame; it needs Bokeh.
        overwrite : bool
            Whether existing results are replaced.

        Returns
        -------
        dict
            Content of the file ``STEM_summary.json``.

        Raises
        ------
        InputError
            If results exist and `overwrite` was not asked for, there is no such class, the
            file cannot be written without its particles, or Bokeh is missing.
        """
        folder = Path(folder)
        check_pictures(pictures)
        if report:
            from ccdseg.plotting import pages

            pages.check_bokeh()
        refuse_results([self.path], folder, clean=clean, overwrite=overwrite)
        counts.check(folder, overwrite=overwrite)
        settings = {
            "pictures": pictures,
            "colours": colours,
            "find": find,
            "clean": clean,
            "dq": dq,
            "report": report,
        }
        summary = write_results(self, folder, **settings, overwrite=overwrite)
        counts.write(folder)
        return summary


def write_results(
    result: FileResult,
    folder: Path,
    *,
    pictures: PictureChoice,
    colours: str,
    find: str | None,
    clean: bool,
    dq: bool,
    report: bool,
    overwrite: bool,
) -> dict:
    """Write the results of a file but for the table of counts; see `FileResult.write`.

    Results that are there already are left where they are the same: those of a process that died
    before it could tell of them, or of another run.
    """
    path, result = result.path, result.recoloured(colours)
    with stage_in(folder) as stage:
        chosen = {"pictures": pictures, "find": find, "clean": clean, "dq": dq, "report": report}
        summary = _write_into(stage, result, **chosen)
        with folder_lock(folder):
            if overwrite:
                remove_results(folder, earlier_results(folder, path))
            else:
                written = complete_results(folder, path, model=result.model)
                if written is not None and _undated(written) == _undated(summary):
                    return written
            move_staged(stage, overwrite=overwrite, first=summary_of(path))
    return summary


def _undated(summary: dict) -> str:
    """What a summary tells but for times."""
    hdus = [{**image, "seconds": None} for image in summary["hdus"]]
    return json.dumps({**summary, "date": None, "hdus": hdus}, sort_keys=True)


def _write_into(
    folder: Path,
    result: FileResult,
    *,
    pictures: PictureChoice,
    find: str | None,
    clean: bool,
    dq: bool,
    report: bool,
) -> dict:
    path, events = result.path, result.events
    labelled, name = result.labelled(), stem(path)
    names = [f"{name}_{label}" for label in labelled] if len(labelled) > 1 else [name]
    named = dict(zip(names, result.frames, strict=True))
    draw_pictures(named, folder, pictures=pictures)
    if find is not None:
        draw_sections(labelled, result.classes[find].name, folder / f"{name}_sections")
    _write_regions(named, folder)
    if report:
        write_pages(named, folder)
    if events is not None:
        events.write(folder / events_of(path), format="ascii.ecsv")
    write_masks(folder / mask_of(path), result.frames, events)
    write_planes(folder, result.frames, dq=dq)
    write_pixels(folder, result.frames)
    if clean:
        filled = filled_of(path)
        write_cleaned(folder / cleaned_of(path), result.frames, map_path=filled and folder / filled)
    summary = {
        "file": short_name(path),
        "source": str(path.resolve()),
        "model": result.model,
        "ccdseg": package_version(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "hdus": [{**frame.summary(), "prefix": prefix} for prefix, frame in named.items()],
        "results": sorted([*(entry.name for entry in folder.iterdir()), summary_of(path)]),
    }
    text = json.dumps(summary, indent=2) + "\n"
    (folder / summary_of(path)).write_text(text, encoding="utf-8")
    return summary


def _write_regions(named: dict[str, FrameResult], folder: Path) -> None:
    """Write the regions of events; not of pictures, which DS9 shows upside down."""
    for name, result in named.items():
        if result.events is not None and not result.frame.top_first:
            write_regions(folder / regions_of(name), result.events)
