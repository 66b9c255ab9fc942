"""Tables of a run: its images, its events, and the files that hold them."""
