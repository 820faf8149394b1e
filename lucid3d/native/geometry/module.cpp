// Python's view of the native kernels for geometry.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "kernels.h"

namespace nb = nanobind;
using namespace nb::literals;
using nb::ndarray;
using Cpu = nb::device::cpu;
template <typename T, typename Shape>
using Array = ndarray<T, Shape, nb::c_contig, Cpu>;
using Points = Array<const float, nb::shape<-1, 3>>;
using Values = Array<const float, nb::shape<-1>>;
using Map = Array<const float, nb::shape<-1, -1>>;

namespace {

geometry::Lens make_lens(int width, int height, Values intrinsics,
                         Array<const double, nb::shape<4, 4>> camera_from_world,
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
      [](Points positions, Points normals, Values footprints, Array<const bool, nb::shape<-1>> is_sky, int width,
         int height, Values intrinsics, Array<const double, nb::shape<4, 4>> camera_from_world,
         Array<const double, nb::shape<3>> position, float near_depth, float max_magnification, int threads,
         Array<int32_t, nb::shape<-1, -1>> point_index, Array<float, nb::shape<-1, -1>> depth) {
        const geometry::Lens lens = make_lens(width, height, intrinsics, camera_from_world, position);
        const geometry::CloudView cloud{int64_t(positions.shape(0)), positions.data(), normals.data(),
                                        footprints.data(), is_sky.data()};
        nb::gil_scoped_release release;
        geometry::project(cloud, lens, near_depth, max_magnification, threads, point_index.data(), depth.data());
      },
      "positions"_a, "normals"_a, "footprints"_a, "is_sky"_a, "width"_a, "height"_a, "intrinsics"_a,
      "camera_from_world"_a, "position"_a, "near_depth"_a, "max_magnification"_a, "threads"_a, "point_index"_a,
      "depth"_a, "Z-buffered footprints of a point cloud; fills point_index and depth.");
  m.def(
      "lift",
      [](Map depth, Array<const int64_t, nb::shape<-1>> pixels, Values intrinsics,
         Array<const double, nb::shape<4, 4>> camera_from_world, Array<const double, nb::shape<3>> position,
         float sky_radius, int threads, Array<float, nb::shape<-1, 3>> positions,
         Array<float, nb::shape<-1, 3>> normals, Array<float, nb::shape<-1>> footprints,
         Array<float, nb::shape<-1>> confidences, Array<bool, nb::shape<-1>> is_sky) {
        const geometry::Lens lens =
            make_lens(int(depth.shape(1)), int(depth.shape(0)), intrinsics, camera_from_world, position);
        const geometry::PointsOut out{positions.data(), normals.data(), footprints.data(), confidences.data(),
                                      is_sky.data()};
        nb::gil_scoped_release release;
        geometry::lift(depth.data(), pixels.data(), int64_t(pixels.shape(0)), lens, sky_radius, threads, out);
      },
      "depth"_a, "pixels"_a, "intrinsics"_a, "camera_from_world"_a, "position"_a, "sky_radius"_a, "threads"_a,
      "positions"_a, "normals"_a, "footprints"_a, "confidences"_a, "is_sky"_a,
      "Lifts pixels of a z-depth map to world points, with normals; fills the last five arrays.");
  m.def(
      "normal_equations",
      [](Array<const double, nb::shape<-1, -1>> rows, Array<const double, nb::shape<-1>> weights,
         Array<const double, nb::shape<-1>> values, Array<double, nb::shape<-1, -1>> information,
         Array<double, nb::shape<-1>> right) {
        nb::gil_scoped_release release;
        geometry::normal_equations(rows.data(), weights.data(), values.data(), int64_t(rows.shape(0)),
                                   int64_t(rows.shape(1)), information.data(), right.data());
      },
      "rows"_a, "weights"_a, "values"_a, "information"_a, "right"_a,
      "Fills information = rows^T W rows and right = rows^T W values.");
  m.def(
      "continue_along_surfaces",
      [](Map log_depth, Map residual, Array<const bool, nb::shape<-1, -1>> known, int stride, float decay,
         Array<float, nb::shape<-1, -1>> out) {
        nb::gil_scoped_release release;
        geometry::continue_along_surfaces(log_depth.data(), residual.data(), known.data(), int(log_depth.shape(1)),
                                          int(log_depth.shape(0)), stride, decay, out.data());
      },
      "log_depth"_a, "residual"_a, "known"_a, "stride"_a, "decay"_a, "out"_a,
      "Continues a correction along surfaces, not across depth edges; fills out.");
  m.def(
      "near_any",
      [](Points points, Points others, float reach, int threads, Array<bool, nb::shape<-1>> result) {
        nb::gil_scoped_release release;
        geometry::near_any(points.data(), int64_t(points.shape(0)), others.data(), int64_t(others.shape(0)), reach,
                           threads, result.data());
      },
      "points"_a, "others"_a, "reach"_a, "threads"_a, "result"_a,
      "Marks the points that have one of the others in their coarse cell or beside it.");
}
