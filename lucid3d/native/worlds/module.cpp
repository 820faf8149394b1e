// Python's view of the native kernels for worlds.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "erosion.h"
#include "noise.h"
#include "scene.h"
#include "sky.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace worlds;

namespace {

// Below so many items, waking threads takes longer than the work; plants ask for the height of a few places at a time.
constexpr int64_t kWorthThreads = 4096;

template <typename T>
using In = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
using Out = nb::ndarray<nb::numpy, float, nb::c_contig>;
using OutInt = nb::ndarray<nb::numpy, int32_t, nb::c_contig>;

template <typename T>
nb::ndarray<nb::numpy, T, nb::c_contig> fresh(std::initializer_list<size_t> shape) {
  size_t count = 1;
  for (size_t s : shape) count *= s;
  T* data = new T[count == 0 ? 1 : count];
  nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return nb::ndarray<nb::numpy, T, nb::c_contig>(data, shape, owner);
}

template <typename T>
void copy(std::vector<T>& to, const In<T>& from) {
  to.assign(from.data(), from.data() + from.size());
}

template <typename State>
void fill(State& state, const In<float>& values) {
  if (values.size() * sizeof(float) != sizeof(State))
    throw std::invalid_argument("wrong number of values for this state");
  std::memcpy(&state, values.data(), sizeof(State));
}

void set_table(Table& table, const In<float>& values) {
  if (values.ndim() != 3) throw std::invalid_argument("a table has rows, columns and channels");
  table.rows = static_cast<int>(values.shape(0)), table.columns = static_cast<int>(values.shape(1)),
  table.channels = static_cast<int>(values.shape(2));
  copy(table.values, values);
}

Vec3 at(const float* data, int64_t i) { return {data[3 * i], data[3 * i + 1], data[3 * i + 2]}; }

void put(float* data, int64_t i, Vec3 v) { data[3 * i] = v.x, data[3 * i + 1] = v.y, data[3 * i + 2] = v.z; }

Out fractal(In<float> x, In<float> z, const char* kind, uint32_t seed, float size, int octaves, float gain,
            float lacunarity) {
  if (x.size() != z.size()) throw std::invalid_argument("x and z differ in size");
  const int64_t n = static_cast<int64_t>(x.size());
  Out out = fresh<float>({static_cast<size_t>(n)});
  const float *px = x.data(), *pz = z.data();
  float* o = out.data();
  const Fractal f{octaves, gain, lacunarity};
  const int which = !std::strcmp(kind, "fbm")       ? 0
                    : !std::strcmp(kind, "ridged")  ? 1
                    : !std::strcmp(kind, "billow")  ? 2
                    : !std::strcmp(kind, "cells")   ? 3
                    : !std::strcmp(kind, "edges")   ? 4
                    : !std::strcmp(kind, "cell_id") ? 5
                                                    : -1;
  if (which < 0) throw std::invalid_argument("kind must be fbm, ridged, billow, cells, edges or cell_id");
  nb::gil_scoped_release release;
#pragma omp parallel for schedule(static) if (n >= kWorthThreads)
  for (int64_t i = 0; i < n; ++i) {
    const Vec2 p{px[i] / size, pz[i] / size};
    switch (which) {
      case 0: o[i] = fbm2(p, seed, f); break;
      case 1: o[i] = ridged2(p, seed, f); break;
      case 2: {
        float sum = 0, a = 1;
        Vec2 q = p;
        for (int k = 0; k < octaves; ++k) {
          sum += a * std::fabs(noise2(q, seed + 101u * k));
          a *= gain;
          q = Vec2{q.x * 0.8f - q.y * 0.6f, q.x * 0.6f + q.y * 0.8f} * lacunarity;
        }
        o[i] = sum;
        break;
      }
      case 3: o[i] = cells2(p, seed).nearest; break;
      case 4: {
        const Cell c = cells2(p, seed);
        o[i] = c.second - c.nearest;
        break;
      }
      default: o[i] = unit(cells2(p, seed).id);
    }
  }
  return out;
}

Out fractal3(In<float> points, uint32_t seed, float size, int octaves, float gain) {
  const int64_t n = static_cast<int64_t>(points.size() / 3);
  Out out = fresh<float>({static_cast<size_t>(n)});
  const float* p = points.data();
  float* o = out.data();
  nb::gil_scoped_release release;
#pragma omp parallel for schedule(static) if (n >= kWorthThreads)
  for (int64_t i = 0; i < n; ++i) o[i] = fbm3(at(p, i) * (1 / size), seed, {octaves, gain});
  return out;
}

nb::typed<nb::tuple, Out, Out> scatter(In<float> values, int rows, int columns) {
  AirParams air;
  fill(air, values);
  Out table = fresh<float>({static_cast<size_t>(rows), static_cast<size_t>(columns), 3});
  Out direct = fresh<float>({3});
  {
    nb::gil_scoped_release release;
    scatter_sky(air, rows, columns, table.data(), direct.data());
  }
  return nb::make_tuple(table, direct);
}

Out clouds(nb::typed<nb::dict, nb::str, nb::object> d, In<float> sky) {
  CloudParams c;
  auto number = [&](const char* name) { return nb::cast<float>(d[name]); };
  auto triple = [&](const char* name, float* to, int n) {
    const nb::object seq = d[name];
    for (int i = 0; i < n; ++i) to[i] = nb::cast<float>(seq[i]);
  };
  c.cover = number("cover"), c.density = number("density"), c.base = number("base"), c.top = number("top");
  c.scale = number("scale"), c.wisps = number("wisps"), c.silver = number("silver");
  triple("sun", c.sun, 3), triple("sunlight", c.sunlight, 3), triple("ambient_low", c.ambient_low, 3);
  triple("ambient_high", c.ambient_high, 3), triple("drift", c.drift, 2);
  c.seed = nb::cast<uint32_t>(d["seed"]);
  if (sky.ndim() != 3 || sky.shape(2) != 3) throw std::invalid_argument("sky is rows x columns x 3");
  const int rows = static_cast<int>(sky.shape(0)), columns = static_cast<int>(sky.shape(1));
  Out out = fresh<float>({sky.shape(0), sky.shape(1), 4});
  nb::gil_scoped_release release;
  march_clouds(c, rows, columns, sky.data(), out.data());
  return out;
}

struct PyScene : Scene {
  Out surfaces(In<float> origins, In<float> directions, In<float> distances, In<uint32_t> hit_triangles,
               In<float> barycentric, float angle) const {
    const int64_t n = static_cast<int64_t>(distances.size());
    if (static_cast<int64_t>(origins.size()) != 3 * n || static_cast<int64_t>(directions.size()) != 3 * n ||
        static_cast<int64_t>(hit_triangles.size()) != n || static_cast<int64_t>(barycentric.size()) != 2 * n)
      throw std::invalid_argument("surfaces: arrays differ in length");
    Out out = fresh<float>({static_cast<size_t>(n), static_cast<size_t>(kHitFloats)});
    Hit* hits = reinterpret_cast<Hit*>(out.data());
    const size_t count = triangles.size() / 3;
    const float *o = origins.data(), *d = directions.data(), *t = distances.data(), *b = barycentric.data();
    const uint32_t* k = hit_triangles.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(dynamic, 512) if (n >= kWorthThreads)
    for (int64_t i = 0; i < n; ++i) {
      if (k[i] >= count) {
        hits[i] = Hit{};
        continue;
      }
      hits[i] = surface(at(o, i), at(d, i), t[i], k[i], b[2 * i], b[2 * i + 1], angle);
    }
    return out;
  }

