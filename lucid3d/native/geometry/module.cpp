// Python's view of the native kernels for geometry.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

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
using Flags = Array<const bool, nb::shape<-1>>;

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
      [](Points positions, Points normals, Values footprints, Flags is_sky, int width, int height, Values intrinsics,
         Array<const double, nb::shape<4, 4>> camera_from_world, Array<const double, nb::shape<3>> position,
         float near_depth, float max_magnification, int threads, Array<int32_t, nb::shape<-1, -1>> point_index,
         Array<float, nb::shape<-1, -1>> depth) {
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
      "give_way",
      [](Points positions, Values footprints, Flags is_sky, Values intrinsics,
         Array<const double, nb::shape<4, 4>> camera_from_world, Array<const double, nb::shape<3>> position, Map depth,
         Map inner, float nearest, float finer, float same_surface, int threads, Array<bool, nb::shape<-1>> gone) {
        const geometry::Lens lens =
            make_lens(int(depth.shape(1)), int(depth.shape(0)), intrinsics, camera_from_world, position);
        const geometry::CloudView cloud{int64_t(positions.shape(0)), positions.data(), nullptr, footprints.data(),
                                        is_sky.data()};
        nb::gil_scoped_release release;
        geometry::give_way(cloud, lens, depth.data(), inner.data(), nearest, finer, same_surface, threads, gone.data());
      },
      "positions"_a, "footprints"_a, "is_sky"_a, "intrinsics"_a, "camera_from_world"_a, "position"_a, "depth"_a,
      "inner"_a, "nearest"_a, "finer"_a, "same_surface"_a, "threads"_a, "gone"_a,
      "Marks the points that a newly painted view replaces by finer ones.");
  m.def(
      "doubled",
      [](Points positions, Points normals, Values footprints, Flags is_sky, std::optional<Flags> gone,
         Points new_positions, Points new_normals, Values new_footprints, Flags new_is_sky, int width, int height,
         Values intrinsics, Array<const double, nb::shape<4, 4>> camera_from_world,
         Array<const double, nb::shape<3>> position, float radius, float thickness, float detail, int threads,
         Array<bool, nb::shape<-1>> result) {
        const geometry::Lens lens = make_lens(width, height, intrinsics, camera_from_world, position);
        const geometry::CloudView cloud{int64_t(positions.shape(0)), positions.data(), normals.data(),
                                        footprints.data(), is_sky.data()};
        const geometry::CloudView fresh{int64_t(new_positions.shape(0)), new_positions.data(), new_normals.data(),
                                        new_footprints.data(), new_is_sky.data()};
        const bool* without = gone ? gone->data() : nullptr;
        nb::gil_scoped_release release;
        geometry::doubled(cloud, without, fresh, lens, radius, thickness, detail, threads, result.data());
      },
      "positions"_a, "normals"_a, "footprints"_a, "is_sky"_a, "gone"_a.none(), "new_positions"_a, "new_normals"_a,
      "new_footprints"_a, "new_is_sky"_a, "width"_a, "height"_a, "intrinsics"_a, "camera_from_world"_a, "position"_a,
      "radius"_a, "thickness"_a, "detail"_a, "threads"_a, "result"_a,
      "Marks the points of a view that stand on a surface which a cloud already has.");
  m.def(
      "nearest_distances",
      [](Points points, Points eyes, int threads, Array<float, nb::shape<-1>> result) {
        nb::gil_scoped_release release;
        geometry::nearest_distances(points.data(), int64_t(points.shape(0)), eyes.data(), int64_t(eyes.shape(0)),
                                    threads, result.data());
      },
      "points"_a, "eyes"_a, "threads"_a, "result"_a, "Fills each point's distance to the nearest eye.");
  m.def(
      "cell_sizes",
      [](Values distances, double near, double far_enough, Array<double, nb::shape<-1>> result) {
        geometry::cell_sizes(distances.data(), int64_t(distances.shape(0)), near, far_enough, result.data());
      },
      "distances"_a, "near"_a, "far_enough"_a, "result"_a, "Fills the sizes of cells at distances from an eye.");
  m.def(
      "one_a_cell",
      [](Points points, Values distances, Values confidences, double near, double size, double far_enough, int threads,
         Array<int32_t, nb::shape<-1>> keeper) {
        nb::gil_scoped_release release;
        return geometry::one_a_cell(points.data(), distances.data(), confidences.data(), int64_t(points.shape(0)), near,
                                    size, far_enough, threads, keeper.data());
      },
      "points"_a, "distances"_a, "confidences"_a, "near"_a, "size"_a, "far_enough"_a, "threads"_a, "keeper"_a,
      "Fills, for each point, the most confident one of its cell; returns how many cells there are.");
}
