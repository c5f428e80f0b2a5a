// SPDX-License-Identifier: MIT
// Pooling by shifted planes, as in planes.h: some rows of outputs are taken together and their inputs are dealt out to
// stride_h x stride_w phase planes, `pitch` wide, where the inputs that one tap meets are neighbours in the order of
// the outputs, over all those rows; that is also where the padding is put in. What is left are long loops over
// neighbours without a branch, which a compiler turns into vector code by itself. Positions between the end of one
// output row and the start of the next are computed in vain.
#pragma once
#include <utility>

#include "../pool2d.h"
#include "parallel.h"
#include "simd.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// The type of an offset inside a plane: as wide as T, so that values and offsets fill the same number of registers.
template <class T>
struct OffsetOf;
template <>
struct OffsetOf<float> {
  typedef int32_t type;
};
template <>
struct OffsetOf<double> {
  typedef int64_t type;
};

struct PoolBlock {
  // As many rows as have about `positions` positions.
  static PoolBlock of_positions(const Pool2dGeometry& g, int64_t positions) {
    return of_rows(g, max(1, min(g.oh, positions / pitch_of(g))));
  }
  static PoolBlock of_rows(const Pool2dGeometry& g, int64_t rows) {
    return {g, pitch_of(g), rows, (rows + (g.kh - 1) * g.dil_h / g.stride_h) * pitch_of(g)};
  }
  static int64_t pitch_of(const Pool2dGeometry& g) { return g.ow + (g.kw - 1) * g.dil_w / g.stride_w; }

  const Pool2dGeometry& g;
  int64_t pitch, most;  // most: output rows at a time
  int64_t phase;        // size of a phase plane

  int64_t size() const { return g.stride_h * g.stride_w * phase; }
  int64_t positions(int64_t rows) const { return (rows - 1) * pitch + g.ow; }

  // Where tap (ky, kx) finds the input of the block's first output.
  int64_t tap(int64_t ky, int64_t kx) const {
    const int64_t y = ky * g.dil_h, x = kx * g.dil_w;
    return (y % g.stride_h * g.stride_w + x % g.stride_w) * phase + y / g.stride_h * pitch + x / g.stride_w;
  }

  // Calls f(y, at, left, begin, end) for each row of each phase: its position u, at `at + u`, belongs to column left +
  // u stride_w of row y of the plane. Inside the plane are begin <= u < end: nothing if there is no such row.
  template <class F>
  void for_each_row(int64_t first, int64_t rows, F f) const {
    const int64_t in_rows = rows + (g.kh - 1) * g.dil_h / g.stride_h;
    for (int64_t fx = 0; fx < g.stride_w; ++fx) {
      const int64_t left = fx - g.pad_w, begin = left >= 0 ? 0 : min(pitch, ceil_div(-left, g.stride_w));
      const int64_t end = max(begin, left < g.w ? min(pitch, ceil_div(g.w - left, g.stride_w)) : 0);
      for (int64_t fy = 0; fy < g.stride_h; ++fy) {
        for (int64_t r = 0; r < in_rows; ++r) {
          const int64_t y = (first + r) * g.stride_h + fy - g.pad_h;
          const bool inside = y >= 0 && y < g.h;
          f(y, (fy * g.stride_w + fx) * phase + r * pitch, left, inside ? begin : 0, inside ? end : 0);
        }
      }
    }
  }

  // The inputs of output rows [first, first + rows) of one plane, dealt out; `outside` for the padding.
  template <class T>
  void deal(const T* plane, int64_t first, int64_t rows, T outside, T* dealt) const {
    for_each_row(first, rows, [&](int64_t y, int64_t at, int64_t left, int64_t begin, int64_t end) {
      const T* from = plane + y * g.w + left;
      T* to = dealt + at;
      for (int64_t u = 0; u < begin; ++u) to[u] = outside;
      if (g.stride_w == 2) {
        for (int64_t u = begin; u < end; ++u) to[u] = from[2 * u];
      } else {
        for (int64_t u = begin; u < end; ++u) to[u] = from[u * g.stride_w];
      }
      for (int64_t u = end; u < pitch; ++u) to[u] = outside;
    });
  }
};

