"""Imported before anything that loads numpy: keeps its BLAS to one thread.

Products here are small, and waiting BLAS threads would take the cores that other requests work on (a quarter of the
processor time of the longest messages).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
