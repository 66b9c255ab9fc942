"""Pages of the frames of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ccdseg.workflows.segment.existing import page_of, thumbnail_of
from ccdseg.workflows.segment.frame_result import FrameResult
from ccdseg.workflows.segment.report.frame_facts import facts_of, subtitle_of


def write_pages(results: Mapping[str, FrameResult], folder: Path) -> None:
    """Write the page of each frame and its small picture.

    Parameters
    ----------
    results : mapping of str to FrameResult
        Results by the name with which their files begin.
    folder : Path
        Existing folder to write into.
    """
    from ccdseg.plotting import pages

    for name, result in results.items():
        frame = result.levelled
        picture = pages.ScaledPicture.of(frame.data, result.mask, classes=result.classes)
        page = pages.frame_page(
            frame.data,
            result.mask,
            events=result.events,
            labels=result.event_labels,
            statistics=result.statistics,
            classes=result.classes,
            unit=frame.unit,
            origin=frame.origin,
            top_first=frame.top_first,
            title=name,
            subtitle=subtitle_of(result),
            facts=facts_of(result),
            picture=picture,
        )
        (folder / page_of(name)).write_text(page, encoding="utf-8")
        pages.save_thumbnail(
            folder / thumbnail_of(name), picture, classes=result.classes, top_first=frame.top_first
        )
