"""``ccdseg predict`` and ``load_model.py``: what they write and refuse."""

import json
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image
from scipy import ndimage

from ccdseg.classes import CLASSES
from ccdseg.cli import main
from ccdseg.cli.commands import predict
from ccdseg.fits_io import read_frame
from ccdseg.postprocessing import default_rules, restrict
from ccdseg.version import package_version
from tests.command_line import files, said, script, status

OF_AN_IMAGE = ("segmentation.png", "overlay.png", "events.png", "spectrum.png", "events.reg")
MODEL = ["--model", "tiny", "--output", "results"]
IMAGE = np.random.default_rng(0).normal(0, 1, (20, 30)).astype(np.float32)


def write_fits(*hdus):
    return lambda path: fits.HDUList(list(hdus)).writeto(path)


def write_truncated(path):
    fits.PrimaryHDU(IMAGE).writeto(path)
    path.write_bytes(path.read_bytes()[:3000])


def write_empty(path):
    cards = ["SIMPLE  =                    T", "BITPIX  =                   16"]
    cards += ["NAXIS   =                    2", "NAXIS1  =                    0"]
    cards += ["NAXIS2  =                    5", "END"]
    path.write_text("".join(card.ljust(80) for card in cards).ljust(2880))


BAD_FRAMES = {
    "text": (lambda path: path.write_text("text\n" * 999), "not a readable FITS file"),
    "truncated": (write_truncated, "truncated"),
    "table": (
        write_fits(
            fits.PrimaryHDU(),
            fits.BinTableHDU.from_columns([fits.Column("x", "E", array=[1.0])]),
        ),
        "holds no image HDU",
    ),
    "line": (write_fits(fits.PrimaryHDU(IMAGE[0])), "1 dimensions"),
    "cube": (write_fits(fits.PrimaryHDU(IMAGE[None])), "3 dimensions"),
    "empty": (write_empty, "the image is empty"),
    "nan": (write_fits(fits.PrimaryHDU(IMAGE * np.nan)), "no pixel is finite"),
}


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("kind", BAD_FRAMES)
def test_a_bad_frame_is_refused_by_name(refused, kind):
    make, message = BAD_FRAMES[kind]
    make(Path(f"{kind}.fits"))
    refused(rf"{kind}\.fits.*{message}", "predict", f"{kind}.fits", *MODEL)


BAD_PREDICTIONS = [
    ("missing.fits", "No such file: missing.fits"),
    ("*.fits.fz", r"No such file: \*\.fits\.fz"),
    ("empty", r"The folder empty holds no image \(\.fits, .*\.png"),
    ("single.fits missing.fits", "No such file: missing.fits"),
    ("multi.fits --hdu CCD_Z", r"no HDU 'CCD_Z'; its images are: 1 \(CCD_B\), 3 \(CCD_C\)"),
    ("multi.fits --hdu 2", "HDU '2' holds no image"),
    ("single.fits --section [1:51,1:64]", r"Section \[1:51,1:64\] .* is \[1:50,1:64\]"),
    ("single.fits --section 1:2", "Section '1:2' is malformed"),
    ("single.fits --detector nothing", "No detector 'nothing': .*damic, damic-m"),
    ("single.fits --detector bad.toml", "bad.toml: Detector gain is -1.3; it must be above 0"),
    ("single.fits --restrict none --restrict fill-cluster-holes", "none goes with no other rule"),
    ("single.fits --restrict circles", "--restrict: invalid choice: 'circles'"),
    ("single.fits --grow -1", "--grow: '-1' is not a whole number from 0"),
    ("single.fits --find muon", "'muon'; the classes are: background, glowing, hot pixel, cluster"),
    ("image.png --hdu CCD_B", "image.png is a picture, which has no HDU 'CCD_B'"),
    ("image.png --section [1:31,1:2]", r"image.png, picture: Section .* is \[1:30,1:20\]"),
    ("broken.png", "broken.png cannot be read as an image"),
    ("image.jpg", r"image.jpg is of an unsupported type; give one of \.fits, .*\.h5"),
    ("palette.png --clean", "palette.png is a picture of .*palette.* cannot be written back"),
    ("single.fits --model nothing", r"Unknown model 'nothing': .*\(.+\)"),
    ("single.fits --model .", "is not a model folder: it has no segmenter.json"),
]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("line", "message"), BAD_PREDICTIONS)
@pytest.mark.parametrize("call", [lambda argv: main(["predict", *argv]), script(predict)])
def test_a_bad_prediction_is_refused(refused, call, line, message):
    Path("empty").mkdir()
    pixels = np.rint(IMAGE * 9 + 99).astype(np.uint8)
    for name in ("image.png", "image.jpg"):
        Image.fromarray(pixels).save(name)
    Image.fromarray(pixels.astype(np.int32)).save("deep.tif")
    Image.fromarray(pixels).quantize(8).save("palette.png")
    Path("broken.png").write_text("text")
    Path("bad.toml").write_text('name = "bad"\npedestal = 0.0\nread_noise = 1.0\ngain = -1.3\n')
    refused(message, *MODEL, *shlex.split(line), call=call)


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("segmenter.json", "{", "segmenter.json is damaged"),
        ("segmenter.json", '{"name": "a"}', "segmenter.json is damaged: classes, normalizer"),
        (
            "segmenter.json",
            '{"name": "a", "normalizer": "none", "classes": ["a", "b"]}',
            "segmenter.json is damaged",
        ),
        ("network.keras", "no network", "network.keras is (missing|damaged)"),
        ("network.keras", None, "network.keras is (missing|damaged)"),
    ],
)
def test_a_damaged_model_is_refused(refused, file, content, message):
    Path("tiny", file).unlink()
    if content is not None:
        Path("tiny", file).write_text(content)
    refused(message, "predict", "single.fits", *MODEL)


