"""What a figure holds, read back for the tests."""

import numpy as np
from PIL import Image

from ccdseg import plotting


def panels(figure):
    """Axes without colour bars, row by row."""
    return [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]


def drawn(axes):
    return np.asarray(axes.get_images()[0].get_array())


def legend(where):
    return [text.get_text() for text in where.get_texts()]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def drawn_size(figure, path):
    with Image.open(plotting.save_figure(figure, path)) as picture:
        assert np.asarray(picture.convert("L")).std() > 10
        return picture.size
