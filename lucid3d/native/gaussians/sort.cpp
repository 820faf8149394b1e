// Depth order and tile lists: a parallel radix sort, then a counting pass that deals the sorted Gaussians out to tiles.
//
// Sorting Gaussians once and distributing them in that order leaves every tile's list sorted: no 64-bit (tile, depth)
// keys, and one sort of N items where sorting intersections would take several times as many.
#include "kernels_isa.h"
#include "parallel.h"
#include "simd.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr int kMaxChunks = 16;
constexpr int kMaxDigitBits = 11;  // 2048 counters stay in the first-level cache
constexpr int kSmallestChunk = 2048;

int chunk_count(int items, int threads) {
  const int useful = items / kSmallestChunk + 1;
  const int chunks = threads < useful ? threads : useful;
  return chunks < kMaxChunks ? chunks : kMaxChunks;
}

int chunk_begin(int items, int chunks, int chunk) { return (int)((int64_t)items * chunk / chunks); }

int bit_length(uint32_t x) { return x ? 32 - __builtin_clz(x) : 0; }

// One stable pass over `bits` bits of the keys (the high halves of the items), from `from` to `to`.
void radix_pass(const uint64_t* from, uint64_t* to, int count, int shift, int bits, int threads) {
  const int chunks = chunk_count(count, threads), digits = 1 << bits;
  const uint32_t low = digits - 1;
  uint32_t position[kMaxChunks][1 << kMaxDigitBits];
  parallel_for(chunks, threads, [&](int chunk) {
    uint32_t* n = position[chunk];
    memset(n, 0, sizeof(uint32_t) * digits);
    const int end = chunk_begin(count, chunks, chunk + 1);
    for (int i = chunk_begin(count, chunks, chunk); i < end; ++i) n[(from[i] >> shift) & low]++;
  });
  uint32_t total = 0;
  for (int digit = 0; digit < digits; ++digit) {
    for (int chunk = 0; chunk < chunks; ++chunk) {
      const uint32_t n = position[chunk][digit];
      position[chunk][digit] = total;
      total += n;
    }
  }
  parallel_for(chunks, threads, [&](int chunk) {
    uint32_t* next = position[chunk];
    const int end = chunk_begin(count, chunks, chunk + 1);
    for (int i = chunk_begin(count, chunks, chunk); i < end; ++i) to[next[(from[i] >> shift) & low]++] = from[i];
  });
}

}  // namespace

void sort_by_depth(const uint32_t* keys, const TileRange* ranges, const GroupSums* sums, int count, uint64_t* scratch,
                   uint32_t* order, int threads) {
  const int groups = (count + kGroup - 1) / kGroup;
  uint32_t visible = 0, least = UINT32_MAX, greatest = 0;
  for (int group = 0; group < groups; ++group) {
    visible += sums[group].visible;
    least = sums[group].least_key < least ? sums[group].least_key : least;
    greatest = sums[group].greatest_key > greatest ? sums[group].greatest_key : greatest;
  }
  if (!visible) return;

  // The visible ones, in order of index, as (key - least, index). A chunk of groups finds its own start.
  const int chunks = chunk_count(count, threads);
  parallel_for(chunks, threads, [&](int chunk) {
    const int begin = chunk_begin(groups, chunks, chunk), end = chunk_begin(groups, chunks, chunk + 1);
    uint32_t at = 0;
    for (int group = 0; group < begin; ++group) at += sums[group].visible;
    const int last = count < end * kGroup ? count : end * kGroup;
    for (int i = begin * kGroup; i < last; ++i) {
      if (ranges[i].x1 > ranges[i].x0) scratch[at++] = (uint64_t)(keys[i] - least) << 32 | (uint32_t)i;
    }
  });

  uint64_t *from = scratch, *to = scratch + visible;
  const int bits = bit_length(greatest - least), passes = (bits + kMaxDigitBits - 1) / kMaxDigitBits;
  for (int pass = 0, done = 0; pass < passes; ++pass) {
    const int digit_bits = (bits - done) / (passes - pass);
    radix_pass(from, to, (int)visible, 32 + done, digit_bits, threads);
    done += digit_bits;
    uint64_t* swap = from;
    from = to;
    to = swap;
  }
  const int parts = chunk_count((int)visible, threads);
  parallel_for(parts, threads, [&](int part) {
    const int end = chunk_begin((int)visible, parts, part + 1);
    for (int i = chunk_begin((int)visible, parts, part); i < end; ++i) order[i] = (uint32_t)from[i];
  });
}

void bin(const uint32_t* order, int visible, const TileRange* ranges, int tiles_x, int tiles_y, uint32_t* counters,
         uint32_t* tile_start, uint32_t* ids, int threads) {
  const int chunks = bin_chunks(visible, threads), tiles = tiles_x * tiles_y;
  constexpr int kAhead = 16;  // the ranges are read in random order: ask for them early
  const auto each_tile = [&](int chunk, const auto& visit) {
    uint32_t* counter = counters + (size_t)chunk * tiles;
    const int end = chunk_begin(visible, chunks, chunk + 1);
    for (int i = chunk_begin(visible, chunks, chunk); i < end; ++i) {
      if (i + kAhead < end) __builtin_prefetch(ranges + order[i + kAhead]);
      const TileRange range = ranges[order[i]];
      for (int y = range.y0; y < range.y1; ++y) {
        for (int x = range.x0; x < range.x1; ++x) visit(counter[y * tiles_x + x], order[i]);
      }
    }
  };
  parallel_for(chunks, threads, [&](int chunk) {
    memset(counters + (size_t)chunk * tiles, 0, sizeof(uint32_t) * tiles);
    each_tile(chunk, [](uint32_t& counter, uint32_t) { ++counter; });
  });
  uint32_t total = 0;
  for (int tile = 0; tile < tiles; ++tile) {
    tile_start[tile] = total;
    for (int chunk = 0; chunk < chunks; ++chunk) {
      uint32_t& counter = counters[(size_t)chunk * tiles + tile];
      const uint32_t n = counter;
      counter = total;
      total += n;
    }
  }
  tile_start[tiles] = total;
  parallel_for(chunks, threads,
               [&](int chunk) { each_tile(chunk, [&](uint32_t& next, uint32_t id) { ids[next++] = id; }); });
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