  Out lit(In<float> hit_values, In<float> origins, In<float> directions, In<float> distances, In<float> sun_visible,
          In<float> open, In<int32_t> shadowed, In<float> lamp_visible, bool air_too) const {
    const int64_t n = static_cast<int64_t>(distances.size());
    if (static_cast<int64_t>(hit_values.size()) != n * kHitFloats || static_cast<int64_t>(open.size()) != n ||
        static_cast<int64_t>(sun_visible.size()) != n || shadowed.size() != lamp_visible.size() ||
        static_cast<int64_t>(directions.size()) != 3 * n || static_cast<int64_t>(origins.size()) != 3 * n)
      throw std::invalid_argument("lit: arrays differ in length");
    Out out = fresh<float>({static_cast<size_t>(n), 3});
    const Hit* hits = reinterpret_cast<const Hit*>(hit_values.data());
    const int count = n ? static_cast<int>(shadowed.size() / n) : 0;
    const float *o = origins.data(), *d = directions.data(), *t = distances.data(), *s = sun_visible.data(),
                *a = open.data(), *lv = lamp_visible.data();
    const int32_t* ls = shadowed.data();
    float* radiance = out.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(dynamic, 512) if (n >= kWorthThreads)
    for (int64_t i = 0; i < n; ++i) {
      Vec3 c = light(hits[i], at(d, i), s[i], a[i], ls + i * count, lv + i * count, count);
      if (air_too) c = through_air(c, at(o, i), at(d, i), t[i]);
      put(radiance, i, c);
    }
    return out;
  }

