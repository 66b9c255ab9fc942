"""``ccdseg physics`` and ``ccdseg particles``: what they measure, write and refuse."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.table import QTable
from PIL import Image

from ccdseg.classes import CLASSES
from ccdseg.cli import main
from ccdseg.cli.commands import physics
from ccdseg.events.row_edges import CutClassifier
from ccdseg.identification import ParticleClassifier
from ccdseg.simulation import RECIPES
from ccdseg.simulation.components import HotLines, Particles, SerialRegisterEvents
from ccdseg.workflows.physics_report import physics_parts, physics_separation
from ccdseg.workflows.physics_report.physics_parts import hard_recipes
from ccdseg.workflows.physics_report.physics_run import PARTS, RESULTS
from tests.command_line import files, said, status


@pytest.fixture(scope="module")
def measured(model_folder, tmp_path_factory):
    """Folder of the results of one small frame of each part."""
    folder = tmp_path_factory.mktemp("physics") / "results"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("events", "general"):
            patch.setitem(RECIPES, name, RECIPES[name].scaled((80, 80)))
        patch.setattr(physics_separation, "DISTANCES", (4.0,))
        patch.setattr(physics_separation, "CROWDING", (75,))
        curve = physics_parts.detection_curve
        patch.setattr(
            physics_parts,
            "detection_curve",
            lambda *arguments, **options: curve(*arguments, **options, shape=(64, 64)),
        )
        options = ["--frames", 2, "--model", model_folder, "--output", folder]
        assert status(main, "physics", *options) == 0
    return folder


def test_every_part_leaves_its_text_table_and_figure(measured):
    assert set(files(measured)) == set(RESULTS)
    report = (measured / "report.md").read_text(encoding="utf-8")
    assert len(re.findall("^## ", report, re.MULTILINE)) == len(PARTS)
    assert "Made by `ccdseg physics --frames 2" in report
    for path in measured.glob("*.png"):
        with Image.open(path) as picture:
            assert np.asarray(picture.convert("L")).std() > 5


def test_the_tables_hold_what_was_measured(measured):
    events, detection, restrictions = (
        QTable.read(measured / f"{name}.ecsv") for name in ("events", "detection", "restrictions")
    )
    assert set(events["noise"].value) == {0.2, 1.6}
    assert set(detection["width"].value) == {0.4, 0.7, 1.0}
    assert np.all((detection["matched_filter"] >= 0) & (detection["matched_filter"] <= 1))
    assert set(restrictions["frames"]) == set(hard_recipes())
    for name in PARTS:
        assert re.search(rf"^  {name} ", physics.DESCRIPTION, re.MULTILINE)


@pytest.mark.usefixtures("workplace")
def test_one_part_can_be_asked_for(monkeypatch):
    monkeypatch.setitem(RECIPES, "general", RECIPES["general"].scaled((64, 64)))
    options = ["--model", "tiny", "--frames", "1", "--only", "restrictions"]
    assert status(main, "physics", *options) == 0
    assert set(files(Path("physics"))) == {"report.md", "restrictions.ecsv"}


def test_hard_frames_hold_what_they_are_named_after():
    recipes = hard_recipes()
    plain = recipes["domain randomisation"]
    assert plain == RECIPES["general"]
    for name, kind in (
        ("thick hot columns", HotLines),
        ("serial-register events", SerialRegisterEvents),
        ("dense clusters", Particles),
    ):
        pairs = zip(plain.components, recipes[name].components, strict=True)
        (changed,) = [new for old, new in pairs if new != old]
        assert isinstance(changed, kind)
        assert changed.probability == 1


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("physics --only colour", "--only: invalid choice: 'colour'"),
        ("physics --frames 0", "--frames: '0' is not a whole number above 0"),
        ("physics --model nothing", "Unknown model 'nothing'"),
        ("physics --model tiny", "physics/report.md exists already; pass --overwrite"),
        ("particles", "required: -o/--output"),
        ("particles -o old.npz", "old.npz exists already; pass --overwrite"),
        ("particles -o new.npz --model nothing", "Unknown model 'nothing'"),
    ],
)
def test_mistakes_are_refused(refused, line, message):
    Path("physics").mkdir()
    for path in ("physics/report.md", "old.npz"):
        Path(path).write_text("precious")
    refused(message, *line.split())


@pytest.mark.usefixtures("workplace")
def test_a_classifier_is_trained_and_tested(monkeypatch, capsys):
    for name in ("events", "crowded"):
        monkeypatch.setitem(RECIPES, name, RECIPES[name].scaled((160, 160)))
    monkeypatch.setattr("ccdseg.cli.commands.particles.chosen_model", BySigmas)
    line = ("particles", "-o", "mine.npz", "--cuts", "cuts.npz", "--frames", "36")
    assert status(main, *line) == 0
    output = capsys.readouterr()
    assert "classifier: mine.npz" in output.out
    assert "macro F1" in output.out
    assert not [line for line in said(output.err) if "rror" in line]
    classifier = ParticleClassifier.load("mine.npz")
    assert classifier.perceptron.weights[0].shape == (len(classifier.features), 64)
    assert classifier.training["command"] == f"ccdseg {' '.join(line)}"
    assert (classifier.training["frames"], classifier.training["seed"]) == (36, 0)
    assert classifier.training["recipe"]["shape"] == [160, 160]
    assert CutClassifier.load("cuts.npz").training == classifier.training


class BySigmas:
    """A model that calls every pixel far above the median a cluster."""

    name, classes = "sigmas", CLASSES

    def __init__(self, _folder):
        pass

    def predict(self, image, *, probabilities):
        assert not probabilities
        median = np.median(image)
        noise = 1.48 * np.median(np.abs(image - median))
        return SimpleNamespace(mask=np.where(image > median + 6 * noise, 3, 0).astype(np.uint8))