// best = the larger of best and the neighbouring values, offset = where it was found. A NaN beats numbers, the first
// stays.
template <class T, class Offset>
void take_larger(int64_t n, const T* __restrict value, Offset here, T* __restrict best, Offset* __restrict offset) {
  for (int64_t i = 0; i < n; ++i) {
    const bool take = !(value[i] <= best[i]) & (best[i] == best[i]);
    best[i] = take ? value[i] : best[i];
    offset[i] = take ? here : offset[i];
  }
}

#if defined(__GNUC__) && !defined(YHAT_PORTABLE)

template <class T, int... I>
Vec<T> every_other(Vec<T> a, Vec<T> b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (2 * I)...);
}
template <class T, int... I>
Vec<T> others(Vec<T> a, Vec<T> b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (2 * I + 1)...);
}

// A register of 2 x 2 windows side by side.
template <class T>
void max_pool_register_2x2(int64_t w, const T* top, const T* bottom, int64_t first, T* y, int64_t* winner) {
  using Offset = typename OffsetOf<T>::type;
  typedef Offset Offsets __attribute__((vector_size(YHAT_VECTOR_BYTES)));
  constexpr int size = lanes<T>;
  const std::make_integer_sequence<int, size> all;
  const Vec<T> t0 = load(top), t1 = load(top + size), b0 = load(bottom), b1 = load(bottom + size);
  Vec<T> best = every_other<T>(t0, t1, all);
  Offsets offset = {};
  const auto take = [&](Vec<T> value, int64_t here) {
    const Offsets mask = (Offsets)((value > best) | ((value != value) & (best == best)));
    best = (Vec<T>)(((Offsets)value & mask) | ((Offsets)best & ~mask));
    offset = (static_cast<Offset>(here) & mask) | (offset & ~mask);
  };
  take(others<T>(t0, t1, all), 1);
  take(every_other<T>(b0, b1, all), w);
  take(others<T>(b0, b1, all), w + 1);
  store(y, best);
  for (int j = 0; j < size && winner; ++j) winner[j] = first + 2 * j + offset[j];
}

inline constexpr bool have_registers = true;

#else

template <class T>
void max_pool_register_2x2(int64_t, const T*, const T*, int64_t, T*, int64_t*) {}

inline constexpr bool have_registers = false;

#endif

// The common 2 x 2 windows, n of them side by side. `top` and `bottom` are the two rows of input, whose elements have
// the flat indices first and first + w on.
template <class T>
void max_pool_row_2x2(int64_t n, int64_t w, const T* top, const T* bottom, int64_t first, T* y, int64_t* winner) {
  int64_t i = 0;
  for (; have_registers && n >= lanes<T> && i < n; i += lanes<T>) {
    i = min(i, n - lanes<T>);  // the last ones overlap
    max_pool_register_2x2(w, top + 2 * i, bottom + 2 * i, first + 2 * i, y + i, winner ? winner + i : nullptr);
  }
  for (; i < n; ++i) {
    T best = top[2 * i];
    int64_t offset = 0;
    const auto take = [&](T value, int64_t here) {
      const bool better = (value > best) | ((value != value) & (best == best));
      best = better ? value : best;
      offset = better ? here : offset;
    };
    take(top[2 * i + 1], 1);
    take(bottom[2 * i], w);
    take(bottom[2 * i + 1], w + 1);
    y[i] = best;
    if (winner) winner[i] = first + 2 * i + offset;
  }
}

