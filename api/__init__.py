"""HTTP API, console and command line: everything that faces outwards."""

import os

# Read by numpy's BLAS when it loads: its products here are small, and its waiting threads would take the cores that
# other requests work on (a third of the processor time of the longest messages).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
