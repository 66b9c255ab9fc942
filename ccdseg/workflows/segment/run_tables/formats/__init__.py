"""Formats of tables of a run, by the ending of their names."""

from ccdseg.workflows.segment.run_tables.formats import ecsv, hdf5, parquet, root

FORMATS = {
    ".parquet": parquet.FORMAT,
    ".h5": hdf5.FORMAT,
    ".hdf5": hdf5.FORMAT,
    ".root": root.FORMAT,
    ".ecsv": ecsv.FORMAT,
}