template <class T>
void max_pool2d(const Pool2dGeometry& g, const T* x, T* y, int64_t* winner) {
  using Offset = typename OffsetOf<T>::type;
  if (g.n * g.c * g.oh * g.ow == 0) return;
  if (g.h * g.w > 0x7fffffff) return reference::max_pool2d(g, x, y, winner);
  const PoolBlock b = PoolBlock::of_positions(g, 1024);
  const T lowest = static_cast<T>(-__builtin_inff());
  const bool simple = g.kh == 2 && g.kw == 2 && g.stride_h == 2 && g.stride_w == 2 && g.pad_h == 0 && g.pad_w == 0 &&
                      g.dil_h == 1 && g.dil_w == 1 && 2 * g.oh <= g.h && 2 * g.ow <= g.w;
  const int64_t grain = max(1, 30000 / (g.oh * g.ow * g.kh * g.kw)), size = b.size() + (2 * b.most + 1) * b.pitch;
  parallel_for_with_scratch<T>(g.n * g.c, grain, size, [&](int64_t begin, int64_t end, T* dealt) {
    T* best = dealt + b.size();
    Offset* offset = reinterpret_cast<Offset*>(best + b.most * b.pitch);  // of the winner, from the start of its window
    Offset* first_col = offset + b.most * b.pitch;
    for (int64_t i = 0; i < b.pitch; ++i) {  // of the window's first element that is not padding
      const int64_t left = i * g.stride_w - g.pad_w;
      first_col[i] = static_cast<Offset>(left >= 0 ? 0 : ceil_div(-left, g.dil_w) * g.dil_w);
    }
    for (int64_t plane = begin; plane < end; ++plane) {
      if (simple) {
        for (int64_t row = plane * g.oh; row < (plane + 1) * g.oh; ++row) {
          const int64_t in = (plane * g.h + 2 * (row - plane * g.oh)) * g.w, out = row * g.ow;
          int64_t* to = winner ? winner + out : nullptr;
          // A row of less than a register may spill into the next one, which comes later.
          const bool spill = have_registers && g.ow < lanes<T> && out + lanes<T> <= end * g.oh * g.ow &&
                             in + g.w + 2 * lanes<T> <= g.n * g.c * g.h * g.w;
          if (spill) {
            max_pool_register_2x2(g.w, x + in, x + in + g.w, in, y + out, to);
          } else {
            max_pool_row_2x2(g.ow, g.w, x + in, x + in + g.w, in, y + out, to);
          }
        }
        continue;
      }
      for (int64_t row = 0; row < g.oh; row += b.most) {
        const int64_t rows = min(b.most, g.oh - row);
        b.deal(x + plane * g.h * g.w, row, rows, lowest, dealt);
        for (int64_t r = 0; r < rows; ++r) {
          const int64_t top = (row + r) * g.stride_h - g.pad_h;
          const Offset first_row = static_cast<Offset>(top >= 0 ? 0 : ceil_div(-top, g.dil_h) * g.dil_h * g.w);
          for (int64_t i = 0; i < b.pitch; ++i) best[r * b.pitch + i] = lowest;  // no better than any element
          for (int64_t i = 0; i < b.pitch; ++i) offset[r * b.pitch + i] = first_row + first_col[i];
        }
        for (int64_t ky = 0; ky < g.kh; ++ky) {
          for (int64_t kx = 0; kx < g.kw; ++kx) {
            const Offset here = static_cast<Offset>(ky * g.dil_h * g.w + kx * g.dil_w);
            take_larger(b.positions(rows), dealt + b.tap(ky, kx), here, best, offset);
          }
        }
        for (int64_t r = 0; r < rows; ++r) {
          const int64_t out = (plane * g.oh + row + r) * g.ow, window = (row + r) * g.stride_h - g.pad_h;
          const int64_t in = (plane * g.h + window) * g.w - g.pad_w;
          for (int64_t i = 0; i < g.ow; ++i) y[out + i] = best[r * b.pitch + i];
          if (!winner) continue;
          for (int64_t i = 0; i < g.ow; ++i) winner[out + i] = in + i * g.stride_w + offset[r * b.pitch + i];
        }
      }
    }
  });
}

template <class T>
void max_pool2d_grad(const Pool2dGeometry& g, const T* gy, const int64_t* winner, T* gx) {
  const int64_t in = g.h * g.w, out = g.oh * g.ow;
  parallel_for(g.n * g.c, max(1, 30000 / max(1, in)), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * in; i < end * in; ++i) gx[i] = 0;
    for (int64_t i = begin * out; i < end * out; ++i) gx[winner[i]] += gy[i];
  });
}

// How many positions of the window that starts at `start` count for the average.
inline int64_t counted(int64_t start, int64_t kernel, int64_t size, int64_t pad, bool include_pad) {
  return include_pad ? min(start + kernel, size + pad) - start : min(start + kernel, size) - max(start, 0);
}

