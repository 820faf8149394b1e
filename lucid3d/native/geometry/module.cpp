// Python's view of the native kernels for geometry.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "project.h"

namespace nb = nanobind;
using nb::ndarray;
using Cpu = nb::device::cpu;
template <typename T, typename Shape>
using Array = ndarray<T, Shape, nb::c_contig, Cpu>;
using Points = Array<const float, nb::shape<-1, 3>>;
using Values = Array<const float, nb::shape<-1>>;
using Map = Array<const float, nb::shape<-1, -1>>;

namespace {

geometry::Lens make_lens(int width, int height, Values intrinsics, Array<const double, nb::shape<4, 4>> camera_from_world,
                         Array<const double, nb::shape<3>> position) {
    geometry::Lens lens{width, height, intrinsics(0), intrinsics(1), intrinsics(2), intrinsics(3), {}, {}};
    for (size_t i = 0; i < 3; ++i) {
        for (size_t j = 0; j < 3; ++j) lens.rotation[3 * i + j] = float(camera_from_world(i, j));
        lens.position[i] = float(position(i));
    }
    return lens;
}

}  // namespace

NB_MODULE(_geometry, m) {
    m.doc() = "lucid3d: native kernels for geometry";
    m.def(
        "project",
        [](Points positions, Points normals, Values footprints, Array<const bool, nb::shape<-1>> is_sky, int width, int height,
           Values intrinsics, Array<const double, nb::shape<4, 4>> camera_from_world,
           Array<const double, nb::shape<3>> position, float near_depth, float max_magnification, int threads,
           Array<int32_t, nb::shape<-1, -1>> point_index, Array<float, nb::shape<-1, -1>> depth) {
            const geometry::Lens lens = make_lens(width, height, intrinsics, camera_from_world, position);
            const geometry::CloudView cloud{int64_t(positions.shape(0)), positions.data(), normals.data(), footprints.data(),
                                            is_sky.data()};
            nb::gil_scoped_release release;
            geometry::project(cloud, lens, near_depth, max_magnification, threads, point_index.data(), depth.data());
        },
        "Z-buffered footprints of a point cloud; fills point_index and depth.");
    m.def(
        "surface",
        [](Map depth, Values intrinsics, int threads, Array<float, nb::shape<-1, -1, 3>> normals,
           Array<float, nb::shape<-1, -1>> confidences) {
            geometry::Lens lens{};
            lens.width = int(depth.shape(1)), lens.height = int(depth.shape(0));
            lens.fx = intrinsics(0), lens.fy = intrinsics(1), lens.cx = intrinsics(2), lens.cy = intrinsics(3);
            nb::gil_scoped_release release;
            geometry::surface(depth.data(), lens, threads, normals.data(), confidences.data());
        },
        "Normals (camera frame, towards the camera) and confidences of a z-depth map.");
}
