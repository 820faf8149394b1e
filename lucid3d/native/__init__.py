"""The compiled modules: `_gaussians`, `_geometry` and `_worlds`."""

import os

# Read when the OpenMP library is loaded, which the modules below this package do. By default its threads spin at the
# end of every loop, and wait there for one whose core another program has taken: training beside one busy program
# took twice to six times as long. A choice of the person's own stays.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