  Out heaven(In<float> origins, In<float> directions, float angle, bool disc) const {
    const int64_t n = static_cast<int64_t>(directions.size() / 3);
    if (origins.size() != directions.size()) throw std::invalid_argument("heaven: arrays differ in length");
    Out out = fresh<float>({static_cast<size_t>(n), 3});
    const float *o = origins.data(), *d = directions.data();
    float* radiance = out.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(dynamic, 512) if (n >= kWorthThreads)
    for (int64_t i = 0; i < n; ++i) {
      Vec3 c = sky_light(at(d, i), angle, disc);
      // The sky stands behind all mist, but the haze that makes its own colour is already in it.
      if (sky.mist > 0) c = through_mist(c, at(o, i), at(d, i), 1e5f);
      put(radiance, i, c);
    }
    return out;
  }

  // Rays (origin, direction) from surfaces towards the key light; leaves step off along the light, solids off their face.
  Out sun_rays(In<float> hit_values, In<float> lifts) const {
    const int64_t n = static_cast<int64_t>(lifts.size());
    if (static_cast<int64_t>(hit_values.size()) != n * kHitFloats)
      throw std::invalid_argument("sun_rays: arrays differ in length");
    Out out = fresh<float>({static_cast<size_t>(n), 6});
    const Hit* hits = reinterpret_cast<const Hit*>(hit_values.data());
    const Vec3 sun{sky.sun[0], sky.sun[1], sky.sun[2]};
    float* rays = out.data();
    const float* lift = lifts.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(static) if (n >= kWorthThreads)
    for (int64_t i = 0; i < n; ++i) {
      const Hit& h = hits[i];
      const Vec3 start = h.position + (h.translucency > 0 ? sun * 0.012f : h.face * lift[i] + sun * 0.001f);
      put(rays, 2 * i, start), put(rays, 2 * i + 1, sun);
    }
    return out;
  }

  // `count` rays over the hemisphere above each surface, turned by a hash of the place, so that two cameras agree.
  Out open_rays(In<float> hit_values, In<float> lifts, int count) const {
    const int64_t n = static_cast<int64_t>(lifts.size());
    if (static_cast<int64_t>(hit_values.size()) != n * kHitFloats)
      throw std::invalid_argument("open_rays: arrays differ in length");
    Out out = fresh<float>({static_cast<size_t>(n), static_cast<size_t>(count), 6});
    const Hit* hits = reinterpret_cast<const Hit*>(hit_values.data());
    float* rays = out.data();
    const float* lift = lifts.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(static) if (n >= kWorthThreads)
    for (int64_t i = 0; i < n; ++i) {
      const Hit& h = hits[i];
      const Vec3 start = h.position + h.face * lift[i];
      const Vec3 side = normalize(cross(h.face, std::fabs(h.face.x) > 0.7f ? Vec3{0, 0, 1} : Vec3{1, 0, 0})),
                 other = cross(h.face, side);
      const float turn =
          6.2831853f * unit(hash(floor_int(start.x * 61), floor_int(start.y * 61), floor_int(start.z * 61), 5u));
      for (int k = 0; k < count; ++k) {
        const float bearing = turn + 2.3999632f * k, sine = std::sqrt((k + 0.5f) / count) * 0.95f;
        const Vec3 d = side * (std::cos(bearing) * sine) + other * (std::sin(bearing) * sine) +
                       h.face * std::sqrt(1 - sine * sine);
        put(rays, 2 * (i * count + k), start), put(rays, 2 * (i * count + k) + 1, d);
      }
    }
    return out;
  }

