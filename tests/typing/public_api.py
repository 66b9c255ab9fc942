"""Use of the package, as a type checker sees it: `make lint` checks this file, nothing runs it.

The types are imported from the modules that define them, so that a name that a lazy package hides
from the checker is an error here.
"""

from pathlib import Path
from typing import assert_type

import numpy as np

from ccdseg import (
    CLASSES,
    DAMIC,
    Detector,
    Segmenter,
    TrainingConfig,
    __version__,
    evaluation,
    events,
    fits_io,
    list_models,
    postprocessing,
    segmentation,
    simulation,
    training,
    workflows,
)
from ccdseg.classes import ClassCatalogue
from ccdseg.detector.ccd import Detector as DefinedDetector
from ccdseg.evaluation.event_match import EventMatch
from ccdseg.fits_io.frame import Frame
from ccdseg.plotting import pages
from ccdseg.postprocessing.restrictions import RestrictedMask
from ccdseg.segmentation.predicting import Prediction
from ccdseg.segmentation.segmenter import Segmenter as DefinedSegmenter
from ccdseg.simulation.truth import SimulatedImage
from ccdseg.training.config import TrainingConfig as DefinedConfig
from ccdseg.training.plan import TrainingPlan
from ccdseg.workflows.calibration import CalibratedDetector
from ccdseg.workflows.evaluating.evaluation_result import Evaluation
from ccdseg.workflows.learning.training_run import TrainedModel
from ccdseg.workflows.rates.spectrum import RunSpectrum
from ccdseg.workflows.reduction import ReducedFile, ReducedRun
from ccdseg.workflows.segment import FileResult, FrameResult, RunResult
from ccdseg.workflows.segment.run_tables.tables import RunTables


def facts() -> None:
    """Classes, detectors, and models that ship."""
    assert_type(CLASSES, ClassCatalogue)
    assert_type(DAMIC, DefinedDetector)
    assert_type(Detector.load("damic"), DefinedDetector)
    assert_type(__version__, str)
    assert_type(list_models(), dict[str, Path])
    assert_type(segmentation.DEFAULT_MODEL, str)


def use_arrays(rng: np.random.Generator) -> None:
    """Simulate an array, segment it, and find its events."""
    simulated = simulation.simulate_image(simulation.RECIPES["general"], detector=DAMIC, rng=rng)
    assert_type(simulated, SimulatedImage)
    segmenter = Segmenter.load("damic-unet")
    assert_type(segmenter, DefinedSegmenter)
    prediction = segmenter.predict(simulated.image)
    assert_type(prediction, Prediction)
    restricted = postprocessing.restrict(prediction.mask)
    assert_type(restricted, RestrictedMask)
    assert_type(restricted.mask, np.ndarray)
    found = events.find_events(simulated.image, restricted.mask, detector=DAMIC)
    truth = simulated.events.seen_in(simulated.image.shape, pair_energy=DAMIC.pair_energy)
    assert_type(evaluation.match_events(truth, found), EventMatch)
    assert_type(pages.frame_page(simulated.image, restricted.mask, events=found), str)


def use_files(path: Path, segmenter: Segmenter) -> None:
    """Reduce, read and segment files, and draw a spectrum of the run."""
    assert_type(workflows.reduce_file(path), ReducedFile)
    assert_type(workflows.reduce_files([path], output=path), ReducedRun)
    assert_type(fits_io.read_frames(path), list[Frame])
    frame = fits_io.read_frame(path)
    assert_type(frame, Frame)
    result = workflows.segment_frame(frame, segmenter, detector="damic", grow=1, amplifiers="2x2")
    assert_type(result, FrameResult)
    assert_type(result.mask, np.ndarray)
    assert_type(workflows.segment_file(path, segmenter, hdu=1), FileResult)
    assert_type(workflows.segment_files([path], segmenter, output="segmentation"), RunResult)
    assert_type(workflows.read_run(path), RunTables)
    assert_type(workflows.spectrum(path), RunSpectrum)
    assert_type(workflows.calibrate(path, segmenter), CalibratedDetector)


def train_models(path: Path, segmenter: Segmenter) -> None:
    """Train from a plan, and evaluate."""
    assert_type(TrainingConfig(), DefinedConfig)
    assert_type(training.PRESETS, dict[str, TrainingPlan])
    assert_type(workflows.train(training.read_plan(path), "models/mine"), TrainedModel)
    assert_type(workflows.evaluate(segmenter, recipes=["general"]), Evaluation)


def make_mistakes(frame: Frame, segmenter: Segmenter) -> None:
    """Make mistakes that the checker must see: an ignored error that is none is an error."""
    workflows.segment_frame(frame, segmenter, gorw=1)  # type: ignore[call-arg]
    workflows.segment_frame(frame, segmenter, grow="1")  # type: ignore[arg-type]
    workflows.segment_fraem(frame, segmenter)  # type: ignore[attr-defined]