// How many columns count in each window of a row.
template <class T>
void count_columns(const Pool2dGeometry& g, T* count) {
  for (int64_t i = 0; i < g.ow; ++i) {
    count[i] = static_cast<T>(counted(i * g.stride_w - g.pad_w, g.kw, g.w, g.pad_w, g.count_include_pad));
  }
}

template <class T>
T count_rows(const Pool2dGeometry& g, int64_t row) {
  return static_cast<T>(counted(row * g.stride_h - g.pad_h, g.kh, g.h, g.pad_h, g.count_include_pad));
}

template <class T>
void avg_pool2d(const Pool2dGeometry& g, const T* x, T* y) {
  if (g.n * g.c * g.oh * g.ow == 0) return;
  const PoolBlock b = PoolBlock::of_positions(g, 1024);
  const int64_t grain = max(1, 30000 / (g.oh * g.ow * g.kh * g.kw)), size = b.size() + b.most * b.pitch + g.ow;
  parallel_for_with_scratch<T>(g.n * g.c, grain, size, [&](int64_t begin, int64_t end, T* dealt) {
    T* sum = dealt + b.size();
    T* columns = sum + b.most * b.pitch;
    count_columns(g, columns);
    for (int64_t plane = begin; plane < end; ++plane) {
      for (int64_t row = 0; row < g.oh; row += b.most) {
        const int64_t rows = min(b.most, g.oh - row), n = b.positions(rows);
        b.deal(x + plane * g.h * g.w, row, rows, T(0), dealt);
        for (int64_t i = 0; i < n; ++i) sum[i] = 0;
        for (int64_t ky = 0; ky < g.kh; ++ky) {
          for (int64_t kx = 0; kx < g.kw; ++kx) {
            const T* value = dealt + b.tap(ky, kx);
            for (int64_t i = 0; i < n; ++i) sum[i] += value[i];
          }
        }
        for (int64_t r = 0; r < rows; ++r) {
          const T count = count_rows<T>(g, row + r);
          T* to = y + (plane * g.oh + row + r) * g.ow;
          for (int64_t i = 0; i < g.ow; ++i) to[i] = sum[r * b.pitch + i] / (count * columns[i]);
        }
      }
    }
  });
}

// The same the other way: what each output gives to each of its inputs is added up in the phase planes, all rows at
// once; then they are gathered, each input from its one place.
template <class T>
void avg_pool2d_grad(const Pool2dGeometry& g, const T* gy, T* gx) {
  const int64_t in = g.h * g.w;
  const PoolBlock b = PoolBlock::of_rows(g, g.oh);
  const int64_t grain = max(1, 10000 / max(1, in)), size = b.size() + g.oh * b.pitch + g.ow + 1;
  parallel_for_with_scratch<T>(g.n * g.c, grain, size, [&](int64_t begin, int64_t end, T* dealt) {
    T* share = dealt + b.size();
    T* columns = share + g.oh * b.pitch;
    count_columns(g, columns);
    for (int64_t plane = begin; plane < end; ++plane) {
      T* to = gx + plane * in;
      for (int64_t i = 0; i < in; ++i) to[i] = 0;
      if (g.oh * g.ow == 0) continue;
      for (int64_t i = 0; i < g.oh * b.pitch; ++i) share[i] = 0;
      for (int64_t y = 0; y < g.oh; ++y) {
        const T count = count_rows<T>(g, y);
        const T* from = gy + (plane * g.oh + y) * g.ow;
        for (int64_t i = 0; i < g.ow; ++i) share[y * b.pitch + i] = from[i] / (count * columns[i]);
      }
      for (int64_t i = 0; i < b.size(); ++i) dealt[i] = 0;
      for (int64_t ky = 0; ky < g.kh; ++ky) {
        for (int64_t kx = 0; kx < g.kw; ++kx) {
          T* sum = dealt + b.tap(ky, kx);
          for (int64_t i = 0; i < b.positions(g.oh); ++i) sum[i] += share[i];
        }
      }
      b.for_each_row(0, g.oh, [&](int64_t y, int64_t at, int64_t left, int64_t from, int64_t until) {
        T* x = to + y * g.w + left + from * g.stride_w;  // walked: with an index for each element, three times as slow
        for (int64_t u = from; u < until; ++u, x += g.stride_w) *x = dealt[at + u];
      });
    }
  });
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