  // Evens out the grain of few rays over 3 x 3 pixels of one surface.
  static Out smooth_open(In<float> open, In<float> distance, In<float> normal, int rows, int columns) {
    if (static_cast<int64_t>(open.size()) != static_cast<int64_t>(rows) * columns || distance.size() != open.size() ||
        normal.size() != 3 * open.size())
      throw std::invalid_argument("smooth_open: arrays differ in length");
    Out out = fresh<float>({static_cast<size_t>(rows) * columns});
    const float *a = open.data(), *t = distance.data(), *n = normal.data();
    float* o = out.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(static)
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x) {
        const int64_t i = static_cast<int64_t>(y) * columns + x;
        if (std::isinf(t[i])) {
          o[i] = a[i];
          continue;
        }
        float sum = 0, total = 0;
        for (int dy = -2; dy <= 2; ++dy)
          for (int dx = -2; dx <= 2; ++dx) {
            const int yy = y + dy, xx = x + dx;
            if (yy < 0 || xx < 0 || yy >= rows || xx >= columns) continue;
            const int64_t j = static_cast<int64_t>(yy) * columns + xx;
            if (!(std::fabs(t[j] - t[i]) < 0.03f * t[i]) && i != j) continue;
            const float w = i == j ? 1.0f : std::max(dot(at(n, i), at(n, j)), 0.0f);
            sum += w * a[j], total += w;
          }
        o[i] = sum / std::max(total, 1e-3f);
      }
    return out;
  }

  OutInt lamps_near(In<float> hit_values, int count) const {
    const int64_t n = static_cast<int64_t>(hit_values.size() / kHitFloats);
    OutInt out = fresh<int32_t>({static_cast<size_t>(n), static_cast<size_t>(count)});
    const Hit* hits = reinterpret_cast<const Hit*>(hit_values.data());
    int32_t* chosen = out.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(dynamic, 512) if (n >= kWorthThreads)
    for (int64_t i = 0; i < n; ++i) nearest_lamps(hits[i].position, hits[i].normal, count, chosen + i * count);
    return out;
  }

  Out water_normals(In<float> points, In<float> footprints) const {
    const int64_t n = static_cast<int64_t>(footprints.size());
    if (static_cast<int64_t>(points.size()) != 3 * n)
      throw std::invalid_argument("water_normals: arrays differ in length");
    Out out = fresh<float>({static_cast<size_t>(n), 4});
    const float *p = points.data(), *f = footprints.data();
    float* o = out.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(dynamic, 512) if (n >= kWorthThreads)
    for (int64_t i = 0; i < n; ++i) {
      float rough, crest;
      const Vec3 v = water_normal(at(p, i), f[i], &rough, &crest);
      o[4 * i] = v.x, o[4 * i + 1] = v.y, o[4 * i + 2] = v.z, o[4 * i + 3] = rough;
    }
    return out;
  }

