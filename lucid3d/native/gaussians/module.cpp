// Python's view of the native Gaussian kernels. Arrays are NumPy float32, C-contiguous; lucid3d.gaussians.kernels checks
// shapes with friendlier words before it calls, this file checks what memory safety needs.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <optional>
#include <stdexcept>

#include "frame.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace lucid3d {
namespace {

using Plane2 = nb::ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using ConstPlane2 = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Plane3 = nb::ndarray<float, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
using ConstPlane3 = nb::ndarray<const float, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
using ConstVector = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

// Rows of the parameter planes: means 0-2, quats 3-6, scales 7-9, opacity 10, then spherical harmonics or features.
constexpr int kAppearanceRow = 11;

Parameters make_parameters(const ConstPlane2& planes, int count, int sh_degree, int channels, bool raw) {
  const size_t stride = planes.shape(1);
  require(count >= 0 && (size_t)count <= stride, "count must lie between 0 and the planes' length");
  require(stride % 16 == 0, "the planes' length must be a multiple of 16");
  require(sh_degree <= 3, "spherical harmonics go up to degree 3");
  require(channels >= 0 && channels <= 4, "0 to 4 feature channels");
  const size_t rows = kAppearanceRow + (sh_degree >= 0 ? 3 * (sh_degree + 1) * (sh_degree + 1) : channels);
  require(planes.shape(0) >= rows, "too few parameter planes");
  const float* p = planes.data();
  Parameters g = {};
  g.means = p;
  g.quats = p + 3 * stride;
  g.scales = p + 7 * stride;
  g.opacities = p + 10 * stride;
  if (sh_degree >= 0) {
    g.sh = p + kAppearanceRow * stride;
    g.sh_degree = sh_degree;
  } else {
    g.features = p + kAppearanceRow * stride;
    g.channels = channels;
  }
  g.count = count;
  g.stride = stride;
  g.raw = raw;
  return g;
}

View make_view(const ConstPlane2& viewmat, const ConstVector& position, float fx, float fy, float cx, float cy,
               int width, int height, float near_plane, float far_plane, float eps2d, float radius_clip,
               bool antialiased) {
  require(viewmat.shape(0) == 4 && viewmat.shape(1) == 4, "viewmat must be 4x4");
  require(position.shape(0) == 3, "position must have 3 entries");
  require(width >= 1 && height >= 1 && width <= UINT16_MAX && height <= UINT16_MAX, "size must be 1 to 65535 pixels");
  View view = {};
  for (int k = 0; k < 12; ++k) view.world_to_camera[k] = viewmat.data()[k];
  for (int k = 0; k < 3; ++k) view.position[k] = position.data()[k];
  view.fx = fx, view.fy = fy, view.cx = cx, view.cy = cy;
  view.width = width, view.height = height;
  view.near_plane = near_plane, view.far_plane = far_plane;
  view.eps2d = eps2d, view.radius_clip = radius_clip, view.antialiased = antialiased;
  return view;
}

// The frame remembers how its Gaussians were described, so that the backward pass cannot be told something else.
struct PyFrame {
  Frame frame;
  int sh_degree = -1, channels = 0;
  bool raw = false, rasterized = false, differentiated = false;
};

template <class Array>
void require_image(const PyFrame& f, const Array& image) {
  require(image.shape(0) == kImagePlanes && image.shape(1) == (size_t)f.frame.view().height &&
              image.shape(2) == (size_t)f.frame.view().width,
          "image must have shape (5, height, width)");
}

}  // namespace

