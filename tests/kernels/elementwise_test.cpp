// SPDX-License-Identifier: MIT
#include "core/kernels/elementwise.h"

#include "compare.h"

using namespace kernel_test;
using kernels::Arithmetic;

TEST_CASE_TEMPLATE("fast arithmetic has the bits of the reference, in place too", T, float, double) {
  for_each_isa([] {
    Noise noise(45);
    for (Arithmetic op : {Arithmetic::add, Arithmetic::sub, Arithmetic::mul, Arithmetic::div}) {
      for (int64_t n : {0, 1, 3, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 1000}) {
        CAPTURE(static_cast<int>(op));
        CAPTURE(n);
        const std::vector<T> a = noise.reals<T>(n), b = noise.reals<T>(n);
        std::vector<T> y(a.size(), NAN), expected(a.size());
        kernels::arithmetic(op, n, a.data(), b.data(), y.data());
        kernels::reference::arithmetic(op, n, a.data(), b.data(), expected.data());
        const auto same = [&](const std::vector<T>& got) {
          return n == 0 || std::memcmp(got.data(), expected.data(), got.size() * sizeof(T)) == 0;
        };
        CHECK(same(y));
        std::vector<T> left = a, right = b;
        kernels::arithmetic(op, n, left.data(), b.data(), left.data());
        CHECK(same(left));
        kernels::arithmetic(op, n, a.data(), right.data(), right.data());
        CHECK(same(right));
      }
    }
  });
}