  Out water_lit(In<float> origins, In<float> directions, In<float> distances, float angle, In<float> mirrored,
                In<float> bottom, In<float> thickness, In<float> shore, In<float> sun_visible, bool air_too) const {
    const int64_t n = static_cast<int64_t>(distances.size());
    if (static_cast<int64_t>(mirrored.size()) != 3 * n || static_cast<int64_t>(bottom.size()) != 3 * n ||
        static_cast<int64_t>(thickness.size()) != n || static_cast<int64_t>(shore.size()) != n ||
        static_cast<int64_t>(sun_visible.size()) != n || static_cast<int64_t>(origins.size()) != 3 * n)
      throw std::invalid_argument("water_lit: arrays differ in length");
    Out out = fresh<float>({static_cast<size_t>(n), 3});
    const float *o = origins.data(), *d = directions.data(), *t = distances.data(), *m = mirrored.data(),
                *b = bottom.data(), *k = thickness.data(), *e = shore.data(), *s = sun_visible.data();
    float* radiance = out.data();
    nb::gil_scoped_release release;
#pragma omp parallel for schedule(dynamic, 512) if (n >= kWorthThreads)
    for (int64_t i = 0; i < n; ++i) {
      Vec3 c = water_light(at(o, i), at(d, i), t[i], angle, at(m, i), at(b, i), k[i], e[i], s[i]);
      if (air_too) c = through_air(c, at(o, i), at(d, i), t[i]);
      put(radiance, i, c);
    }
    return out;
  }

  void set_mesh(In<float> v, In<uint32_t> t, In<int32_t> material, In<float> n, In<float> c, In<float> coordinates) {
    own_ = {v, n, c, coordinates}, own_triangles_ = t, own_material_ = material;
    vertices = {v.data(), v.size()}, normals = {n.data(), n.size()}, tints = {c.data(), c.size()},
    uv = {coordinates.data(), coordinates.size()};
    triangles = {t.data(), t.size()}, triangle_material = {material.data(), material.size()};
  }
  void set_materials(In<float> table) {
    if (table.size() % kMaterialFloats) throw std::invalid_argument("material table has the wrong width");
    materials.resize(table.size() / kMaterialFloats);
    if (table.size()) std::memcpy(materials.data(), table.data(), table.size() * sizeof(float));
  }
  void set_lamps(In<float> table) {
    lamps.resize(table.size() * sizeof(float) / sizeof(Lamp));
    if (table.size()) std::memcpy(lamps.data(), table.data(), table.size() * sizeof(float));
  }
  void set_ambient(In<float> sh) {
    if (sh.size() != 27) throw std::invalid_argument("ambient light has 9 x 3 coefficients");
    std::memcpy(ambient, sh.data(), sizeof(ambient));
  }
  void set_probes(In<float> values, In<float> origin, In<float> spacing) {
    if (values.ndim() != 4 || values.shape(3) != 13 || origin.size() != 3 || spacing.size() != 3)
      throw std::invalid_argument("probes are x, y, z, 13 values");
    for (int i = 0; i < 3; ++i) {
      probes.size[i] = static_cast<int>(values.shape(i));
      probes.origin[i] = origin.data()[i], probes.spacing[i] = spacing.data()[i];
    }
    copy(probes.values, values);
  }

 private:
  std::array<In<float>, 4> own_;  // Python's arrays, held for as long as the views into them
  In<uint32_t> own_triangles_;
  In<int32_t> own_material_;
};

}  // namespace

#ifndef WORLDS_MODULE
#define WORLDS_MODULE _worlds
#endif

