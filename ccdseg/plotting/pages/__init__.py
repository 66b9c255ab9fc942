"""Pages that show results in a browser, offline: one per frame, and an index of a run."""

from ccdseg.plotting.pages.rendering import check_bokeh
from ccdseg.plotting.pages.scaled_picture import ScaledPicture

__all__ = ["ScaledPicture", "check_bokeh", "frame_page"]


def __getattr__(name):
    if name == "frame_page":
        from ccdseg.plotting.pages.frame_page import frame_page
        return frame_page
    raise AttributeError(name)
