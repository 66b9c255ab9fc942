"""Training of models and of the classifier of particles: sets, state, resuming, report."""