@pytest.mark.usefixtures("workplace")
def test_two_frames_of_one_stem_are_refused(refused):
    shutil.copy("single.fits", "single.fit")
    refused(
        "2 images would all write results/single_…: single.fits, single.fit",
        "predict",
        "single.fits",
        "single.fit",
        *MODEL,
    )


@pytest.mark.usefixtures("workplace")
def test_existing_results_are_refused_before_anything_is_segmented(refused):
    Path("results").mkdir()
    Path("results/single_mask.fits").write_text("precious")
    refused("single_mask.fits exists already", "predict", "multi.fits", "single.fits", *MODEL)


@pytest.fixture(scope="module")
def multi_results(model_folder, multi_fits, tmp_path_factory):
    """Results for a file of two images, with sections."""
    output = tmp_path_factory.mktemp("multi_results") / "new" / "results"
    options = ["--model", model_folder, "--find", "hot_pixels", "--output", output]
    assert status(main, "predict", multi_fits, *options) == 0
    return output


def test_several_images_give_the_documented_files(multi_results):
    names = {name for name in files(multi_results) if "/" not in name}
    assert names == {
        "multi_mask.fits",
        "multi_events.ecsv",
        "multi_summary.json",
        "counts.ecsv",
        "run.ecsv",
        *(f"multi_CCD_{letter}_{kind}" for letter in "BC" for kind in OF_AN_IMAGE),
    }
    for kind in OF_AN_IMAGE:
        assert re.search(rf"^  STEM_{kind} ", predict.DESCRIPTION, re.MULTILINE)
    for path in multi_results.rglob("*.png"):
        with Image.open(path) as picture:
            assert np.asarray(picture.convert("L")).std() > 10


def test_the_masks_are_those_of_the_segmenter(multi_results, multi_fits, segmenter):
    with fits.open(multi_results / "multi_mask.fits", checksum=True) as hdus:
        assert [hdu.name for hdu in hdus] == [
            "PRIMARY",
            "CCD_B",
            "CCD_C",
            "EVENTS",
            "CCD_B_LABELS",
            "CCD_C_LABELS",
        ]
        assert hdus[0].header["TELESCOP"] == "LSM"
        for hdu in hdus[1:3]:
            predicted = segmenter.predict(read_frame(multi_fits, hdu=hdu.name).data).mask
            expected = restrict(predicted, default_rules(segmenter.classes)).mask
            np.testing.assert_array_equal(hdu.data, expected)
            assert hdu.data.dtype == np.uint8
            assert hdu.header["SEGMODEL"] == "tiny"


def test_the_summary_counts_the_mask(multi_results):
    summary = json.loads((multi_results / "multi_summary.json").read_text())
    assert (summary["file"], summary["model"]) == ("multi.fits", "tiny")
    assert summary["ccdseg"] == package_version()
    assert [hdu["hdu"] for hdu in summary["hdus"]] == ["CCD_B", "CCD_C"]
    for hdu in summary["hdus"]:
        mask = fits.getdata(multi_results / "multi_mask.fits", hdu["hdu"])
        assert hdu["shape"] == list(mask.shape)
        assert (hdu["section"], hdu["not_finite_pixels"]) == (None, 0)
        assert hdu["seconds"] > 0
        for row in CLASSES:
            found = mask == row.index
            values = hdu["classes"][row.name]
            assert values["percent"] == pytest.approx(100 * found.mean(), abs=1e-4)
            assert values["components"] == ndimage.label(found, np.ones((3, 3)))[1]


def test_a_picture_of_every_section_with_the_class_is_written(multi_results):
    found = {path.name for path in (multi_results / "multi_sections").iterdir()}
    expected = {
        f"{name}_row00000_column00000.png"
        for name in ("CCD_B", "CCD_C")
        if (fits.getdata(multi_results / "multi_mask.fits", name) == 2).any()
    }
    assert found == expected
    assert expected


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("names", "labels"),
    [(("SCI", "SCI"), ("SCI_1", "SCI_2")), (("A/B", "../../../EVIL"), ("A_B", "_.._.._EVIL"))],
)
def test_images_give_files_of_their_own_whatever_their_names(names, labels):
    images = [fits.ImageHDU(IMAGE, name=name, ver=i) for i, name in enumerate(names, 1)]
    write_fits(fits.PrimaryHDU(), *images)(Path("a.fits"))
    assert status(main, "predict", "a.fits", "--find", "background", *MODEL) == 0
    assert set(files(Path("results"))) == {
        "a_mask.fits",
        "a_events.ecsv",
        "a_summary.json",
        "counts.ecsv",
        "run.ecsv",
        *(f"a_{label}_{kind}" for label in labels for kind in OF_AN_IMAGE),
        *(f"a_sections/{label}_row00000_column00000.png" for label in labels),
    }


