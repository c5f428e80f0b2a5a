// SPDX-License-Identifier: MIT
// Every file of every corpus, and each of them changed a little, through the entry points of the fuzzers.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/entries.h"
#include "yhat/rng.h"

namespace {

namespace fs = std::filesystem;

std::vector<std::byte> read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::byte> bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

/// What a fuzzer does: flips, inserts, removes, repeats and cuts.
void mutate(std::vector<std::byte>& bytes, yhat::Rng& rng) {
  for (std::int64_t changes = 1 + rng.below(4); changes > 0; --changes) {
    const auto at = [&] { return rng.below(static_cast<std::int64_t>(bytes.size()) + 1); };
    const std::int64_t i = at();
    const auto place = bytes.begin() + i;
    const auto byte = static_cast<std::byte>(rng.below(256));
    switch (rng.below(5)) {
      case 0:
        bytes.insert(place, byte);
        break;
      case 1:
        bytes.erase(place, place + std::min<std::int64_t>(rng.below(8), static_cast<std::int64_t>(bytes.size()) - i));
        break;
      case 2:
        bytes.resize(static_cast<std::size_t>(i));
        break;
      case 3:
        if (i < static_cast<std::int64_t>(bytes.size())) *place ^= std::byte{1} << rng.below(8);
        break;
      default:
        if (i < static_cast<std::int64_t>(bytes.size())) *place = byte;
    }
  }
}

}  // namespace

TEST_CASE("the corpora of the fuzzers are replayed: each loads to the same bits again or is a FormatError") {
  for (const fuzz::Entry& entry : fuzz::entries) {
    const std::string name = entry.name;
    CAPTURE(name);
    int accepted = 0;
    int refused = 0;
    std::vector<fs::path> paths;
    for (const auto& file : fs::directory_iterator(fs::path(YHAT_TEST_SOURCE_DIR) / "tests/fuzz/corpus" / name)) {
      paths.push_back(file.path());
    }
    std::sort(paths.begin(), paths.end());
    yhat::Rng rng(42);
    for (const fs::path& path : paths) {
      CAPTURE(path.string());
      const std::vector<std::byte> bytes = read(path);
      (entry.run(bytes) ? accepted : refused)++;
      for (int i = 0; i < 200; ++i) {
        std::vector<std::byte> changed = bytes;
        mutate(changed, rng);
        entry.run(changed);
      }
    }
    CHECK(paths.size() >= 3);
#ifndef YHAT_TEST_ZLIB
    if (name == "idx_gz") continue;
#endif
    CHECK(accepted >= 1);
    CHECK(refused >= 1);
  }
}
