// SPDX-License-Identifier: MIT
// One register of the instruction set this file is compiled for, and nothing else. The files of this folder are
// compiled once per instruction set, each time into a namespace YHAT_ISA of its own. They must not use inline functions
// of other namespaces (std::min, std::vector, ...): the linker keeps one copy of those, and it might be one that this
// processor cannot run.
#pragma once
#include <stdint.h>

#if defined(__clang__)
#define YHAT_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define YHAT_UNROLL _Pragma("GCC unroll 32")
#else
#define YHAT_UNROLL
#endif

namespace yhat::kernels::YHAT_ISA {
namespace {

#if defined(__GNUC__) && !defined(YHAT_PORTABLE)

template <class T>
struct Register;
template <>
struct Register<float> {
  typedef float V __attribute__((vector_size(YHAT_VECTOR_BYTES)));
  typedef float Unaligned __attribute__((vector_size(YHAT_VECTOR_BYTES), aligned(4), may_alias));
};
template <>
struct Register<double> {
  typedef double V __attribute__((vector_size(YHAT_VECTOR_BYTES)));
  typedef double Unaligned __attribute__((vector_size(YHAT_VECTOR_BYTES), aligned(8), may_alias));
};
template <class T>
using Vec = typename Register<T>::V;

template <class T>
inline Vec<T> load(const T* p) {
  return *reinterpret_cast<const typename Register<T>::Unaligned*>(p);
}
template <class T>
inline void store(T* p, Vec<T> v) {
  *reinterpret_cast<typename Register<T>::Unaligned*>(p) = v;
}

#else  // any compiler: an array that the optimiser may or may not turn into a register

template <class T>
struct Vec {
  static constexpr int size = YHAT_VECTOR_BYTES / static_cast<int>(sizeof(T));
  T lane[size];
  T operator[](int i) const { return lane[i]; }
  T& operator[](int i) { return lane[i]; }
  friend Vec operator+(Vec a, Vec b) { return a += b; }
  friend Vec operator-(Vec a, Vec b) {
    for (int i = 0; i < size; ++i) a.lane[i] -= b.lane[i];
    return a;
  }
  friend Vec operator*(Vec a, Vec b) {
    for (int i = 0; i < size; ++i) a.lane[i] *= b.lane[i];
    return a;
  }
  friend Vec operator/(Vec a, Vec b) {
    for (int i = 0; i < size; ++i) a.lane[i] /= b.lane[i];
    return a;
  }
  friend Vec operator*(T a, Vec b) {
    for (int i = 0; i < size; ++i) b.lane[i] *= a;
    return b;
  }
  Vec& operator+=(Vec b) {
    for (int i = 0; i < size; ++i) lane[i] += b.lane[i];
    return *this;
  }
};

template <class T>
inline Vec<T> load(const T* p) {
  Vec<T> v;
  for (int i = 0; i < Vec<T>::size; ++i) v.lane[i] = p[i];
  return v;
}
template <class T>
inline void store(T* p, Vec<T> v) {
  for (int i = 0; i < Vec<T>::size; ++i) p[i] = v.lane[i];
}

#endif

template <class T>
inline constexpr int lanes = YHAT_VECTOR_BYTES / static_cast<int>(sizeof(T));

template <class T>
inline Vec<T> broadcast(T value) {
  Vec<T> v = {};
  for (int i = 0; i < lanes<T>; ++i) v[i] = value;
  return v;
}

inline int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
