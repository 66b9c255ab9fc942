"""``ccdseg train --resume``: trainings that were killed, and mistakes about them."""

import os
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from functools import partialmethod
from pathlib import Path

import numpy as np
import pytest
from keras import callbacks

from ccdseg import workflows
from ccdseg.cli import main
from ccdseg.cli.commands import train
from ccdseg.cli.output import run_script
from ccdseg.segmentation.store import read_training
from ccdseg.simulation import RECIPES
from ccdseg.training import fitting
from ccdseg.training.config import TrainingConfig
from ccdseg.training.config_file import write_plan
from ccdseg.training.plan import Stage, TrainingPlan
from ccdseg.training.presets import PRESETS
from ccdseg.workflows.learning import training_run, training_sets
from tests.killing import KilledError, kill_at
from tests.recipes import original_style

TINY = TrainingPlan(
    name="tiny",
    architecture="lean_unet",
    network={"filters": (2, 2), "head": 2},
    normalizer="robust",
    recipe=original_style("tiny", (32, 32), glow_width=(8, 12)),
    n_images=12,
    streamed=True,
    config=TrainingConfig(epochs=3, batch_size=4, learning_rate=1e-2),
    test_recipe=RECIPES["test"].scaled((32, 32)),
)
TRAINING = ["--preset", "tiny", "--output", "models/mine"]
KILL = """
import sys
import pytest
sys.path[:0] = sys.argv[1:2]
from tests.cli.test_resume import make_fast, run, small
with pytest.MonkeyPatch.context() as patch:
    small(patch)
    make_fast(patch)
    from tests.killing import kill_at
    kill_at(patch, 1, midway=True, signal_number=9)
    run()
"""

RUN = """
import sys
from dataclasses import replace
import pytest
sys.path[:0] = sys.argv[1:2]
from ccdseg.training.presets import PRESETS
from tests.cli.test_resume import TINY, make_fast, run, small
with pytest.MonkeyPatch.context() as patch:
    small(patch)
    make_fast(patch)
    patch.setitem(PRESETS, "tiny", TINY.with_config(epochs=60))
    sys.exit(run("--output", sys.argv[2], *sys.argv[3:]))
"""
"""A training of 60 short epochs into a folder."""


def small(patch):
    """Make the preset known, and the test set of two small images."""
    patch.setitem(PRESETS, "tiny", TINY)
    patch.setattr(training_sets, "N_TEST_IMAGES", 2)


def make_fast(patch):
    """Spare what takes seconds: compiling, figures, many frames to choose thresholds."""
    import keras

    patch.setattr(keras.Model, "compile", partialmethod(keras.Model.compile, run_eagerly=True))
    patch.setattr(training_run, "write_figures", lambda *_arguments, **_options: None)
    patch.setattr(training_sets, "N_CALIBRATION", 1)


def run(*options):
    """Exit status of ``train.py``."""
    try:
        return run_script(train, [*TRAINING, *options])
    except SystemExit as stop:
        return stop.code


def content(folder="."):
    return {path: path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """Return an empty folder, the current one."""
    small(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stopped(workplace):
    """Folder of a training that was begun by `TRAINING` and stopped."""
    folder = workplace / "models" / "mine.unfinished"
    folder.mkdir(parents=True)
    write_plan(TINY, folder / "config.toml")
    (folder / "training_log.csv").write_text("precious")
    return folder


@pytest.fixture
def refused(capsys):
    """Check that a training ends with status 2 and one line that matches, and nothing written."""

    def check(message, *options):
        before = content(), set(Path().rglob("*"))
        assert run(*options) == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
        lines = [line for line in lines if "%|" not in line]
        assert len(lines) == 1, lines
        assert re.search(f"error: .*{message}", lines[0]), lines[0]
        assert (content(), set(Path().rglob("*"))) == before

    return check


@pytest.mark.usefixtures("workplace")
def test_where_nothing_was_begun_nothing_is_resumed(refused):
    refused("Nothing to resume: models/mine.unfinished holds no stopped training", "--resume")


@pytest.mark.parametrize("text", [None, "", "{", "[", "text"])
def test_a_damaged_folder_is_not_resumed(refused, stopped, text):
    (stopped / "config.toml").unlink()
    if text is not None:
        (stopped / "config.toml").write_text(text)
    refused("Nothing to resume", "--resume")


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seed", "5"], "begun with config.seed 0 and .* go on with 5; give the same config"),
        (["--epochs", "9"], "begun with config.epochs 3 and is to go on with 9"),
        (["--preset", "default"], "begun with architecture lean_unet and is to go on with unet"),
        (["--augment", "all"], "begun with augment none and is to go on with all"),
    ],
)
def test_a_training_goes_on_with_the_same_arguments_only(refused, options, message):
    refused(message, *options, "--resume")


@pytest.mark.usefixtures("stopped")
def test_a_stopped_training_is_not_lost_by_beginning_it_anew(refused):
    refused("mine.unfinished holds a training that was stopped: .* --resume, .* --overwrite")


@pytest.mark.usefixtures("stopped")
def test_a_finished_model_is_not_resumed(refused):
    Path("models/mine").mkdir()
    refused("models/mine exists already; pass --overwrite", "--resume")


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--preset", "general", "--labels", "bands"],
            "need one pedestal, one noise and fixed levels",
        ),
        (["--data", "unlabelled.npz"], "unlabelled.npz holds no masks"),
        (["--weights", "other.weights.h5"], "other.weights.h5 do not fit the network"),
    ],
)
def test_a_mistake_leaves_no_training_behind(refused, options, message):
    np.savez("unlabelled.npz", images=np.zeros((4, 16, 16), np.float32))
    Path("other.weights.h5").write_text("no weights")
    refused(message, *options)


