"""Small stacks as beamlines write them."""

import numpy as np
import tifffile
from fabio.cbfimage import CbfImage
from fabio.edfimage import EdfImage

SHAPE = (24, 30)


def images(kind, n=3, *, seed=0):
    """Images of noise about 100, (n, 24, 30)."""
    return np.random.default_rng(seed).normal(100, 4, (n, *SHAPE)).round().astype(kind)


def write_tiff(path, stack, **settings):
    with tifffile.TiffWriter(path) as file:
        for image in stack:
            file.write(image, photometric="minisblack", contiguous=False, metadata=None, **settings)


def write_edf(path, stack):
    edf = EdfImage(data=stack[0], header={"title": "first"})
    for number, image in enumerate(stack[1:], start=1):
        edf.append_frame(data=image, header={"title": f"number {number}"})
    edf.write(str(path))


def write_cbf(path, image):
    CbfImage(data=image, header={"detector": "Pilatus"}).write(str(path))
