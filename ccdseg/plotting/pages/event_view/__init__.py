"""Events on the page of a frame: table, cut-outs, outlines, verdict, spectrum."""
