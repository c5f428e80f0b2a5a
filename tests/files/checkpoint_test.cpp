// SPDX-License-Identifier: MIT
#include "yhat/checkpoint.h"

#include <limits>

#include "core/files/crc32.h"
#include "core/files/number_text.h"
#include "tests/files/support.h"

namespace {

using yhat::Checkpoint;

Checkpoint example() {
  yhat::Rng rng(42, 1);
  rng.next();
  Checkpoint c;
  c.model = {{"fc1.weight", yhat::tensor({{1, -2}, {3, 4}})}, {"fc1.bias", yhat::tensor({0.5, 0})}};
  c.optimiser = {{"momentum.fc1.weight", yhat::tensor({{0.1, 0}, {0, 0}})}};
  c.epoch = 3;
  c.step = 1234567890123;
  c.numbers = {{"lr", 0.1}, {"best", -0.0}, {"worst", std::numeric_limits<double>::infinity()}};
  c.rngs = {{"shuffle", rng.state()}};
  c.metadata = {{"note", "a \"text\""}};
  return c;
}

void check_same_checkpoint(const Checkpoint& a, const Checkpoint& b) {
  yhat::test::check_same(a.model, b.model);
  yhat::test::check_same(a.optimiser, b.optimiser);
  CHECK(a.epoch == b.epoch);
  CHECK(a.step == b.step);
  CHECK(a.rngs == b.rngs);
  CHECK(a.metadata == b.metadata);
  REQUIRE(a.numbers.size() == b.numbers.size());
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    CHECK(a.numbers[i].first == b.numbers[i].first);
    CHECK(std::memcmp(&a.numbers[i].second, &b.numbers[i].second, sizeof(double)) == 0);
  }
}

}  // namespace

TEST_CASE("a checkpoint keeps weights, optimiser, counters, numbers and generators, bit for bit") {
  const yhat::test::TempFolder folder;
  yhat::save_checkpoint(folder / "c.safetensors", example());
  CHECK(folder.count() == 1);
  const Checkpoint back = yhat::load_checkpoint(folder / "c.safetensors");
  check_same_checkpoint(back, example());
  yhat::Rng straight(42, 1);
  straight.next();
  yhat::Rng resumed(7);
  resumed.set_state(back.rngs[0].second);
  for (int i = 0; i < 10; ++i) CHECK(resumed.next() == straight.next());
  CHECK(yhat::checkpoint_bytes(back) == yhat::checkpoint_bytes(example()));
  CHECK(yhat::test::read_file(folder / "c.safetensors") == yhat::checkpoint_bytes(example()));
}

TEST_CASE("a checkpoint is a safetensors file that any reader of weights takes") {
  yhat::Metadata metadata;
  const yhat::StateDict state = yhat::parse_safetensors(yhat::checkpoint_bytes(example()), &metadata);
  REQUIRE(state.size() == 3);
  CHECK(state[0].first == "fc1.weight");
  CHECK(state[2].first == "optim.momentum.fc1.weight");
  for (const auto& [key, value] : metadata) CHECK_FALSE(key.starts_with("crc32."));
}

TEST_CASE("82 checkpoint: cut at every byte and with any bit flipped it does not load") {
  const yhat::test::Bytes whole = yhat::checkpoint_bytes(example());
  const auto load = [](const yhat::test::Bytes& b) { yhat::parse_checkpoint(b); };
  yhat::test::cut_everywhere(whole, load);
  CHECK(yhat::test::flip_everywhere(whole, load) == 0);
}

TEST_CASE("82 checkpoint: a damaged tensor is named with both checksums") {
  yhat::test::Bytes whole = yhat::checkpoint_bytes(example());
  whole[whole.size() - 40] ^= std::byte{1};  // data: 16 bytes, 8 bytes, 16 bytes
  const std::string error = yhat::test::format_error([&] { yhat::parse_checkpoint(whole); });
  const std::string at = std::to_string(whole.size() - 40);
  CHECK(error.find("load_checkpoint: memory: byte " + at + ": 'fc1.weight' has CRC ") == 0);
  CHECK(error.find(" (expected ") != std::string::npos);
  // Where a file has checksums, a reader of weights looks at them too.
  CHECK(yhat::test::format_error([&] {
          yhat::parse_safetensors(whole);
        }).find("load_safetensors: memory: byte " + at) == 0);
}

