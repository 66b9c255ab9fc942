"""The command line, within this process."""

import json
import os
import pickle
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image
from scipy import ndimage

from ccdseg import registry
from ccdseg.classes import CLASSES
from ccdseg.cli import main, predict, train
from ccdseg.cli.parser import run_script
from ccdseg.dataset import load_array_set
from ccdseg.fits_io import read_frame
from ccdseg.simulation import RECIPES, load_cluster_library, simulate_dataset
from ccdseg.version import __version__

ROOT = Path(__file__).resolve().parents[1]


def status(call, *arguments):
    """Exit status of a command line."""
    try:
        return call([str(argument) for argument in arguments])
    except SystemExit as stop:
        return stop.code


def files(folder):
    """Relative path and content of every file."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def said(text):
    """Lines of standard error without progress bars."""
    return [line for line in text.splitlines() if line.strip() and "%|" not in line]


@pytest.fixture
def refused(capsys):
    """Check that a command line ends with status 2, one line that matches, and nothing written.

    The line goes to standard error, where progress bars may precede it.
    """

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
def workplace(tmp_path, monkeypatch, model_folder, single_fits, multi_fits):
    """Return an empty folder with what commands need, made the current one."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(model_folder, "tiny")
    shutil.copy(single_fits, "single.fits")
    shutil.copy(multi_fits, "multi.fits")
    return tmp_path


def script(command):
    return lambda argv: run_script(command, argv)


HELPS = {
    "ccdseg": (main, ["--help"]),
    "ccdseg simulate": (main, ["simulate", "--help"]),
    "ccdseg train": (main, ["train", "--help"]),
    "ccdseg predict": (main, ["predict", "-h"]),
    "ccdseg models": (main, ["models", "-h"]),
    "train.py": (script(train), ["--help"]),
    "load_model.py": (script(predict), ["-h"]),
}


@pytest.mark.parametrize("name", HELPS)
def test_every_help_teaches_by_example(capsys, name):
    call, arguments = HELPS[name]
    assert status(call, *arguments) == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: ")
    assert re.search(r"^  (ccdseg|python scripts/\w+\.py) ?\w*", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["train.py", "load_model.py"])
def test_a_script_is_the_command(monkeypatch, capsys, name):
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(ROOT / "scripts" / name), run_name="__main__")
    assert stop.value.code == 0
    command = {"train.py": train, "load_model.py": predict}[name]
    assert command.DESCRIPTION in capsys.readouterr().out


def examples(command):
    """Arguments of the examples in the help of a command."""
    lines = re.findall(r"^  python \S+(.*)$", command.DESCRIPTION, re.MULTILINE)
    return [(command, re.split(" {2,}", line)[0]) for line in lines]


@pytest.mark.parametrize(("command", "example"), [*examples(train), *examples(predict)])
def test_the_examples_of_the_help_are_understood(monkeypatch, command, example):
    parsed = []
    monkeypatch.setattr(command, "run", parsed.append)
    assert run_script(command, shlex.split(example)) == 0
    assert len(parsed) == 1


def test_the_version_is_told(capsys):
    assert status(main, "--version") == 0
    assert capsys.readouterr().out == f"ccdseg {__version__}\n"


