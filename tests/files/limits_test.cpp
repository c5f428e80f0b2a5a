// SPDX-License-Identifier: MIT
// What readers may ask for: memory in proportion to the file, and nothing of the locale.
#include <clocale>
#include <cstdint>
#include <cstdlib>
#include <locale>
#include <new>

#include "core/buffer.h"
#include "tests/files/support.h"
#include "yhat/checkpoint.h"
#include "yhat/idx.h"
#include "yhat/npy.h"
#include "yhat/pnm.h"
#include "yhat/safetensors.h"

namespace {
std::size_t largest_allocation = 0;

std::string big(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}
std::string npy(const std::string& shape) {
  const std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(text.size()) + '\0' + text;
}
std::string safetensors(const std::string& header) {
  return static_cast<char>(header.size()) + std::string(7, '\0') + header;
}
}  // namespace

// Every allocation of this program goes through here. (Inlined, the pair would look mismatched to the compiler.)
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  largest_allocation = std::max(largest_allocation, bytes);
  if (void* p = std::malloc(bytes == 0 ? 1 : bytes)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  largest_allocation = std::max(largest_allocation, bytes);
  return std::malloc(bytes == 0 ? 1 : bytes);
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

TEST_CASE("85 small files that announce gigabytes allocate next to nothing") {
  struct Case {
    const char* name;
    std::string text;
    bool (*accepted)(const yhat::test::Bytes&);
  };
  const auto idx = [](const yhat::test::Bytes& b) {
    return yhat::test::loads([](const auto& x) { yhat::parse_idx(x); }, b);
  };
  const auto array = [](const yhat::test::Bytes& b) {
    return yhat::test::loads([](const auto& x) { yhat::parse_npy(x); }, b);
  };
  const auto tensors = [](const yhat::test::Bytes& b) {
    return yhat::test::loads([](const auto& x) { yhat::parse_safetensors(x); }, b);
  };
  const auto picture = [](const yhat::test::Bytes& b) {
    return yhat::test::loads([](const auto& x) { yhat::parse_pnm(x); }, b);
  };
  const Case cases[] = {
      {"idx", std::string("\0\0\x08\3", 4) + big(60000) + big(1000) + big(1000), idx},
      {"idx doubles", std::string("\0\0\x0E\1", 4) + big(UINT32_MAX), idx},
      {"npy", npy("(1073741824,)"), array},
      {"npy overflow", npy("(4611686018427387904, 4)"), array},
      {"safetensors", safetensors(R"({"a":{"dtype":"F32","shape":[1073741824],"data_offsets":[0,4294967296]}})"),
       tensors},
      {"safetensors length", "\xFF\xE0\xF5\x05" + std::string(4, '\0') + "{}", tensors},  // 99,999,999
      {"P5", "P5 16384 16384 255\n", picture},
      {"P2", "P2 16384 16384 255\n1 2 3", picture},
  };
  for (const Case& c : cases) {
    const std::string name = c.name;
    CAPTURE(name);
    const yhat::test::Bytes file = yhat::test::bytes(c.text);
    const auto before = yhat::buffer_statistics();
    largest_allocation = 0;
    const bool accepted = c.accepted(file);
    const std::size_t largest = largest_allocation;
    CHECK_FALSE(accepted);
    CHECK(largest > 0);
    CHECK(largest < 16 * file.size() + 8192);  // exception texts, the tables of zlib and JSON
    CHECK(yhat::buffer_statistics().system_allocations == before.system_allocations);
  }
}

TEST_CASE("86 a locale with a decimal comma and digit groups changes neither reading nor writing") {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  yhat::Checkpoint c;
  c.model = {{"w", yhat::arange(1234567)}};
  c.numbers = {{"lr", 1234.5678}};
  c.step = 1234567;
  const yhat::test::Bytes checkpoint = yhat::checkpoint_bytes(c);
  const yhat::test::Bytes array = yhat::npy_bytes(yhat::zeros({1234, 1}));
  const yhat::test::Bytes picture = yhat::pnm_bytes(yhat::zeros({1, 1, 1234}));

  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  const std::string old = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) != nullptr) break;
  }
  const bool same = yhat::checkpoint_bytes(c) == checkpoint && yhat::npy_bytes(yhat::zeros({1234, 1})) == array &&
                    yhat::pnm_bytes(yhat::zeros({1, 1, 1234})) == picture;
  const yhat::Checkpoint back = yhat::parse_checkpoint(checkpoint);
  const yhat::Shape shape = yhat::parse_npy(array).shape();
  const std::string message =
      yhat::test::format_error([&] { yhat::parse_pnm(yhat::test::bytes("P5 1234 2345 255\n")); });
  std::setlocale(LC_ALL, old.c_str());
  std::locale::global(before);

  CHECK(same);
  CHECK(back.step == 1234567);
  CHECK(back.numbers[0].second == 1234.5678);
  CHECK(shape == yhat::Shape{1234, 1});
  CHECK(message.find("1 x 2345 x 1234 = 2893747 bytes, file has 17;") != std::string::npos);
}