NB_MODULE(WORLDS_MODULE, m) {
  m.doc() = "lucid3d: native kernels for worlds made of rules";
  m.def("has_avx2", [] {
#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#else
    return false;
#endif
  });
  m.attr("MATERIAL_FLOATS") = kMaterialFloats;
  m.attr("GROUND_FLOATS") = kGroundFloats;
  m.attr("SKY_FLOATS") = kSkyFloats;
  m.attr("WATER_FLOATS") = kWaterFloats;
  m.attr("HIT_FLOATS") = kHitFloats;
  m.def("fractal", &fractal, "x"_a, "z"_a, "kind"_a, "seed"_a, "size"_a, "octaves"_a, "gain"_a, "lacunarity"_a);
  m.def("fractal3", &fractal3, "points"_a, "seed"_a, "size"_a, "octaves"_a, "gain"_a);
  m.def("scatter", &scatter, "air"_a, "rows"_a, "columns"_a);
  m.def("clouds", &clouds, "params"_a, "sky"_a);
  m.def(
      "aurora",
      [](nb::ndarray<float, nb::c_contig, nb::device::cpu> table, float strength, uint32_t seed) {
        if (table.ndim() != 3 || table.shape(2) != 4)
          throw std::invalid_argument("aurora: a table of rows, columns and 4 channels");
        nb::gil_scoped_release release;
        march_aurora(strength, seed, static_cast<int>(table.shape(0)), static_cast<int>(table.shape(1)), table.data());
      },
      "table"_a, "strength"_a, "seed"_a);
  m.def(
      "erode",
      [](In<float> heights, float cell, int drops, uint32_t seed, float strength) {
        if (heights.ndim() != 2) throw std::invalid_argument("heights is a grid");
        const int rows = static_cast<int>(heights.shape(0)), columns = static_cast<int>(heights.shape(1));
        Out out = fresh<float>({heights.shape(0), heights.shape(1)});
        std::memcpy(out.data(), heights.data(), heights.size() * sizeof(float));
        nb::gil_scoped_release release;
        erode(out.data(), rows, columns, cell, drops, seed, strength);
        return out;
      },
      "heights"_a, "cell"_a, "drops"_a, "seed"_a, "strength"_a);
  m.def(
      "sample_grid",
      [](In<float> grid, In<float> x, In<float> z, float origin_x, float origin_z, float cell) {
        if (grid.ndim() != 2 || x.size() != z.size())
          throw std::invalid_argument("sample_grid: a grid, and as many x as z");
        const int rows = static_cast<int>(grid.shape(0)), columns = static_cast<int>(grid.shape(1));
        const int64_t n = static_cast<int64_t>(x.size());
        Out out = fresh<float>({static_cast<size_t>(n)});
        const float *g = grid.data(), *px = x.data(), *pz = z.data();
        float* o = out.data();
        nb::gil_scoped_release release;
#pragma omp parallel for schedule(static) if (n >= kWorthThreads)
        for (int64_t i = 0; i < n; ++i)
          o[i] = cubic(g, rows, columns, (px[i] - origin_x) / cell, (pz[i] - origin_z) / cell);
        return out;
      },
      "grid"_a, "x"_a, "z"_a, "origin_x"_a, "origin_z"_a, "cell"_a);
  nb::class_<PyScene>(m, "Scene")
      .def(nb::init<>())
      .def("set_mesh", &PyScene::set_mesh)
      .def("set_materials", &PyScene::set_materials)
      .def("set_lamps", &PyScene::set_lamps)
      .def("set_ambient", &PyScene::set_ambient)
      .def("set_probes", &PyScene::set_probes)
      .def("set_ground", [](PyScene& s, In<float> v, In<float> path) { fill(s.ground, v), copy(s.path, path); })
      .def("set_sky", [](PyScene& s, In<float> v) { fill(s.sky, v); })
      .def("set_water", [](PyScene& s, In<float> v) { fill(s.water, v); })
      .def("set_air", [](PyScene& s, In<float> v) { set_table(s.air, v); })
      .def("set_clouds", [](PyScene& s, In<float> v) { set_table(s.clouds, v); })
      .def("set_horizon", [](PyScene& s, In<float> v) { set_table(s.horizon, v); })
      .def("surfaces", &PyScene::surfaces)
      .def("lit", &PyScene::lit)
      .def("heaven", &PyScene::heaven)
      .def("sun_rays", &PyScene::sun_rays)
      .def("open_rays", &PyScene::open_rays)
      .def_static("smooth_open", &PyScene::smooth_open)
      .def("lamps_near", &PyScene::lamps_near)
      .def("water_normals", &PyScene::water_normals)
      .def("water_lit", &PyScene::water_lit);
}
