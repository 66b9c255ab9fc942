"""Workflows: what the scripts, the command and a notebook call alike."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