BAD_COMMANDS = [
    ("", "required: COMMAND"),
    ("paint", "invalid choice: 'paint'"),
    ("predict", "required: FRAME"),
    ("predict single.fits --paint", "unrecognized arguments: --paint"),
    ("predict single.fits --half upper", "--half: invalid choice: 'upper'"),
    ("predict single.fits --half left --section [1:2,1:2]", "not allowed with"),
    ("train --preset fast", "--preset: invalid choice: 'fast'"),
    ("train --data a.npz --simulate 3", "not allowed with"),
    ("train --simulate 0", "--simulate: '0' is not a whole number above 0"),
    ("train --epochs 1.5", "--epochs: '1.5' is not a whole number above 0"),
    ("train --seed -1", "--seed: '-1' is not a whole number from 0"),
    ("train --labels guess", "--labels: invalid choice: 'guess'"),
    ("train --augment cubist", "--augment: invalid choice: 'cubist'"),
    ("simulate", "required: kind, -o/--output"),
    ("simulate test", "required: -o/--output"),
    ("simulate sky -o a.npz", "invalid choice: 'sky'"),
    ("simulate test -o a.npz --n 0", "--n: '0' is not a whole number above 0"),
    ("simulate test -o a.npz --shape 64", "--shape: '64' is no shape; write it like"),
    ("simulate test -o a.npz --shape 64x0", "--shape: '64x0' is no shape"),
    ("models now", "unrecognized arguments: now"),
]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("line", "message"), BAD_COMMANDS)
def test_a_bad_command_line_is_refused(refused, line, message):
    refused(message, *line.split())


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
    ("tiny", r"The folder tiny holds no FITS file \(\.fits, "),
    ("single.fits missing.fits", "No such file: missing.fits"),
    ("multi.fits --hdu CCD_Z", r"no HDU 'CCD_Z'; its images are: 1 \(CCD_B\), 3 \(CCD_C\)"),
    ("multi.fits --hdu 2", "HDU '2' holds no image"),
    ("single.fits --section [1:51,1:64]", r"Section \[1:51,1:64\] .* is \[1:50,1:64\]"),
    ("single.fits --section 1:2", "Section '1:2' is malformed"),
    ("single.fits --find muon", "'muon'; the classes are: background, glowing, hot pixel, cluster"),
    ("single.fits --model nothing", r"Unknown model 'nothing': .*\(.+\)"),
    ("single.fits --model .", "is not a model folder: it has no segmenter.json"),
]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("line", "message"), BAD_PREDICTIONS)
@pytest.mark.parametrize("call", [lambda argv: main(["predict", *argv]), script(predict)])
def test_a_bad_prediction_is_refused(refused, call, line, message):
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
        ("network.keras", "no network", "network.keras is missing or damaged"),
        ("network.keras", None, "network.keras is missing or damaged"),
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
    refused("2 frames .*single_mask.fits", "predict", "single.fits", "single.fit", *MODEL)


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
        "multi_CCD_B_segmentation.png",
        "multi_CCD_C_segmentation.png",
        "multi_summary.json",
    }
    for path in multi_results.rglob("*.png"):
        with Image.open(path) as picture:
            assert np.asarray(picture.convert("L")).std() > 10


def test_the_masks_are_those_of_the_segmenter(multi_results, multi_fits, segmenter):
    with fits.open(multi_results / "multi_mask.fits", checksum=True) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "CCD_B", "CCD_C"]
        assert hdus[0].header["TELESCOP"] == "LSM"
        for hdu in hdus[1:]:
            expected = segmenter.predict(read_frame(multi_fits, hdu=hdu.name).data).mask
            np.testing.assert_array_equal(hdu.data, expected)
            assert hdu.data.dtype == np.uint8
            assert hdu.header["SEGMODEL"] == "tiny"


def test_the_summary_counts_the_mask(multi_results):
    summary = json.loads((multi_results / "multi_summary.json").read_text())
    assert (summary["file"], summary["model"]) == ("multi.fits", "tiny")
    assert summary["ccdseg"] == __version__
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
        "a_summary.json",
        *(f"a_{label}_segmentation.png" for label in labels),
        *(f"a_sections/{label}_row00000_column00000.png" for label in labels),
    }


@pytest.mark.usefixtures("workplace")
def test_one_image_with_nan_gives_the_documented_files(capsys):
    with fits.open("single.fits", mode="update") as hdus:
        hdus[0].data[3, 4:7] = np.nan
    assert status(script(predict), "single.fits", *MODEL) == 0
    assert set(files(Path("results"))) == {
        "single_mask.fits",
        "single_segmentation.png",
        "single_summary.json",
    }
    summary = json.loads(Path("results/single_summary.json").read_text())["hdus"][0]
    assert (summary["hdu"], summary["not_finite_pixels"]) == ("HDU0", 3)
    output = capsys.readouterr()
    lines = said(output.err)
    assert len(lines) == 1, output.err
    assert lines[0].startswith("warning: single.fits, HDU0: 3 pixels are not finite")
    assert output.out.startswith("single.fits → results/: ")
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
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "CCD_C"]
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
    assert status(main, "predict", *frames, *MODEL) == 2
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
    assert len(files(Path("results"))) == 3
    assert not Path("results/single_sections").exists()


@pytest.fixture(scope="module")
def tiny_preset(tiny_unet):
    """Make the default preset a network of a few hundred weights."""
    from ccdseg.presets import DEFAULT, PRESETS

    network = {"filters": 2, "levels": 2, "dropout": 0.0, "l2": 0.0, "scale": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "default", replace(DEFAULT, network=network))
        yield tiny_unet().count_params()


@pytest.fixture(scope="module")
def trained(tiny_preset, small_set, tmp_path_factory):
    """Folder of a model trained on a file."""
    folder = tmp_path_factory.mktemp("trained")
    small_set.save(folder / "set.npz")
    options = ["--data", folder / "set.npz", "--epochs", "2", "--seed", "7"]
    assert tiny_preset
    assert status(main, "train", *options, "--output", folder / "models" / "mine") == 0
    return folder / "models" / "mine"


