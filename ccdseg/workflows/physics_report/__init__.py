"""Report of the physics: how well events are found, measured, identified and separated."""
