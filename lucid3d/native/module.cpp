// Python's view of the native kernels.
#include <nanobind/nanobind.h>

NB_MODULE(_native, m) { m.doc() = "lucid3d's hot loops"; }
