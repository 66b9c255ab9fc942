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

from ccdseg.classes import CLASSES
from ccdseg.cli import evaluate, main
from ccdseg.cli.evaluate import SimulatedFrames, choose_sets
from ccdseg.cli.evaluation_report import RESULTS
from ccdseg.cli.parser import Parser
from ccdseg.dataset import ArraySet
from ccdseg.evaluation import cross_entropy, measure_reliability, pixel_report
from ccdseg.presets import N_TEST_IMAGES, TEST_SEED
from ccdseg.simulation import RECIPES, ClusterLibrary, simulate_dataset


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
    """Folder of an evaluation on three sparse images and three frames of any detector."""
    folder = tmp_path_factory.mktemp("evaluated") / "results"
    small = ["--shape", "64x48", "--n", 3, "--recipe", "test", "general"]
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
    for name in RESULTS:
        assert re.search(rf"^  {name} ", evaluate.DESCRIPTION, re.MULTILINE)
    for path in evaluated.glob("*.png"):
        with Image.open(path) as picture:
            assert np.asarray(picture.convert("L")).std() > 10


@pytest.mark.parametrize("recipe", ["test", "general"])
def test_the_scores_are_those_of_the_frames_all_at_once(report, segmenter, recipe):
    frames, found = expected_frames(recipe), report["sets"][recipe]
    prediction = segmenter.predict(frames.images)
    strict = pixel_report(frames.masks, prediction.mask)
    clear = pixel_report(frames.masks, prediction.mask, ignore=frames.unclear)
    assert found["confusion"] == strict.confusion.tolist()
    assert found["clear"]["confusion"] == clear.confusion.tolist()
    assert found["n_frames"] == 3
    assert (found["shape"], found["seed"]) == ([64, 48], TEST_SEED)
    loss = cross_entropy(frames.masks, prediction.probabilities)
    assert found["loss"] == pytest.approx(loss, rel=1e-4)
    reliability = measure_reliability(frames.masks, prediction.probabilities)
    for row in CLASSES:
        numbers = found["reliability"]["classes"][row.name]
        assert numbers["n_pixels"] == pytest.approx(reliability.n_pixels[row.index], abs=3)


def test_the_conditions_are_of_all_frames(evaluated, report):
    table = QTable.read(evaluated / "conditions.ecsv")
    groups = {(row["condition"], row["group"]): row["n_frames"] for row in table}
    assert groups["all", "frames"] == 6
    assert groups["recipe", "test"] == groups["recipe", "general"] == 3
    for condition in ("noise", "gradient", "crowding", "glow"):
        assert sum(n for (name, _), n in groups.items() if name == condition) == 3
    row = table[list(groups).index(("recipe", "test"))]
    found = report["sets"]["test"]
    assert row["background_f1"] == found["classes"]["background"]["f1"]
    assert row["cluster_pixels"].value == found["classes"]["cluster"]["support"]


