// Python's view of the native kernels for worlds.
#include <nanobind/nanobind.h>

NB_MODULE(_worlds, m) { m.doc() = "lucid3d: native kernels for worlds"; }
