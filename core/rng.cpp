// SPDX-License-Identifier: MIT
#include "yhat/rng.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <numeric>

#include "yhat/error.h"

namespace yhat {
namespace {
// SplitMix64 (Steele, Lea and Flood, 2014): spreads a seed over the state.
std::uint64_t split_mix(std::uint64_t& x) {
  x += 0x9e3779b97f4a7c15;
  std::uint64_t z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// ln(x) for x in (0, 1]. The C library's log differs between platforms in the last bit; this one uses + - * / only.
// x = m 2^e with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh(s), s = (m - 1)/(m + 1), |s| < 0.172.
double portable_log(double x) {
  int e;
  double m = std::frexp(x, &e);
  if (m < 0.70710678118654752) {
    m *= 2;
    --e;
  }
  const double s = (m - 1) / (m + 1);
  double series = 0;
  for (int k = 23; k >= 1; k -= 2) series = series * (s * s) + 1.0 / k;
  return 2 * s * series + e * 0.69314718055994530942;
}
}  // namespace

Rng::Rng(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t x = seed;
  x = split_mix(x) ^ (stream * 0xd1342543de82ef95);
  for (std::uint64_t& word : state_) word = split_mix(x);
}

std::uint64_t Rng::next() {
  State& s = state_;
  const std::uint64_t result = std::rotl(s[1] * 5, 7) * 9;
  const std::uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = std::rotl(s[3], 45);
  return result;
}

double Rng::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double Rng::normal() {
  // The second value of each accepted pair is thrown away, so that the state is all there is to save.
  for (;;) {
    const double u = 2 * uniform() - 1;
    const double v = 2 * uniform() - 1;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * portable_log(s) / s);
  }
}

void Rng::set_state(const State& state) {
  if (state == State{}) throw ArgumentError("Rng::set_state", "four zeros (at least one bit must be set)");
  state_ = state;
}

double Rng::uniform(double lo, double hi) {
  const double x = lo + (hi - lo) * uniform();
  return x < hi || !(lo < hi) ? x : std::nextafter(hi, lo);  // the sum may round up to hi
}

std::int64_t Rng::below(std::int64_t n) {
  if (n < 1) throw ArgumentError("Rng::below", fmt::format("n = {} (must be >= 1)", n));
  const auto range = static_cast<std::uint64_t>(n);
  const std::uint64_t reject = (0 - range) % range;  // 2^64 mod n: the values that would favour small results
  for (;;) {
    const std::uint64_t x = next();
    if (x >= reject) return static_cast<std::int64_t>(x % range);
  }
}

std::vector<std::int64_t> Rng::permutation(std::int64_t n) {
  if (n < 0) throw ArgumentError("Rng::permutation", fmt::format("n = {} (must be >= 0)", n));
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(below(static_cast<std::int64_t>(i)))]);
  }
  return order;
}

}  // namespace yhat
