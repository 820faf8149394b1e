// Python's view of the native kernels for gaussians.
#include <nanobind/nanobind.h>

NB_MODULE(_gaussians, m) { m.doc() = "lucid3d: native kernels for gaussians"; }
