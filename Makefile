VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
PEERS := .venv-peers

export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: run test test-window lint docs notebooks bench bench-trust bench-peers bench-raw study study-cosmics study-correction scores scores-cosmics real-frames physics models clean

run: $(READY)  ## train the default preset and segment the sample frame with it
	$(PYTHON) scripts/train.py --preset default --output runs/model --overwrite
	$(PYTHON) scripts/load_model.py datasets/sample_frame.fits.fz --model runs/model \
		--find cluster --output runs/sample --overwrite
	@echo
	@echo "Trained model, learning curves and report: runs/model"
	@echo "Segmented frame, pictures and summary:     runs/sample"

test: $(READY)
	$(PYTHON) -m pytest -n 2 --dist loadscope --no-loadscope-reorder

test-window: $(READY)  ## the window of `ccdseg correct`, on a virtual display (xvfb-run)
	$(PYTHON) -m pip install --quiet --editable ".[napari]"
	xvfb-run --auto-servernum --server-args "-screen 0 1600x1000x24" \
		$(PYTHON) -m pytest tests/workflows/correction

lint: $(READY)  ## format, all rules of ruff, types of the public interface (tests/typing)
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy

docs: $(READY)  ## the documentation, into docs/_build/html; warnings are errors
	$(PYTHON) -m pip install --quiet --editable ".[docs]"
	$(PYTHON) -m sphinx --fresh-env --fail-on-warning --keep-going --jobs 2 -b html docs docs/_build/html

notebooks: $(READY)  ## execute the notebooks and store their outputs
	$(PYTHON) -m docs.notebooks

bench: $(READY)  ## speed: arrays, events, pictures, the whole command
	$(PYTHON) -m benchmarks
	$(PYTHON) -m benchmarks.event_measurement
	$(PYTHON) -m benchmarks.pictures
	$(PYTHON) -m benchmarks.command
	$(PYTHON) -m benchmarks.large_frames

bench-trust: $(READY)  ## killed workers, killed trainings, damaged files (a quarter of an hour)
	$(PYTHON) -m benchmarks.kills --n 200
	$(PYTHON) -m benchmarks.fuzz --n 10000
	$(PYTHON) -m pytest -q -m slow tests/cli/test_resume.py

bench-raw: $(READY) $(PEERS)/.ready  ## raw exposures to energies, beside ccdfits
	$(PEERS)/bin/python -m benchmarks.raw_run

bench-peers: $(READY) $(PEERS)/.ready  ## throughput beside ONNX Runtime, deepCR, Cosmic-CoNN and astroscrappy
	$(PYTHON) -m benchmarks.baselines --python $(PEERS)/bin/python

# each folder appears when it is whole; a training that was killed goes on by the same command
models: runs/models/cosmics-unet/segmenter.json  ## both models that ship, from random weights (hours)

runs/models/damic-unet/segmenter.json: | $(READY)
	$(PYTHON) scripts/train.py --preset damic-unet --output $(@D) \
		$(TRAINING_OPTIONS) $(if $(wildcard $(@D).unfinished),--resume)

runs/models/cosmics-unet/segmenter.json: runs/models/damic-unet/segmenter.json | $(READY)
	$(PYTHON) scripts/train.py --preset cosmics-unet --weights runs/models/damic-unet \
		--output $(@D) $(TRAINING_OPTIONS) $(if $(wildcard $(@D).unfinished),--resume)

study: $(READY)  ## networks, losses and normalisations at the same training time (hours)
	$(PYTHON) -m benchmarks.study

study-cosmics: $(READY)  ## a lean U-Net and DeepLabV3+ for cosmics at the same training time
	$(PYTHON) -m benchmarks.cosmics

study-correction: $(READY)  ## five corrected frames of a defect that damic-unet gets wrong
	$(PYTHON) -m benchmarks.correction

scores: $(READY)  ## scores of the model that ships, by threshold into its report, too
	$(VENV)/bin/ccdseg evaluate --store --output runs/scores --overwrite

scores-cosmics: $(READY) $(PEERS)/.ready  ## cosmics in each kind of light, beside all baselines
	$(PEERS)/bin/ccdseg evaluate --model cosmics-unet --domains --store \
		--output runs/scores-cosmics --overwrite --baselines astroscrappy deepCR cosmic-conn threshold

real-frames: $(READY) $(PEERS)/.ready  ## cosmics in real frames of the folder FRAMES, beside all baselines
	$(PEERS)/bin/python -m benchmarks.real_frames $(FRAMES)

physics: $(READY)  ## how well events are found, measured and identified
	$(VENV)/bin/ccdseg physics --output runs/physics --overwrite

clean:
	rm -rf $(VENV) $(PEERS) docs/_build docs/_generated runs build dist .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# opencv-python needs libGL and glib; where a machine lacks them, the headless build takes its place
$(READY): pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --editable ".[dev]"
	$(PYTHON) -c "import cv2" 2>/dev/null || { \
		$(PYTHON) -m pip uninstall --quiet --yes opencv-python && \
		$(PYTHON) -m pip install --quiet opencv-python-headless; }
	touch $@

# six gigabytes, so apart; where one of them cannot be installed, the others still are
$(PEERS)/.ready: benchmarks/baselines.txt
	python3 -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --editable .
	while read -r package _; do $(PEERS)/bin/python -m pip install --quiet "$$package" || \
		echo "$$package cannot be installed here"; done < $<
	touch $@