TEST_CASE("82 checkpoint: other safetensors files are refused with the reason") {
  const auto error = [](const yhat::test::Bytes& b) {
    return yhat::test::format_error([&] { yhat::parse_checkpoint(b); });
  };
  CHECK(error(yhat::safetensors_bytes({{"a", yhat::ones({2})}})) ==
        "load_checkpoint: memory: byte 8: not a checkpoint, its metadata have no 'yhat.checkpoint'; hint: "
        "load_safetensors reads weights");
  CHECK(error(yhat::safetensors_bytes({}, {{"yhat.checkpoint", "2"}})) ==
        "load_checkpoint: memory: byte 8: checkpoint of version '2' (1)");
  CHECK(error(yhat::safetensors_bytes({}, {{"yhat.checkpoint", "1"}})) ==
        "load_checkpoint: memory: byte 8: a checksum is missing (a checkpoint has one of the header and each tensor)");
  CHECK(error(yhat::safetensors_bytes({}, {{"yhat.checkpoint", "1"}, {"yhat.epoch", "3x"}})) ==
        "load_checkpoint: memory: byte 8: metadata 'yhat.epoch' is '3x' (must be a number)");
  CHECK(error(yhat::safetensors_bytes({}, {{"yhat.checkpoint", "1"}, {"yhat.rng.a", "12"}})).find("yhat.rng.a") !=
        std::string::npos);
  CHECK(error(yhat::safetensors_bytes({}, {{"yhat.checkpoint", "1"}, {"yhat.new", "12"}})).find("newer yhat") !=
        std::string::npos);
}

TEST_CASE("a checkpoint that could not be read back is not written") {
  Checkpoint c = example();
  c.model.emplace_back("optim.x", yhat::ones({1}));
  CHECK_THROWS_AS(yhat::checkpoint_bytes(c), yhat::ArgumentError);
  c = example();
  c.metadata.emplace_back("yhat.epoch", "1");
  CHECK_THROWS_AS(yhat::checkpoint_bytes(c), yhat::ArgumentError);
  c = example();
  c.model.emplace_back("header", yhat::ones({1}));
  CHECK_THROWS_AS(yhat::checkpoint_bytes(c), yhat::ArgumentError);
}

TEST_CASE("CRC-32 has the values everyone agrees on, in one piece or many") {
  const auto crc = [](std::string_view text) { return yhat::files::crc32(yhat::test::bytes(text)); };
  CHECK(crc("") == 0);
  CHECK(crc("a") == 0xE8B7BE43U);
  CHECK(crc("123456789") == 0xCBF43926U);
  CHECK(crc("The quick brown fox jumps over the lazy dog") == 0x414FA339U);
  const yhat::test::Bytes data = yhat::test::bytes(std::string(1000, 'x') + "abcdefghijk");
  for (const std::size_t cut : std::initializer_list<std::size_t>{0, 1, 7, 8, 9, 500, 1011}) {
    const std::span<const std::byte> all(data);
    CHECK(yhat::files::crc32(all.subspan(cut), yhat::files::crc32(all.first(cut))) == yhat::files::crc32(all));
  }
}

TEST_CASE("numbers as text are read in full and come back to the same bits") {
  using Limits = std::numeric_limits<double>;
  for (const double x : {0.0, -0.0, 0.1, 1e-310, Limits::denorm_min(), Limits::max(), 1e22, -123456.789, 1.0 / 3}) {
    double back = 7;
    const std::string text = yhat::files::number_text(x);
    CAPTURE(text);
    REQUIRE(yhat::files::parse_number(text, back));
    CHECK(std::memcmp(&x, &back, sizeof x) == 0);
  }
  double value = 0;
  CHECK(yhat::files::parse_number("nan", value));
  CHECK(value != value);
  for (const char* text : {"", " 1", "1 ", "1,5", "0x1", "1e999", "1.5.2", "e5", "--1", "infinity", "NaN"}) {
    CAPTURE(text);
    CHECK_FALSE(yhat::files::parse_number(text, value));
  }
  std::int64_t whole = 0;
  CHECK(yhat::files::parse_number("-9223372036854775808", whole));
  CHECK(whole == std::numeric_limits<std::int64_t>::min());
  for (const char* text : {"", "1.0", "9223372036854775808", " 1", "1 "}) {
    CAPTURE(text);
    CHECK_FALSE(yhat::files::parse_number(text, whole));
  }
}
