"""Pages that show results in a browser, offline: one per frame, and an index of a run.

They are built on Bokeh, which the extra ``report`` installs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
