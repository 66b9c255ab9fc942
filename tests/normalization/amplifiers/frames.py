"""Frames of several amplifiers, from what each adds to one of a single amplifier."""

import numpy as np

from ccdseg.normalization.amplifiers.section import grid


def dark_frame(shape, *, noise=5.0, seed=0):
    return np.random.default_rng(seed).normal(1000, noise, shape).astype(np.float32)


def read_in_parts(frame, layout, pedestals, *, noises=None, seed=1):
    """The frame with a pedestal, and a noise on top of its own, for each part of a grid (ADU)."""
    rng = np.random.default_rng(seed)
    edges = [np.arange(n + 1) * length // n for n, length in zip(layout, frame.shape, strict=True)]
    sections = grid(*edges)
    noises = [0] * len(sections) if noises is None else noises
    frame = frame.copy()
    for section, pedestal, noise in zip(sections, pedestals, noises, strict=True):
        frame[section.area] += pedestal + rng.normal(0, 1, frame[section.area].shape) * noise
    return frame


def glow(shape, level, scale):
    """Glow that falls along the columns from the left edge, and along the rows."""
    rows, columns = np.indices(shape)
    return (level * np.exp(-columns / scale) * (1 + rows / shape[0])).astype(np.float32)