def test_training_writes_the_documented_files(trained):
    assert set(files(trained)) == {
        "network.keras",
        "segmenter.json",
        "history.json",
        "training_log.csv",
        "report.json",
        "report.txt",
        "curves.png",
        "panels.png",
        "reliability.png",
        "confusion.png",
    }
    assert [path.name for path in trained.parent.iterdir()] == ["mine"]


def test_the_report_holds_every_score_of_every_class(trained):
    report = json.loads((trained / "report.json").read_text())
    assert list(report["classes"]) == list(CLASSES.names)
    for row in report["classes"].values():
        assert {"precision", "recall", "f1", "support", "iou"} <= set(row)
    assert report["n_test_images"] == 2
    assert sum(row["support"] for row in report["classes"].values()) == 2 * 64 * 64
    assert 0 < report["accuracy"] < 1
    assert report["loss"] > 0
    assert report["clear"]["accuracy"] > 0
    text = (trained / "report.txt").read_text()
    assert f"{report['accuracy']:.4%}" in text
    assert "Scores on 2 test images" in text


def test_the_report_is_of_images_that_were_not_trained_on(trained, small_set):
    from ccdseg.inference import Segmenter

    test = small_set[10:]
    right = Segmenter.load(trained).predict(test.images).mask == test.masks
    report = json.loads((trained / "report.json").read_text())
    assert report["accuracy"] == pytest.approx(right.mean(), abs=1e-3)


def test_a_model_says_how_it_was_trained(trained, tiny_preset):
    from ccdseg.inference import Segmenter

    segmenter = Segmenter.load(trained)
    assert segmenter.name == "mine"
    assert segmenter.network.count_params() == tiny_preset
    training = segmenter.training
    assert training["command"].startswith("ccdseg train --data ")
    assert training["command"].endswith(f"--output {trained}")
    assert (training["preset"], training["labels"]) == ("default", "truth")
    assert (training["config"]["epochs"], training["config"]["seed"]) == (2, 7)
    assert training["data"].endswith("set.npz")
    assert not training["new_images_every_epoch"]
    assert len(segmenter.history["val_loss"]) == 2


def test_training_again_gives_the_same_model(trained, tmp_path):
    options = ["--data", trained.parents[1] / "set.npz", "--epochs", "2", "--seed", "7"]
    assert status(main, "train", *options, "--output", tmp_path / "mine") == 0
    folders = (trained, tmp_path / "mine")
    # threads add up in any order, which changes the last digits
    first, second = (json.loads((x / "history.json").read_text()) for x in folders)
    assert second == {name: pytest.approx(values, rel=1e-4) for name, values in first.items()}
    first, second = (json.loads((x / "report.json").read_text()) for x in folders)
    assert second["accuracy"] == pytest.approx(first["accuracy"], rel=1e-4)
    assert second["loss"] == pytest.approx(first["loss"], rel=1e-4)


def test_training_starts_from_a_model_on_augmented_images_with_threshold_labels(trained, tmp_path):
    options = ["--simulate", "3", "--augment", "geometric", "--labels", "threshold"]
    options += ["--weights", trained, "--epochs", "1", "--learning-rate", "0.002"]
    options += ["--output", tmp_path / "more"]
    assert status(script(train), *options) == 0
    description = json.loads((tmp_path / "more" / "segmenter.json").read_text())["training"]
    assert description["weights"] == str(trained)
    earlier = json.loads((trained / "segmenter.json").read_text())["training"]
    history = json.loads((trained / "history.json").read_text())
    assert description["earlier_training"] == earlier | {"history": history}
    assert earlier["earlier_training"] is None
    assert description["config"]["learning_rate"] == 0.002
    assert (description["augment"], description["labels"]) == ("geometric", "threshold")
    assert description["images"] == 3
    assert not description["new_images_every_epoch"]
    assert json.loads((tmp_path / "more" / "report.json").read_text())["n_test_images"] == 42


@pytest.mark.usefixtures("workplace")
def test_a_model_is_replaced_only_when_asked(refused):
    refused("tiny exists already; pass --overwrite", "train", "--output", "tiny")


