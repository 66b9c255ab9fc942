"""``ccdseg evaluate``: what it scores, writes and refuses."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.table import QTable
from PIL import Image

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.cli import main
from ccdseg.cli.commands import evaluate
from ccdseg.cli.output import Parser
from ccdseg.dataset import ArraySet
from ccdseg.evaluation import (
    IMAGE_SCORES,
    cross_entropy,
    measure_reliability,
    operating_curve,
    pixel_report,
    score_image,
)
from ccdseg.evaluation.baselines import Astroscrappy
from ccdseg.images_io import write_png
from ccdseg.simulation import RECIPES, ClusterLibrary, simulate_dataset
from ccdseg.training.presets import TEST_SEED
from ccdseg.workflows.evaluating.evaluation_report import RESULTS


def status(*arguments):
    """Exit status of ``ccdseg evaluate``."""
    try:
        return main(["evaluate", *map(str, arguments)])
    except SystemExit as stop:
        return stop.code


def parsed(line):
    parser = Parser(prog="ccdseg evaluate")
    evaluate.add_arguments(parser)
    return parser.parse_args(shlex.split(line))


@pytest.fixture(scope="module")
def evaluated(model_folder, tmp_path_factory):
    """Folder of an evaluation on three sparse images and three frames of the recipe general."""
    folder = tmp_path_factory.mktemp("evaluated") / "results"
    small = ["--shape", "64x48", "--frames", 3, "--recipe", "test", "general"]
    assert status("--model", model_folder, *small, "--output", folder) == 0
    return folder


@pytest.fixture(scope="module")
def report(evaluated):
    return json.loads((evaluated / "report.json").read_text())


def expected_frames(recipe):
    return simulate_dataset(
        RECIPES[recipe].scaled((64, 48)), n_images=3, rng=np.random.default_rng(TEST_SEED)
    )


def test_the_documented_files_are_written(evaluated):
    assert {path.name for path in evaluated.iterdir()} == set(RESULTS)
    told = evaluate.DESCRIPTION.replace("boxes_SCORE.png", "boxes_iou.png")
    for name in {name for name in RESULTS if not name.startswith("boxes_")} | {"boxes_iou.png"}:
        assert re.search(rf"^  {name} ", told, re.MULTILINE)
    assert all(name in evaluate.DESCRIPTION for name in IMAGE_SCORES)
    for path in evaluated.glob("*.png"):
        with Image.open(path) as picture:
            assert np.asarray(picture.convert("L")).std() > 10


@pytest.mark.parametrize("recipe", ["test", "general"])
def test_the_scores_are_those_of_the_frames_all_at_once(report, segmenter, recipe):
    frames, found = expected_frames(recipe), report["sets"][recipe]
    prediction = segmenter.predict(frames.images)
    everywhere = pixel_report(frames.masks, prediction.mask)
    unambiguous = pixel_report(frames.masks, prediction.mask, ignore=frames.ambiguous)
    assert found["confusion"] == everywhere.confusion.tolist()
    assert found["unambiguous"]["confusion"] == unambiguous.confusion.tolist()
    assert found["n_frames"] == 3
    assert (found["shape"], found["seed"]) == ([64, 48], TEST_SEED)
    loss = cross_entropy(frames.masks, prediction.probabilities)
    assert found["loss"] == pytest.approx(loss, rel=1e-4)
    reliability = measure_reliability(frames.masks, prediction.probabilities)
    for row in CLASSES:
        numbers = found["reliability"]["classes"][row.name]
        assert numbers["n_pixels"] == pytest.approx(reliability.n_pixels[row.index], abs=3)


def test_each_image_has_its_scores_and_the_summary_is_theirs(evaluated, report, segmenter):
    table = QTable.read(evaluated / "images.ecsv")
    assert list(table["set"]) == ["test"] * 3 + ["general"] * 3
    assert list(table["image"]) == ["0", "1", "2"] * 2
    assert set(table["method"]) == {"tiny"}
    frames = expected_frames("general")
    assert (frames.masks == 3).any()
    for row, mask, image, ambiguous in zip(
        table[3:], frames.masks, frames.images, frames.ambiguous, strict=True
    ):
        predicted = segmenter.predict(image).mask
        assert (row["rows"].value, row["columns"].value) == image.shape
        everywhere = score_image(mask, predicted)
        unambiguous = score_image(mask, predicted, ignore=ambiguous)
        for name in (*IMAGE_SCORES, "n_true", "n_predicted"):
            assert row[name] == pytest.approx(getattr(everywhere, name), nan_ok=True)
            assert row[f"unambiguous_{name}"] == pytest.approx(
                getattr(unambiguous, name), nan_ok=True
            )
    summary = QTable.read(evaluated / "images_summary.ecsv")
    chosen = (
        (summary["set"] == "general") & (summary["score"] == "iou") & (summary["pixels"] == "all")
    )
    (row,) = summary[chosen]
    assert row["mean"] == pytest.approx(table["iou"][3:].mean())
    assert row["pooled"] == pytest.approx(report["sets"]["general"]["classes"]["cluster"]["iou"])
    found = report["sets"]["general"]["images"]["tiny"]["all"]["iou"]
    assert found["mean"] == pytest.approx(row["mean"])


def test_the_curves_are_of_the_class_of_particles(report, segmenter):
    assert (report["class"], report["operating_point"]) == ("cluster", 0.5)
    frames = expected_frames("general")
    probability = segmenter.predict(frames.images).probabilities[..., 3]
    found = report["sets"]["general"]["curves"]
    for name, ignore in {"all": None, "unambiguous": frames.ambiguous}.items():
        expected = operating_curve(frames.masks == 3, probability, ignore=ignore)
        assert found[name] == pytest.approx(expected.to_dict(), abs=1e-4)


def test_the_conditions_are_of_all_frames(evaluated, report):
    table = QTable.read(evaluated / "conditions.ecsv")
    groups = {(row["condition"], row["group"]): row["n_frames"] for row in table}
    assert groups["all", "frames"] == 6
    assert groups["recipe", "test"] == groups["recipe", "general"] == 3
    for condition in ("noise", "gradient", "crowding", "glow"):
        assert sum(n for (name, _), n in groups.items() if name == condition) == 6
    row = table[list(groups).index(("recipe", "test"))]
    found = report["sets"]["test"]
    assert row["background_f1"] == found["classes"]["background"]["f1"]
    assert row["cluster_pixels"].value == found["classes"]["cluster"]["support"]


@pytest.mark.usefixtures("undrawn")
def test_the_report_as_text_says_what_was_scored_and_is_printed(evaluated, tmp_path, capsys):
    text = (evaluated / "report.txt").read_text()
    for recipe in ("test", "general"):
        assert f"tiny on {recipe}: 3 frames of 64×48 px, seed {TEST_SEED}\n" in text
    assert text.count("All pixels") == text.count("Ambiguous pixels left out") == 2
    assert re.search(r"^crowding +\S", text, re.MULTILINE)
    command = re.search(r"^Made by: ccdseg (.*)$", text, re.MULTILINE)[1]
    repeated = shlex.split(command)[:-1]
    capsys.readouterr()
    assert main([*repeated, str(tmp_path / "again")]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[:-3] == text.splitlines()[:-1]
    assert printed.splitlines()[-1] == f"report and figures: {tmp_path / 'again'}"


@pytest.mark.usefixtures("undrawn")
def test_results_are_replaced_only_when_asked(evaluated, model_folder, tmp_path, capsys):
    (tmp_path / "report.json").write_text("precious")
    (tmp_path / "notes.txt").write_text("mine")
    options = ["--model", model_folder, "--recipe", "test", "--frames", 1, "--shape", "32x32"]
    assert status(*options, "--output", tmp_path) == 2
    assert "report.json exists already; pass --overwrite" in capsys.readouterr().err
    assert (tmp_path / "report.json").read_text() == "precious"
    assert status(*options, "--output", tmp_path, "--overwrite") == 0
    assert list(json.loads((tmp_path / "report.json").read_text())["sets"]) == ["test"]
    assert {path.name for path in tmp_path.iterdir()} == {*RESULTS, "notes.txt"}
    assert evaluated.is_dir()


@pytest.mark.usefixtures("undrawn")
def test_ones_own_images_are_scored(model_folder, segmenter, small_set, tmp_path):
    ArraySet(small_set.images[:3], small_set.masks[:3]).save(tmp_path / "mine.npz")
    folder = tmp_path / "results"
    assert status("--model", model_folder, "--data", tmp_path / "mine.npz", "--output", folder) == 0
    found = json.loads((folder / "report.json").read_text())["sets"]["mine"]
    expected = pixel_report(small_set.masks[:3], segmenter.predict(small_set.images[:3]).mask)
    assert found["confusion"] == expected.confusion.tolist()
    assert found["unambiguous"] is None
    assert found["data"] == str(tmp_path / "mine.npz")
    assert {path.name for path in folder.iterdir()} == set(RESULTS)
    text = (folder / "report.txt").read_text()
    assert f"tiny on mine: {tmp_path / 'mine.npz'}, 3 frames of 64×64 px\n" in text


def test_the_help_teaches_by_examples_that_are_understood(capsys):
    assert status("--help") == 0
    assert evaluate.DESCRIPTION in capsys.readouterr().out
    examples = re.findall(r"^  ccdseg evaluate(.*?)(?:  .*)?$", evaluate.DESCRIPTION, re.MULTILINE)
    assert len(examples) == 12
    for example in examples:
        assert parsed(example).output == Path("evaluation")


BAD = [
    ("--recipe sky", "--recipe: invalid choice: 'sky'"),
    ("--recipe test --data a.npz", "not allowed with"),
    ("--frames 0", "--frames: '0' is not a whole number above 0"),
    ("--shape 64", "--shape: '64' is no shape"),
    ("--seed -1", "--seed: '-1' is not a whole number from 0"),
    ("--model nothing", "Unknown model 'nothing'"),
    ("--model other", "other tells sky, cosmic apart.*--data"),
    ("--data missing.npz", "No data file missing.npz"),
    ("--data unlabelled.npz", "unlabelled.npz holds no masks"),
    (
        "--data unlabelled.npz --frames 3",
        "--frames is about simulated frames; leave it out with --data",
    ),
    ("--data own", "own holds no images; it must hold the folders Train"),
    ("--baselines magic", "--baselines: invalid choice: 'magic'"),
    (
        "--baselines threshold --class glowing",
        "threshold .--baselines. find particles, which the class",
    ),
    ("--class moon", "Unknown class 'moon'"),
    ("--data unlabelled.npz --library a.npz", "--library is about simulated frames"),
    ("--library missing.npz", "No cluster library missing.npz"),
    ("--recipe general --library own.npz", "--library does not fit --recipe general"),
    ("--output old", "report.txt exists already; pass --overwrite"),
    ("--output unlabelled.npz", "unlabelled.npz'"),
]

NO_KERAS = """
import contextlib, io, json, sys
from ccdseg.cli import main
ends = []
for line in json.loads(sys.argv[1]):
    error = io.StringIO()
    with contextlib.redirect_stderr(error), contextlib.redirect_stdout(io.StringIO()):
        try:
            status = main(["evaluate", *line.split()])
        except SystemExit as stop:
            status = stop.code
    ends.append([status, error.getvalue()])
