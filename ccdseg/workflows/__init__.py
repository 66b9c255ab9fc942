"""Workflows: what the scripts, the command and a notebook call alike."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "segment": ["FileResult", "FrameResult", "segment_file", "segment_files", "segment_frame"],
    },
)
