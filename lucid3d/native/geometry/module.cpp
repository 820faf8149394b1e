// Python's view of the native kernels for geometry.
#include <nanobind/nanobind.h>

NB_MODULE(_geometry, m) { m.doc() = "lucid3d: native kernels for geometry"; }
