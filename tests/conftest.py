"""What many tests share: simulated images, a tiny trained segmenter, FITS files."""

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.cli import main
from ccdseg.simulation import simulate_dataset
from tests.browser import open_browser
from tests.command_line import files, said, status
from tests.recipes import original_style

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

LONGEST = ("test_scripts", "test_notebook", "test_physics", "test_train", "test_resume")


def pytest_collection_modifyitems(items):
    """Let the longest modules begin, so that two workers end at about the same time."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(scope="session")
def small_recipe():
    return original_style("small", (64, 64))


@pytest.fixture(scope="session")
def small_set(small_recipe):
    """Twelve images of 64×64 with their truth."""
    return simulate_dataset(small_recipe, n_images=12, rng=np.random.default_rng(1), n_workers=1)


@pytest.fixture(scope="session")
def tiny_unet():
    """Build a U-Net of some hundred weights; arguments as `ccdseg.models.unet`."""
    import keras

    from ccdseg.models import unet

    def build(input_shape=(None, None, 1), n_classes=4, **changes):
        keras.utils.set_random_seed(3)
        settings = {"filters": 2, "levels": 2, "dropout": 0.0, "l2": 0.0, "scale": 1}
        return unet(input_shape, n_classes, **(settings | changes))

    return build


@pytest.fixture(scope="session")
def model_folder(tiny_unet, small_set, tmp_path_factory):
    """Folder of a tiny trained segmenter; only read it."""
    from ccdseg.segmentation.segmenter import Segmenter
    from ccdseg.training import TrainingConfig, train

    segmenter = Segmenter(tiny_unet(), name="tiny")
    config = TrainingConfig(epochs=2, batch_size=2)
    history = train(segmenter, *small_set, config=config, progress=False)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    segmenter.save(folder, training=[{"history": history}])
    return folder


@pytest.fixture(scope="session")
def cosmics_folder(tiny_unet, small_set, tmp_path_factory):
    """Folder of a tiny segmenter of background and cosmics, trained on clusters; only read it."""
    from ccdseg.segmentation.segmenter import Segmenter
    from ccdseg.training import TrainingConfig, train

    segmenter = Segmenter(tiny_unet(n_classes=2), classes=COSMICS, name="tiny cosmics")
    masks = (small_set.masks == CLASSES["cluster"].index).astype(np.uint8)
    config = TrainingConfig(epochs=2, batch_size=2)
    train(segmenter, small_set.images, masks, config=config, progress=False)
    folder = tmp_path_factory.mktemp("models") / "cosmics"
    segmenter.save(folder)
    return folder


@pytest.fixture(scope="session")
def segmenter(model_folder):
    """The tiny trained segmenter; do not change it."""
    from ccdseg.segmentation.segmenter import Segmenter

    return Segmenter.load(model_folder)


@pytest.fixture(scope="session")
def single_fits(small_set, tmp_path_factory):
    """Path of a FITS file with one image, 64×50, in its primary HDU."""
    path = tmp_path_factory.mktemp("single") / "single.fits"
    hdu = fits.PrimaryHDU(small_set.images[0][:, :50])
    hdu.header["OBJECT"] = "dark"
    hdu.writeto(path)
    return path


@pytest.fixture(scope="session")
def multi_fits(small_set, tmp_path_factory):
    """Path of a FITS file with the images CCD_B, 64×64, a table, and CCD_C, 40×64."""
    path = tmp_path_factory.mktemp("multi") / "multi.fits"
    first, second = small_set.images[1], small_set.images[2][:40]
    table = fits.BinTableHDU.from_columns([fits.Column("TEMPERATURE", "E", array=[140.0])])
    fits.HDUList(
        [
            fits.PrimaryHDU(header=fits.Header({"TELESCOP": "LSM"})),
            fits.ImageHDU(first, name="CCD_B"),
            table,
            fits.ImageHDU(second, name="CCD_C"),
        ]
    ).writeto(path)
    return path


@pytest.fixture(scope="session")
def browser():
    """Driver of a real browser without a display."""
    driver = open_browser()
    yield driver
    driver.quit()


@pytest.fixture
def refused(capsys, monkeypatch):
    """Check that a command line ends with status 2, one line that matches, and nothing written.

    The line goes to standard error, where progress bars may precede it.
    """
    monkeypatch.setattr("sys.argv", ["ccdseg"])  # a worker of the tests has another name

    def check(message, *arguments, call=main):
        before = files(Path()), set(Path().rglob("*"))
        capsys.readouterr()
        assert status(call, *arguments) == 2
        output = capsys.readouterr()
        assert output.out == ""
        lines = said(output.err)
        assert len(lines) == 1, output.err
        assert re.search(rf"^[\w. ]+: error: .*{message}", lines[0]), lines[0]
        assert (files(Path()), set(Path().rglob("*"))) == before

    return check


@pytest.fixture
def undrawn(monkeypatch):
    """Leave the figures empty, where a test is not about them: drawing takes seconds."""
    monkeypatch.setattr(
        "matplotlib.figure.Figure.savefig", lambda _, path, **_named: path.write_bytes(b"")
    )


@pytest.fixture
def workplace(tmp_path, monkeypatch, model_folder, single_fits, multi_fits):
    """Return an empty folder with what commands need, made the current one."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(model_folder, "tiny")
    shutil.copy(single_fits, "single.fits")
    shutil.copy(multi_fits, "multi.fits")
    return tmp_path