BAD_TRAININGS = [
    ("--data missing.npz", "No data file missing.npz"),
    ("--data text.npz", "text.npz cannot be read as .npz"),
    ("--data keys.npz", r"keys.npz holds the keys images, labels; it must hold 'images'"),
    ("--data shapes.npz", r"shapes.npz: masks have shape \(2, 8, 9\)"),
    ("--data flat.npz", r"flat.npz: images have shape \(8, 8\)"),
    ("--data classes.npz", "classes.npz: the masks hold class 4; there are 4 classes"),
    ("--data nan.npz", "nan.npz: the images hold NaN"),
    ("--data unlabelled.npz", "unlabelled.npz holds no masks; .* --labels threshold"),
    ("--weights nothing", r"Unknown model 'nothing': .*\(.+\)"),
    ("--learning-rate 0", "learning_rate is 0.0; it must be above 0"),
    ("--detector nothing", "No detector 'nothing': .*damic"),
]


def write_bad_sets():
    images, masks = np.zeros((2, 8, 8), np.float32), np.zeros((2, 8, 8), np.uint8)
    Path("text.npz").write_text("no archive")
    np.savez("keys.npz", images=images, labels=masks)
    np.savez("shapes.npz", images=images, masks=np.zeros((2, 8, 9), np.uint8))
    np.savez("flat.npz", images=images[0], masks=masks[0])
    np.savez("classes.npz", images=images, masks=masks + 4)
    np.savez("nan.npz", images=images * np.nan, masks=masks)
    np.savez("unlabelled.npz", images=images)


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("line", "message"), BAD_TRAININGS)
def test_a_bad_training_is_refused(refused, line, message):
    write_bad_sets()
    refused(message, "train", *line.split(), "--output", "new")
    assert not Path("new").exists()


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("hacked",)


BAD_SIMULATIONS = [
    ("test -o a.txt", r"a.txt must end on \.npz"),
    ("frame -o a.npz", r"a.npz must end on \.fits"),
    ("test -o single.fits", "single.fits exists already; pass --overwrite"),
    ("frame -o old.fits.fz", "old_truth.fits.fz exists already"),
    ("test -o a.npz --detector nothing", "No detector 'nothing'"),
    ("test -o a.npz --library missing.pkl", "No cluster library missing.pkl"),
    ("test -o a.npz --library single.fits", "single.fits is neither a .npz file nor a readable"),
    ("test -o a.npz --library dict.pkl", "dict.pkl is not a plain list of numpy arrays"),
    ("test -o a.npz --library evil.pkl", "evil.pkl is refused: .*mkdir"),
    ("test -o a.npz --library line.pkl", "line.pkl, cluster 0 is 1-dimensional"),
    ("clusters --n 1 -o a.txt", r"a.txt must end on \.npz"),
    ("test --n 1 --shape 32x32 -o old.npz --pictures", "old_label.png exists already"),
]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("line", "message"), BAD_SIMULATIONS)
def test_a_bad_simulation_is_refused(refused, line, message):
    for name in ("old_truth.fits.fz", "old_label.png"):
        Path(name).write_text("precious")
    Path("dict.pkl").write_bytes(pickle.dumps({"clusters": []}))
    Path("evil.pkl").write_bytes(pickle.dumps([Malicious()]))
    Path("line.pkl").write_bytes(pickle.dumps([np.ones(3)]))
    refused(message, "simulate", *line.split())
    assert not Path("hacked").exists()


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    "line",
    [
        "predict single.fits --model tiny --output single.fits",
        "train --output single.fits/new",
        "simulate test --n 1 --shape 16x16 -o single.fits/new.npz",
    ],
)
def test_an_output_in_the_place_of_a_folder_is_refused(refused, line):
    refused("'single.fits", *line.split())


@pytest.mark.usefixtures("workplace")
def test_a_simulated_set_is_that_of_its_recipe_and_seed():
    options = ["--n", "3", "--shape", "48x64", "--seed", "9", "--pictures"]
    assert status(main, "simulate", "test", "-o", "sets/test.npz", *options) == 0
    assert set(files(Path("sets"))) == {"test.npz", "test_label.png", "test_charge.png"}
    found = load_array_set("sets/test.npz", n_classes=4)
    expected = simulate_dataset(
        RECIPES["test"].scaled((48, 64)), n_images=3, rng=np.random.default_rng(9)
    )
    for name in ("images", "masks", "unclear"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("name", "truth_name"),
    [
        ("my.fits", "my_truth.fits"),
        ("my.fits.fz", "my_truth.fits.fz"),
        ("my.fits.copy.fits.fz", "my.fits.copy_truth.fits.fz"),
    ],
)
def test_a_simulated_frame_comes_with_its_truth(name, truth_name):
    options = ["--shape", "96x128", "--seed", "4", "-o", name]
    assert status(main, "simulate", "frame", *options) == 0
    frame, truth = read_frame(name), read_frame(truth_name)
    assert (frame.label, truth.label) == ("CCD", "TRUTH")
    assert frame.data.shape == truth.data.shape == (96, 128)
    assert set(np.unique(truth.data)) <= {0, 1, 2, 3}
    assert frame.header["SIMSEED"] == truth.header["SIMSEED"] == 4
    dark = frame.data[truth.data == 0]
    assert dark.mean() == pytest.approx(frame.header["PEDESTAL"], abs=3)
    assert dark.std() == pytest.approx(frame.header["NOISE"], rel=0.2)
    assert frame.data[truth.data == 2].min(initial=10_000) > dark.max()


