// SPDX-License-Identifier: MIT
// One entry point per format, for the fuzzers and for the replay of their corpora by the ordinary tests. Each takes any
// bytes: they load, and then saving and loading again gives the same bits; or a FormatError says why not. Everything
// else is a finding: another exception escapes, and a broken round trip aborts with a line that says which.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "yhat/checkpoint.h"
#include "yhat/error.h"
#include "yhat/idx.h"
#include "yhat/npy.h"
#include "yhat/pnm.h"
#include "yhat/safetensors.h"

namespace fuzz {

using Bytes = std::span<const std::byte>;

inline void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

inline bool same_bits(const yhat::Tensor& a, const yhat::Tensor& b) {
  if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return false;
  return yhat::dispatch(a.dtype(), [&](auto zero) {
    const auto x = a.data<decltype(zero)>();
    const auto y = b.data<decltype(zero)>();
    return x.empty() || std::memcmp(x.data(), y.data(), x.size_bytes()) == 0;
  });
}
inline bool same_state(const yhat::StateDict& a, const yhat::StateDict& b) {
  bool same = a.size() == b.size();
  for (std::size_t i = 0; same && i < a.size(); ++i) {
    same = a[i].first == b[i].first && same_bits(a[i].second, b[i].second);
  }
  return same;
}

/// Whether f went through; a FormatError means no.
template <class F>
bool accepted(F f) {
  try {
    f();
    return true;
  } catch (const yhat::FormatError& e) {
    require(std::string_view(e.what()).find('\n') == std::string_view::npos, "a message of several lines");
    require(std::string_view(e.what()).size() < 2000, "a very long message");
    return false;
  }
}

inline bool idx(Bytes bytes) {
  accepted([&] { yhat::parse_idx_labels(bytes); });
  return accepted([&] {
    const yhat::Tensor x = yhat::parse_idx(bytes);
    require(static_cast<std::size_t>(x.size()) <= 1032 * bytes.size() + 1024, "more elements than the file can hold");
  });
}

inline bool npy(Bytes bytes) {
  accepted([&] { yhat::parse_npy_labels(bytes); });
  return accepted([&] {
    const yhat::Tensor x = yhat::parse_npy(bytes);
    require(same_bits(yhat::parse_npy(yhat::npy_bytes(x)), x), "npy round trip");
  });
}

inline bool safetensors(Bytes bytes) {
  return accepted([&] {
    yhat::Metadata metadata;
    const yhat::StateDict state = yhat::parse_safetensors(bytes, &metadata);
    const auto once = yhat::safetensors_bytes(state, metadata);
    yhat::Metadata again;
    const yhat::StateDict back = yhat::parse_safetensors(once, &again);
    require(same_state(state, back), "safetensors round trip");
    require(yhat::safetensors_bytes(back, again) == once, "same state, same bytes");
  });
}

inline bool checkpoint(Bytes bytes) {
  return accepted([&] {
    const yhat::Checkpoint c = yhat::parse_checkpoint(bytes);
    const auto once = yhat::checkpoint_bytes(c);
    const yhat::Checkpoint back = yhat::parse_checkpoint(once);
    require(same_state(c.model, back.model) && same_state(c.optimiser, back.optimiser), "checkpoint round trip");
    require(c.rngs == back.rngs && c.epoch == back.epoch && c.step == back.step, "counters of a checkpoint");
    require(yhat::checkpoint_bytes(back) == once, "same checkpoint, same bytes");
  });
}

inline bool pnm(Bytes bytes) {
  return accepted([&] {
    const yhat::Tensor x = yhat::parse_pnm(bytes);
    const auto once = yhat::pnm_bytes(x);
    require(yhat::pnm_bytes(yhat::parse_pnm(once)) == once, "PNM round trip");
  });
}

struct Entry {
  const char* name;
  bool (*run)(Bytes);
};
inline constexpr Entry entries[] = {
    {"idx", idx}, {"idx_gz", idx}, {"npy", npy}, {"safetensors", safetensors}, {"checkpoint", checkpoint},
    {"pnm", pnm}};

}  // namespace fuzz
