"""Training and prediction on a backend other than the default."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

TRAIN = """
import json, sys
import keras
import numpy as np
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.models import lean_unet
from ccdseg.training.presets import GENERAL
from ccdseg.training import SimulatedData, TrainingConfig, train

keras.utils.set_random_seed(3)
segmenter = Segmenter(lean_unet(filters=(2, 2), head=2))
history = train(
    segmenter,
    SimulatedData(GENERAL.recipe.scaled((32, 32)), n_images=8),
    config=TrainingConfig(epochs=2, batch_size=4, loss="focal_dice"),
    folder=sys.argv[1],
    progress=False,
)
image = np.random.default_rng(1).normal(0, 1, (40, 50)).astype(np.float32)
prediction = segmenter.predict(image)
segmenter.save(sys.argv[2])
probabilities = prediction.probabilities.round(6).tolist()
print(json.dumps([keras.backend.backend(), history, probabilities]))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_trains_and_predicts_alike(tmp_path, backend):
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    from ccdseg.segmentation.segmenter import Segmenter

    result = subprocess.run(  # noqa: S603 - the code is above
        [sys.executable, "-c", TRAIN, tmp_path / "state", tmp_path / "model"],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found, history, probabilities = json.loads(result.stdout.splitlines()[-1])
    assert found == backend
    assert np.isfinite(history["val_loss"]).all()
    assert len(history["loss"]) == 2
    image = np.random.default_rng(1).normal(0, 1, (40, 50)).astype(np.float32)
    here = Segmenter.load(tmp_path / "model").predict(image).probabilities
    np.testing.assert_allclose(here, probabilities, atol=1e-4)