NB_MODULE(_gaussians, m) {
  m.doc() = "lucid3d: native kernels for Gaussians";
  nb::set_leak_warnings(false);  // a graph that is alive when Python exits is no bug
  m.def("instruction_sets", instruction_sets, "Usable instruction sets, best first.");
  m.def("instruction_set", [] { return std::string(kernels().name); }, "The instruction set in use.");
  m.def("use_instruction_set", use_instruction_set, "name"_a);
  m.def("default_threads", default_threads, "Cores that this process may use.");

  nb::class_<View>(m, "View").def(nb::new_([](const ConstPlane2& viewmat, const ConstVector& position, float fx,
                                              float fy, float cx, float cy, int width, int height, float near_plane,
                                              float far_plane, float eps2d, float radius_clip, bool antialiased) {
                                    return make_view(viewmat, position, fx, fy, cx, cy, width, height, near_plane,
                                                     far_plane, eps2d, radius_clip, antialiased);
                                  }),
                                  "viewmat"_a, "position"_a, "fx"_a, "fy"_a, "cx"_a, "cy"_a, "width"_a, "height"_a,
                                  "near_plane"_a, "far_plane"_a, "eps2d"_a, "radius_clip"_a, "antialiased"_a);

  nb::class_<PyFrame>(m, "Frame")
      .def(nb::init<>())
      .def(
          "project",
          [](PyFrame& f, const View& view, const ConstPlane2& planes, int count, int sh_degree, int channels, bool raw,
             int threads) {
            const Parameters g = make_parameters(planes, count, sh_degree, channels, raw);
            nb::gil_scoped_release release;
            f.rasterized = f.differentiated = false;
            f.frame.project(view, g, threads);
            f.sh_degree = sh_degree, f.channels = channels, f.raw = raw;
          },
          "view"_a, "planes"_a, "count"_a, "sh_degree"_a, "channels"_a, "raw"_a, "threads"_a)
      .def(
          "sort",
          [](PyFrame& f, int threads) {
            nb::gil_scoped_release release;
            f.frame.sort(threads);
          },
          "threads"_a)
      .def(
          "set_features",
          [](PyFrame& f, const ConstPlane2& features, int threads) {
            require(features.shape(1) >= (size_t)f.frame.count(), "features must have a column for every Gaussian");
            require(features.shape(0) <= 4, "0 to 4 feature channels");
            nb::gil_scoped_release release;
            f.frame.set_features(features.data(), (int)features.shape(0), features.shape(1), threads);
            f.sh_degree = -1, f.channels = (int)features.shape(0);
            f.rasterized = f.differentiated = false;
          },
          "features"_a, "threads"_a)
      .def(
          "rasterize",
          [](PyFrame& f, const ConstVector& background, const Plane3& image, int threads) {
            require_image(f, image);
            require(background.shape(0) == 4, "background must have 4 entries");
            nb::gil_scoped_release release;
            f.frame.rasterize(background.data(), image.data(), threads);
            f.rasterized = true;
          },
          "background"_a, "image"_a, "threads"_a)
      .def(
          "rasterize_backward",
          [](PyFrame& f, const ConstVector& background, const ConstPlane3& image, const ConstPlane3& v_image,
             bool absolute, int threads) {
            require(f.rasterized, "rasterize comes before rasterize_backward");
            require_image(f, image);
            require_image(f, v_image);
            require(background.shape(0) == 4, "background must have 4 entries");
            nb::gil_scoped_release release;
            f.frame.rasterize_backward(background.data(), image.data(), v_image.data(), absolute, threads);
            f.differentiated = true;
          },
          "background"_a, "image"_a, "v_image"_a, "absolute"_a, "threads"_a)
      .def(
          "project_backward",
          [](PyFrame& f, const ConstPlane2& planes, const Plane2& gradients, const std::optional<Plane2>& means2d,
             const std::optional<Plane2>& abs_means2d, bool with_view, int threads) {
            require(f.differentiated, "rasterize_backward comes before project_backward");
            const Parameters g = make_parameters(planes, f.frame.count(), f.sh_degree, f.channels, f.raw);
            require(gradients.shape(0) >= kAppearanceRow + (g.sh ? 3u * (g.sh_degree + 1) * (g.sh_degree + 1)
                                                                 : (unsigned)g.channels) &&
                        gradients.shape(1) == g.stride,
                    "gradients must have the shape of the planes");
            float* p = gradients.data();
            Gradients out = {};
            out.means = p, out.quats = p + 3 * g.stride, out.scales = p + 7 * g.stride,
            out.opacities = p + 10 * g.stride;
            (g.sh ? out.sh : out.features) = p + kAppearanceRow * g.stride;
            out.stride = g.stride;
            const auto optional_planes = [&](const std::optional<Plane2>& array) {
              if (!array) return (float*)nullptr;
              require(array->shape(0) == 2 && array->shape(1) == g.stride, "2-D gradients must have 2 planes");
              return array->data();
            };
            out.means2d = optional_planes(means2d);
            out.abs_means2d = optional_planes(abs_means2d);
            std::vector<float> view_gradient(with_view ? 15 : 0);
            if (with_view) out.view = view_gradient.data();
            {
              nb::gil_scoped_release release;
              f.frame.project_backward(g, out, threads);
            }
            return view_gradient;
          },
          "planes"_a, "gradients"_a, "means2d"_a.none(), "abs_means2d"_a.none(), "with_view"_a, "threads"_a)
      .def(
          "train_step",
          [](PyFrame& f, const Plane2& planes, const Plane2& first, const Plane2& second, const ConstVector& rates,
             int step, float beta1, float beta2, float epsilon, bool visible_only,
             const std::optional<ConstVector>& frozen, float opacity_pull, float scale_pull, float log_needle,
             float log_scale_max, const std::optional<Plane2>& means2d, int threads,
             const std::optional<ConstVector>& still) {
            require(f.differentiated, "rasterize_backward comes before train_step");
            require(f.raw && f.sh_degree >= 0, "train_step needs raw parameters with spherical harmonics");
            const Parameters g = make_parameters(ConstPlane2(planes), f.frame.count(), f.sh_degree, f.channels, f.raw);
            const int rows = kAppearanceRow + 3 * (f.sh_degree + 1) * (f.sh_degree + 1);
            for (const Plane2* moments : {&first, &second}) {
              require(moments->shape(0) == planes.shape(0) && moments->shape(1) == g.stride,
                      "Adam's moments must have the shape of the planes");
            }
            require(rates.shape(0) >= (size_t)rows, "rates must have an entry for every plane");
            require(!frozen || frozen->shape(0) == g.stride, "frozen must have an entry for every column");
            require(!still || still->shape(0) == g.stride, "still must have an entry for every column");
            require(!means2d || (means2d->shape(0) == 2 && means2d->shape(1) == g.stride),
                    "2-D gradients must have 2 planes");
            require(!(still && means2d), "what is still has no 2-D gradients");
            require(step >= 1, "steps count from 1");
            AdamStep adam = {};
            adam.planes = planes.data(), adam.first = first.data(), adam.second = second.data();
            adam.rates = rates.data(), adam.rows = rows;
            adam.beta1 = beta1, adam.beta2 = beta2, adam.epsilon = epsilon;
            adam.correction1 = (float)(1.0 / (1.0 - std::pow((double)beta1, step)));
            adam.correction2 = (float)(1.0 / (1.0 - std::pow((double)beta2, step)));
            adam.visible_only = visible_only;
            adam.frozen = frozen ? frozen->data() : nullptr;
            adam.still = still ? still->data() : nullptr;
            adam.opacity_pull = opacity_pull, adam.scale_pull = scale_pull;
            adam.log_needle = log_needle, adam.log_scale_max = log_scale_max;
            nb::gil_scoped_release release;
            f.frame.train_step(g, adam, means2d ? means2d->data() : nullptr, threads);
            f.rasterized = f.differentiated = false;  // the Gaussians have moved
          },
          "planes"_a, "first"_a, "second"_a, "rates"_a, "step"_a, "beta1"_a, "beta2"_a, "epsilon"_a, "visible_only"_a,
          "frozen"_a.none(), "opacity_pull"_a, "scale_pull"_a, "log_needle"_a, "log_scale_max"_a, "means2d"_a.none(),
          "threads"_a, "still"_a = nb::none())
      .def(
          "visibility",
          [](const PyFrame& f, const nb::ndarray<bool, nb::ndim<1>, nb::c_contig, nb::device::cpu>& out) {
            require(out.shape(0) >= (size_t)f.frame.count(), "out must have an entry for every Gaussian");
            for (int i = 0; i < f.frame.count(); ++i) out.data()[i] = f.frame.ranges()[i].x1 > f.frame.ranges()[i].x0;
          },
          "out"_a)
      .def(
          "describe",
          [](const PyFrame& f, const Plane2& out) {
            // x, y, depth, conic A B C, effective opacity, box x0 y0 x1 y1: a row each.
            require(out.shape(0) == 11 && out.shape(1) >= (size_t)f.frame.count(), "out must have 11 rows");
            const size_t stride = out.shape(1);
            for (int i = 0; i < f.frame.count(); ++i) {
              const Splat& s = f.frame.splats()[i];
              const bool seen = f.frame.ranges()[i].x1 > f.frame.ranges()[i].x0;
              constexpr float kFromLog2 = 1.3862943611198906f;  // 2 ln 2
              const float values[11] = {s.x,
                                        s.y,
                                        s.depth,
                                        s.p * s.p * kFromLog2,
                                        s.p * s.q * kFromLog2,
                                        (s.q * s.q + s.r * s.r) * kFromLog2,
                                        std::exp2(s.height),
                                        (float)s.x0,
                                        (float)s.y0,
                                        (float)s.x1,
                                        (float)s.y1};
              for (int k = 0; k < 11; ++k) out.data()[k * stride + i] = seen ? values[k] : 0.0f;
            }
          },
          "out"_a)
      .def_prop_ro("visible", [](const PyFrame& f) { return f.frame.visible(); })
      .def_prop_ro("intersections", [](const PyFrame& f) { return f.frame.intersections(); })
      .def_prop_ro("bytes", [](const PyFrame& f) { return f.frame.bytes(); });

  nb::class_<ImageLoss>(m, "ImageLoss")
      .def(nb::init<>())
      .def(
          "__call__",
          [](ImageLoss& loss, const ConstPlane3& image, const ConstPlane3& target, const ConstPlane2& weight,
             const std::optional<ConstPlane2>& depth, const Plane3& v_image, float l1, float ssim, float depth_weight,
             float opaque, float known_pixels, float depth_pixels, int threads) {
            const size_t height = weight.shape(0), width = weight.shape(1);
            require(height >= 1 && width >= 1 && height <= UINT16_MAX && width <= UINT16_MAX, "1 to 65535 pixels");
            require(image.shape(0) == kImagePlanes && image.shape(1) == height && image.shape(2) == width,
                    "image must have shape (5, height, width)");
            require(v_image.shape(0) == kImagePlanes && v_image.shape(1) == height && v_image.shape(2) == width,
                    "v_image must have shape (5, height, width)");
            require(target.shape(0) == 3 && target.shape(1) == height && target.shape(2) == width,
                    "target must have shape (3, height, width)");
            require(!depth || (depth->shape(0) == height && depth->shape(1) == width),
                    "depth must have shape (height, width)");
            const Target t = {target.data(), weight.data(), depth ? depth->data() : nullptr, (int)width, (int)height};
            const LossWeights w = {l1, ssim, depth_weight, opaque, known_pixels, depth_pixels};
            LossSums terms;
            double total;
            {
              nb::gil_scoped_release release;
              total = loss(t, w, image.data(), v_image.data(), terms, threads);
            }
            return std::vector<double>{total, terms.l1, terms.ssim, terms.depth, terms.opaque};
          },
          "image"_a, "target"_a, "weight"_a, "depth"_a.none(), "v_image"_a, "l1"_a, "ssim"_a, "depth_weight"_a,
          "opaque"_a, "known_pixels"_a, "depth_pixels"_a, "threads"_a);
}

}  // namespace lucid3d
