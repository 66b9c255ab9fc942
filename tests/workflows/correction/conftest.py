"""Results of a file of two images to correct, and editors without a window."""

import shutil

import numpy as np
import pytest

from ccdseg.workflows.correction import open_correction
from ccdseg.workflows.segment import segment_file


@pytest.fixture(scope="session")
def segmented(multi_fits, segmenter, tmp_path_factory):
    """Folder of a file of two images and of its results; only read it."""
    folder = tmp_path_factory.mktemp("segmented")
    shutil.copy(multi_fits, folder)
    result = segment_file(folder / "multi.fits", segmenter)
    result.write(folder / "results", pictures="none")
    return folder


@pytest.fixture
def place(segmented, tmp_path):
    """The same folder, to be changed."""
    return shutil.copytree(segmented, tmp_path / "place")


@pytest.fixture
def opened(place):
    return open_correction(place / "multi.fits", place / "results")


@pytest.fixture
def edited(opened):
    """The corrections after a person painted a class, and left a strip undecided."""
    for image in opened.images:
        values = image.mask.copy()
        values[:4, :6] = (image.found[:4, :6] + 1) % 4
        values[10:12] = 255
        image.take(values)
        assert np.count_nonzero(image.mask != image.found) == 4 * 6 + 2 * values.shape[1]
    return opened