@pytest.mark.usefixtures("workplace")
def test_a_simulated_file_is_replaced_only_when_asked(refused):
    options = ["simulate", "clusters", "--n", "5", "-o", "clusters.npz"]
    assert status(main, *options) == 0
    assert len(load_cluster_library("clusters.npz")) == 5
    refused("clusters.npz exists already", *options)
    assert status(main, *options, "--n", "3", "--overwrite") == 0
    assert len(load_cluster_library("clusters.npz")) == 3


@pytest.mark.usefixtures("workplace")
def test_clusters_of_ones_own_are_pasted():
    assert status(main, "simulate", "clusters", "--n", "2", "-o", "own.npz") == 0
    for name, library in {"a": "own.npz", "b": "own.npz"}.items():
        options = ["--library", library, "--n", "1", "--seed", "1"]
        assert status(main, "simulate", "test", "-o", f"{name}.npz", *options) == 0
    assert status(main, "simulate", "test", "-o", "c.npz", "--n", "1", "--seed", "1") == 0
    own, again, shipped = (load_array_set(f"{name}.npz", n_classes=4).images for name in "abc")
    np.testing.assert_array_equal(own, again)
    assert not np.array_equal(own, shipped)


def test_the_models_that_ship_are_listed_with_their_scores(trained, monkeypatch, capsys):
    monkeypatch.setattr(registry, "_SHIPPED", (trained.parent,))
    assert status(main, "models") == 0
    text = capsys.readouterr().out
    report = json.loads((trained / "report.json").read_text())
    assert text.startswith("mine\n")
    assert ", ".join(CLASSES.names) in text
    assert "robust" in text
    assert f"{report['accuracy']:.3%}" in text


def test_the_models_that_ship_can_be_listed(capsys):
    assert status(main, "models") == 0
    assert all(name in capsys.readouterr().out for name in registry.list_models())


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("report", ["{}", None])
def test_a_model_without_scores_is_listed(monkeypatch, capsys, report):
    Path("tiny/report.json").unlink()
    if report is not None:
        Path("tiny/report.json").write_text(report)
    monkeypatch.setattr(registry, "_SHIPPED", (Path(),))
    assert status(main, "models") == 0
    text = capsys.readouterr().out
    assert text.startswith("tiny\n")
    assert ", ".join(CLASSES.names) in text
    assert "accuracy" not in text


def test_that_no_model_ships_is_told(monkeypatch, capsys):
    monkeypatch.setattr(registry, "_SHIPPED", ())
    assert status(main, "models") == 0
    assert capsys.readouterr().out == "No model ships with this installation.\n"


NO_KERAS = """
import contextlib, io, json, sys
from ccdseg.cli import main
statuses = []
for line in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            statuses.append(main(line.split()))
        except SystemExit as stop:
            statuses.append(stop.code)
heavy = {"keras", "tensorflow", "matplotlib"} & set(sys.modules)
print(json.dumps([statuses, sorted(heavy)]))
"""


@pytest.mark.usefixtures("workplace")
def test_help_and_mistakes_load_neither_keras_nor_matplotlib():
    Path("text.fits").write_text("no FITS")
    Path("old_truth.fits.fz").write_text("precious")
    helps = ["--help", "--version", "predict -h", "train -h", "simulate -h", "models -h", "models"]
    mistakes = [line for line, _ in BAD_COMMANDS]
    mistakes += [f"predict --model tiny {line}" for line, _ in BAD_PREDICTIONS]
    mistakes += [f"simulate {line}" for line, _ in BAD_SIMULATIONS[:6]]
    mistakes += ["predict --model tiny text.fits", "train --weights nothing"]
    mistakes += ["train --output tiny", "train --data missing.npz --output new"]
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", NO_KERAS, json.dumps([*helps, *mistakes])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    statuses, heavy = json.loads(result.stdout.splitlines()[-1])
    assert statuses == [0] * len(helps) + [2] * len(mistakes)
    assert heavy == []