@pytest.mark.usefixtures("workplace")
def test_one_image_with_nan_gives_the_documented_files(capsys):
    with fits.open("single.fits", mode="update") as hdus:
        hdus[0].data[3, 4:7] = np.nan
    assert status(script(predict), "single.fits", *MODEL) == 0
    assert set(files(Path("results"))) == {
        "single_mask.fits",
        "single_events.ecsv",
        "single_summary.json",
        "counts.ecsv",
        "run.ecsv",
        *(f"single_{kind}" for kind in OF_AN_IMAGE),
    }
    summary = json.loads(Path("results/single_summary.json").read_text())["hdus"][0]
    assert (summary["hdu"], summary["not_finite_pixels"]) == ("HDU0", 3)
    output = capsys.readouterr()
    lines = said(output.err)
    assert len(lines) == 1, output.err
    assert lines[0].startswith("warning: single.fits, HDU0: 3 pixels are not finite")
    first, second = output.out.splitlines()[:2]
    assert first.startswith("No detector is given: events get signals in ADU")
    assert second.startswith("single.fits → results/: ")
    assert "warning" not in output.out
    header = fits.getheader("results/single_mask.fits")
    assert (header["NAXIS1"], header["NAXIS2"], header["OBJECT"]) == (50, 64, "dark")


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("part", "text", "shape", "origin"),
    [
        (["--section", "[11:40,5:20]"], "[11:40,5:20]", (16, 30), "row00004_column00010"),
        (["--half", "right"], "[33:64,1:40]", (40, 32), "row00000_column00032"),
    ],
)
def test_a_part_of_one_hdu_is_segmented(part, text, shape, origin):
    options = ["--hdu", "ccd_c", "--find", "background", *part]
    assert status(main, "predict", "multi.fits", *options, *MODEL) == 0
    with fits.open("results/multi_mask.fits") as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "CCD_C", "EVENTS", "CCD_C_LABELS"]
        assert hdus[1].shape == shape
        assert hdus[1].header["SEGSEC"] == text
    summary = json.loads(Path("results/multi_summary.json").read_text())
    assert [hdu["section"] for hdu in summary["hdus"]] == [text]
    assert Path("results/multi_segmentation.png").is_file()
    assert set(files(Path("results/multi_sections"))) == {f"CCD_C_{origin}.png"}


@pytest.mark.usefixtures("workplace")
def test_folders_and_patterns_are_searched_and_a_bad_frame_stops_no_other(capsys):
    Path("night").mkdir()
    fits.PrimaryHDU(IMAGE).writeto("night/b.fits.gz")
    Path("night/c.fits").write_text("no FITS")
    Path("night/notes.txt").write_text("")
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(IMAGE)]).writeto("night/a.fits.fz")
    frames = ["night", "sing*.fits", "single.fits"]
    assert status(main, "predict", *frames, *MODEL) == 1
    masks = sorted(path.name for path in Path("results").glob("*_mask.fits"))
    assert masks == ["a_mask.fits", "b_mask.fits", "single_mask.fits"]
    assert not list(Path("results").glob("c_*"))
    output = capsys.readouterr()
    errors = [line for line in output.err.splitlines() if "error" in line]
    assert len(errors) == 1, output.err
    assert "ccdseg predict: error: night/c.fits is not a readable FITS file" in errors[0]
    results = [line.split(" → ")[0] for line in output.out.splitlines() if " → " in line]
    assert results == ["a.fits.fz", "b.fits.gz", "single.fits"]
    assert "error" not in output.out


@pytest.mark.usefixtures("workplace")
def test_results_are_replaced_with_all_their_sections_only_when_asked(refused):
    assert status(main, "predict", "single.fits", "--find", "background", *MODEL) == 0
    first = fits.getheader("results/single_mask.fits")
    assert files(Path("results/single_sections"))
    refused("single_mask.fits exists already; pass --overwrite", "predict", "single.fits", *MODEL)
    with fits.open("single.fits", mode="update") as hdus:
        hdus[0].header["OBJECT"] = "flat"
    assert status(main, "predict", "single.fits", *MODEL, "--overwrite") == 0
    second = fits.getheader("results/single_mask.fits")
    assert (first["OBJECT"], second["OBJECT"]) == ("dark", "flat")
    assert len(files(Path("results"))) == 5 + len(OF_AN_IMAGE)
    assert not Path("results/single_sections").exists()