heavy = {"keras", "tensorflow", "matplotlib"} & set(sys.modules)
print(json.dumps([ends, sorted(heavy)]))
"""


def test_mistakes_are_told_in_a_line_before_anything_heavy_is_loaded(model_folder, tmp_path):
    np.savez(tmp_path / "unlabelled.npz", images=np.zeros((2, 8, 8), np.float32))
    ClusterLibrary.from_arrays([np.ones((2, 2))]).save(tmp_path / "own.npz")
    (tmp_path / "own").mkdir()
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "report.txt").write_text("precious")
    (tmp_path / "other").mkdir()
    description = json.loads((model_folder / "segmenter.json").read_text())
    description["classes"] = [
        {"index": i, "name": name, "colour": [0, 0, 0]} for i, name in enumerate(["sky", "cosmic"])
    ]
    description["name"] = "other"
    del description["operating_point"]
    (tmp_path / "other" / "segmenter.json").write_text(json.dumps(description))
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    lines = ["--help", *(line for line, _ in BAD)]
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", NO_KERAS, json.dumps(lines)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    (shown, *ends), heavy = json.loads(result.stdout.splitlines()[-1])
    assert shown == [0, ""]
    for (number, text), (line, message) in zip(ends, BAD, strict=True):
        assert number == 2, line
        assert re.fullmatch(rf"ccdseg evaluate: error: .*{message}.*\n", text), (line, text)
    assert heavy == []
    assert before == {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}


@pytest.fixture(scope="module")
def cosmics_folder(tiny_unet, tmp_path_factory):
    """Folder of an untrained model of cosmics."""
    from ccdseg.segmentation.segmenter import Segmenter

    folder = tmp_path_factory.mktemp("models") / "cosmics"
    Segmenter(tiny_unet(n_classes=2), classes=COSMICS, name="rays").save(folder)
    return folder


@pytest.mark.usefixtures("undrawn")
def test_a_folder_of_images_of_any_size_is_scored_beside_a_threshold(cosmics_folder, tmp_path):
    rng = np.random.default_rng(8)
    for number, shape in enumerate([(40, 50), (33, 64)]):
        mask = np.zeros(shape, np.uint8)
        mask[10, 5:20] = 255
        image = (rng.normal(1000, 10, shape) + 8.0 * mask).astype(np.uint16)
        write_png(tmp_path / "rays" / "Test" / f"{number}.png", image)
        write_png(tmp_path / "rays" / "TestAnnotation" / f"{number}.png", mask)
    options = [
        "--data",
        tmp_path / "rays",
        "--baselines",
        "threshold",
        "--output",
        tmp_path / "out",
    ]
    assert status("--model", cosmics_folder, *options) == 0
    table = QTable.read(tmp_path / "out" / "images.ecsv")
    assert list(table["method"]) == ["rays", "threshold"] * 2
    assert list(table["image"]) == ["0.png", "0.png", "1.png", "1.png"]
    sizes = zip(table["rows"].value, table["columns"].value, strict=True)
    assert list(sizes) == [(40, 50)] * 2 + [(33, 64)] * 2
    found = table[table["method"] == "threshold"]
    np.testing.assert_array_equal(found["f1"], 1)
    np.testing.assert_array_equal(found["n_predicted"], 1)
    text = (tmp_path / "out" / "report.txt").read_text()
    where = tmp_path / "rays" / "Test"
    assert f"rays on rays: {where}, 2 frames of 33×64 to 40×50 px\n" in text
    assert re.search(r"^threshold: what lies more than .* above the median", text, re.MULTILINE)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["class"] == "cosmic"
    (baseline,) = report["sets"]["rays"]["baselines"]
    assert (baseline["name"], list(baseline["parameters"])) == ("threshold", ["n_sigma"])
    assert f"n_frames 2, data {where}" in text


@pytest.mark.usefixtures("undrawn")
def test_a_model_of_cosmics_is_scored_on_x_rays_beside_astroscrappy(
    cosmics_folder, tmp_path, monkeypatch
):
    pytest.importorskip("astroscrappy")
    few = [Astroscrappy(50.0), Astroscrappy(5.0, 0.1, 0.5)]
    monkeypatch.setattr(Astroscrappy, "candidates", lambda: iter(few))
    options = [
        "--frames",
        2,
        "--shape",
        "96x96",
        "--baselines",
        "astroscrappy",
        "--output",
        tmp_path,
    ]
    assert status("--model", cosmics_folder, *options) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    found = report["sets"]["light"]["images"]
    assert list(found) == ["rays", "astroscrappy"]
    assert set(found["astroscrappy"]) == {"all", "unambiguous"}
    (baseline,) = report["sets"]["light"]["baselines"]
    assert baseline["parameters"] == {"sigclip": 5.0, "sigfrac": 0.1, "objlim": 0.5}
    assert baseline["tuned_on"]["seed"] == TEST_SEED + 1
    assert "sigclip 5, sigfrac 0.1, objlim 0.5" in (tmp_path / "report.txt").read_text()