def test_the_report_as_text_says_what_was_scored_and_is_printed(evaluated, tmp_path, capsys):
    text = (evaluated / "report.txt").read_text()
    for recipe in ("test", "general"):
        assert f"tiny on {recipe}: 3 frames of 64×48 px, seed {TEST_SEED}\n" in text
    assert text.count("All pixels") == text.count("Clear: ") == 2
    assert re.search(r"^crowding +\S", text, re.MULTILINE)
    command = re.search(r"^Made by: ccdseg (.*)$", text, re.MULTILINE)[1]
    repeated = shlex.split(command)[:-1]
    capsys.readouterr()
    assert main([*repeated, str(tmp_path / "again")]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[:-3] == text.splitlines()[:-1]
    assert printed.splitlines()[-1] == f"report and figures: {tmp_path / 'again'}"


def test_results_are_replaced_only_when_asked(evaluated, model_folder, tmp_path, capsys):
    (tmp_path / "report.json").write_text("precious")
    (tmp_path / "notes.txt").write_text("mine")
    options = ["--model", model_folder, "--recipe", "test", "--n", 1, "--shape", "32x32"]
    assert status(*options, "--output", tmp_path) == 2
    assert "report.json exists already; pass --overwrite" in capsys.readouterr().err
    assert (tmp_path / "report.json").read_text() == "precious"
    assert status(*options, "--output", tmp_path, "--overwrite") == 0
    assert list(json.loads((tmp_path / "report.json").read_text())["sets"]) == ["test"]
    assert {path.name for path in tmp_path.iterdir()} == {*RESULTS, "notes.txt"}
    assert evaluated.is_dir()


def test_ones_own_images_are_scored(model_folder, segmenter, small_set, tmp_path):
    ArraySet(small_set.images[:3], small_set.masks[:3]).save(tmp_path / "mine.npz")
    folder = tmp_path / "results"
    assert status("--model", model_folder, "--data", tmp_path / "mine.npz", "--output", folder) == 0
    found = json.loads((folder / "report.json").read_text())["sets"]["mine"]
    expected = pixel_report(small_set.masks[:3], segmenter.predict(small_set.images[:3]).mask)
    assert found["confusion"] == expected.confusion.tolist()
    assert found["clear"] is None
    assert found["data"] == str(tmp_path / "mine.npz")
    assert {path.name for path in folder.iterdir()} == set(RESULTS)
    text = (folder / "report.txt").read_text()
    assert f"tiny on mine: {tmp_path / 'mine.npz'}, 3 frames of 64×64 px\n" in text


def test_the_default_sets_are_those_of_the_help():
    sets = choose_sets(parsed(""), CLASSES)
    assert {name: (len(frames), frames.seed) for name, frames in sets.items()} == {
        "test": (42, TEST_SEED),
        "general": (200, TEST_SEED),
    }
    sets = choose_sets(parsed("--recipe mixed test --seed 7 --shape 64x32"), CLASSES)
    assert list(sets) == ["mixed", "test"]
    assert {(len(frames), frames.seed) for frames in sets.values()} == {(42, 7)}
    assert sets["test"].recipe.shape == (64, 32)


def test_the_frames_of_the_recipe_test_are_those_of_every_training_report():
    frames = choose_sets(parsed("--recipe test"), CLASSES)["test"]
    rng = np.random.default_rng(TEST_SEED)
    trained = simulate_dataset(RECIPES["test"], n_images=N_TEST_IMAGES, rng=rng)
    assert len(frames) == len(trained)
    for i, frame in enumerate(frames):
        np.testing.assert_array_equal(frame.image, trained.images[i])
        np.testing.assert_array_equal(frame.mask, trained.masks[i])
        np.testing.assert_array_equal(frame.unclear, trained.unclear[i])


def test_frames_are_simulated_one_at_a_time(monkeypatch):
    made = []

    def simulate_image(*_arguments, **_named):
        made.append(len(made))
        return made[-1]

    monkeypatch.setattr("ccdseg.simulation.image.simulate_image", simulate_image)
    for number in SimulatedFrames(RECIPES["test"], 20, seed=0):
        assert len(made) <= number + 2


def test_clusters_of_another_library_are_pasted(tmp_path):
    ClusterLibrary.from_arrays([np.full((5, 9), 3.0)]).save(tmp_path / "own.npz")
    line, library = (
        "--recipe test general --n 1 --shape 128x128",
        f"--library {tmp_path / 'own.npz'}",
    )
    own, usual = (choose_sets(parsed(text), CLASSES) for text in (f"{line} {library}", line))
    images = {
        name: [next(iter(sets[name])).image for sets in (own, usual)]
        for name in ("test", "general")
    }
    assert not np.array_equal(*images["test"])
    np.testing.assert_array_equal(*images["general"])


def test_the_help_teaches_by_examples_that_are_understood(capsys):
    assert status("--help") == 0
    assert evaluate.DESCRIPTION in capsys.readouterr().out
    examples = re.findall(r"^  ccdseg evaluate(.*?)(?:  .*)?$", evaluate.DESCRIPTION, re.MULTILINE)
    assert len(examples) == 7
    for example in examples:
        assert parsed(example).output == Path("evaluation")


BAD = [
    ("--recipe sky", "--recipe: invalid choice: 'sky'"),
    ("--recipe test --data a.npz", "not allowed with"),
    ("--n 0", "--n: '0' is not a whole number above 0"),
    ("--shape 64", "--shape: '64' is no shape"),
    ("--seed -1", "--seed: '-1' is not a whole number from 0"),
    ("--model nothing", "Unknown model 'nothing'"),
    ("--model other", "other tells sky, cosmic apart.*--data"),
    ("--data missing.npz", "No data file missing.npz"),
    ("--data unlabelled.npz", "unlabelled.npz holds no masks"),
    ("--data unlabelled.npz --n 3", "--n is about simulated frames; leave it out with --data"),
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
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "report.txt").write_text("precious")
    (tmp_path / "other").mkdir()
    description = json.loads((model_folder / "segmenter.json").read_text())
    description["classes"] = [
        {"index": i, "name": name, "colour": [0, 0, 0]} for i, name in enumerate(["sky", "cosmic"])
    ]
    del description["thresholds"]
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