def test_the_command_goes_on_with_what_the_script_began(stopped, monkeypatch):
    opened = []

    def end(*arguments, **options):
        opened.append(find(*arguments, **options))
        raise StopIteration

    find = training_run.find_unfinished
    monkeypatch.setattr(training_run, "find_unfinished", end)
    with pytest.raises(StopIteration):
        main(["train", *TRAINING, "--resume"])
    assert opened == [stopped.relative_to(Path.cwd())]


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL")
def test_a_training_that_was_killed_goes_on_as_if_it_had_not_been(workplace, monkeypatch, capsys):
    from ccdseg.segmentation.segmenter import Segmenter

    make_fast(monkeypatch)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run(  # noqa: S603 - the code is above
        [sys.executable, "-c", KILL, Path(__file__).parents[2]],
        cwd=workplace,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert not Path("models/mine").exists()
    assert run("--resume") == 0
    assert "Epoch 2/3" in capsys.readouterr().err
    assert [path.name for path in Path("models").iterdir() if path.name[0] != "."] == ["mine"]
    resumed = Segmenter.load("models/mine")
    histories = [read_training(Path("models/mine"))[0]["history"]]
    assert run("--overwrite") == 0
    whole = Segmenter.load("models/mine")
    histories.append(read_training(Path("models/mine"))[0]["history"])
    assert histories[0] == histories[1]
    assert len(histories[0]["loss"]) == 3
    weights = (segmenter.network.get_weights() for segmenter in (resumed, whole))
    assert all(np.array_equal(*pair) for pair in zip(*weights, strict=True))


def test_a_training_of_stages_goes_on_in_the_stage_in_which_it_was_killed(workplace, monkeypatch):
    make_fast(monkeypatch)
    monkeypatch.setattr(training_run, "import_keras", lambda: None)
    other = original_style("other", (32, 32), glow_width=(12, 16))
    stages = (Stage(TINY.recipe, 1, 1e-2), Stage(other, 2, 5e-3))
    plan = replace(TINY, stages=stages)
    whole = workflows.train(plan, workplace / "whole")
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, 1)
        with pytest.raises(KilledError):
            workflows.train(plan, workplace / "resumed")
    resumed = workflows.train(plan, workplace / "resumed", resume=True)
    assert resumed.histories == whole.histories
    assert [len(history["loss"]) for history in resumed.histories] == [1, 2]
    weights = (trained.segmenter.network.get_weights() for trained in (resumed, whole))
    assert all(np.array_equal(*pair) for pair in zip(*weights, strict=True))
    first, second = read_training(workplace / "resumed")
    assert (first["recipe"]["name"], second["recipe"]["name"]) == ("tiny", "other")
    assert (first["config"]["seed"], second["config"]["seed"]) == (0, 1)
    assert [stage["history"] for stage in (first, second)] == resumed.histories
    logs = {path.name for path in (workplace / "resumed").glob("*.csv")}
    assert logs == {"training_log_1.csv", "training_log_2.csv"}


def test_a_training_begun_anew_forgets_the_one_that_was_stopped(stopped, monkeypatch):
    kept = {}

    def end(*_arguments, **_options):
        kept.update(content(stopped))
        raise KeyboardInterrupt

    monkeypatch.setattr(training_run, "train_stage", end)
    assert run("--overwrite") == 130
    assert [path.name for path in kept] == ["config.toml"]
    (settings,) = kept.values()
    assert tomllib.loads(settings.decode())["preset"] == "tiny"


def test_a_user_ends_the_whole_training_not_one_stage(workplace, monkeypatch, caplog):
    make_fast(monkeypatch)
    monkeypatch.setattr(training_run, "import_keras", lambda: None)
    usual = fitting.make_callbacks

    class Interruption(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):  # noqa: ARG002 - the signature is that of keras
            if epoch == 1:
                raise KeyboardInterrupt

    monkeypatch.setattr(
        fitting, "make_callbacks", lambda *args, **opts: [*usual(*args, **opts), Interruption()]
    )
    plan = replace(TINY, stages=(Stage(TINY.recipe, 3, 1e-2), Stage(TINY.recipe, 3, 5e-3)))
    trained = workflows.train(plan, workplace / "mine")
    assert [len(history["loss"]) for history in trained.histories] == [1]
    assert len(read_training(workplace / "mine")) == 1
    assert "interrupted: 1 of 2 stages left out" in caplog.messages
    assert not (workplace / "mine.unfinished").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL")
def test_five_kills_at_random_times_change_nothing(tmp_path):
    rng = np.random.default_rng()
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *sys.path])}

    def begin(name, *options):
        command = [sys.executable, "-c", RUN, root, name, *options]
        return subprocess.Popen(command, cwd=tmp_path, env=environment)  # noqa: S603

    assert begin("whole").wait() == 0
    log = tmp_path / "killed.unfinished" / "stage-1" / "training_log.csv"
    for number in range(5):
        before = log.read_text() if log.exists() else ""
        training = begin("killed", *(["--resume"] if number else []))
        while not log.exists() or log.read_text() == before:
            assert training.poll() is None
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.5))
        training.kill()
        assert training.wait() == -9
    assert begin("killed", "--resume").wait() == 0
    whole, killed = (read_training(tmp_path / name)[0] for name in ("whole", "killed"))
    assert len(whole["history"]["loss"]) == 60
    assert killed["history"] == whole["history"]
