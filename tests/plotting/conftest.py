"""Frames that several figures show."""

import numpy as np
import pytest

from ccdseg.classes import CLASSES


@pytest.fixture(scope="module")
def pair(small_set):
    return small_set.images[0], small_set.masks[0]


@pytest.fixture
def scene():
    rng = np.random.default_rng(0)
    image, mask = rng.normal(0, 1, (50, 80)), np.zeros((50, 80), np.uint8)
    for box in (np.s_[10:14, 20:26], np.s_[46:50, 76:80]):
        image[box] += 300
        mask[box] = CLASSES["cluster"].index
    return image, mask
