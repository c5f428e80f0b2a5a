// SPDX-License-Identifier: MIT
// The libFuzzer program of one format: YHAT_FUZZ_ENTRY is its function.
#include <cstdint>

#include "tests/fuzz/entries.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::YHAT_FUZZ_ENTRY(std::as_bytes(std::span(data, size))) ? 0 : 0;
}
