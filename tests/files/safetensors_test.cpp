// SPDX-License-Identifier: MIT
#include "yhat/safetensors.h"

#include <bit>
#include <limits>

#include "core/files/bytes.h"
#include "tests/files/support.h"

namespace {

using yhat::Dtype;
using yhat::StateDict;
using yhat::Tensor;
using yhat::test::bytes;
using yhat::test::check_same;
using yhat::test::format_error;

/// A file from the text of its header and its data.
yhat::test::Bytes file(const std::string& header, const std::string& data = "") {
  std::string all;
  for (std::size_t i = 0; i < 8; ++i) all += static_cast<char>((header.size() >> (8 * i)) & 255);
  return bytes(all + header + data);
}

std::string header_error(const std::string& header, const std::string& data = "") {
  return format_error([&] { yhat::parse_safetensors(file(header, data)); });
}

Tensor odd_values(Dtype dtype) {
  using F = std::numeric_limits<float>;
  using D = std::numeric_limits<double>;
  if (dtype == Dtype::f32) {
    const float values[] = {-0.0F,
                            0.0F,
                            F::denorm_min(),
                            -F::denorm_min(),
                            F::max(),
                            F::infinity(),
                            std::bit_cast<float>(0x7FC12345U),
                            std::bit_cast<float>(0xFFA54321U)};
    Tensor x = yhat::empty({2, 2, 2}, dtype);
    std::memcpy(x.mutable_data<float>().data(), values, sizeof values);
    return x;
  }
  const double values[] = {-0.0, D::denorm_min(), D::max(), -D::infinity(), std::bit_cast<double>(0x7FF4000000012345U)};
  Tensor x = yhat::empty({5}, dtype);
  std::memcpy(x.mutable_data<double>().data(), values, sizeof values);
  return x;
}

StateDict small_state() {
  return {{"fc1.weight", yhat::tensor({{1, 2, 3}, {4, 5, 6}})}, {"fc1.bias", yhat::tensor({7, 8}, Dtype::f64)}};
}

}  // namespace

TEST_CASE("84 safetensors round trips are bit-exact: -0, NaN payloads, denormals, scalars, empty tensors") {
  const StateDict state{{"a", odd_values(Dtype::f32)},      {"b", odd_values(Dtype::f64)},
                        {"scalar", yhat::tensor(2.5)},      {"empty", yhat::zeros({0, 3})},
                        {"\xC3\xA4 \"\\", yhat::ones({1})}, {"", yhat::zeros({1, 1, 1, 1, 1, 1, 1, 2}, Dtype::f64)}};
  const yhat::Metadata metadata{{"epoch", "3"}, {"quote \" and\nline", "\xE2\x82\xAC"}};
  const yhat::test::TempFolder folder;
  yhat::save_safetensors(folder / "m.safetensors", state, metadata);
  CHECK(folder.count() == 1);
  yhat::Metadata read;
  check_same(yhat::load_safetensors(folder / "m.safetensors", &read), state);
  CHECK(read == yhat::Metadata{{"format", "pt"}, metadata[0], metadata[1]});
  CHECK(yhat::test::read_file(folder / "m.safetensors") == yhat::safetensors_bytes(state, metadata));
  CHECK(yhat::parse_safetensors(yhat::safetensors_bytes({})).empty());
}

TEST_CASE("a safetensors file is written as the format says, byte for byte") {
  const std::string all = yhat::test::text(yhat::safetensors_bytes({{"w", yhat::tensor({1, -2})}}));
  std::string header = R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  const std::string data("\0\0\x80\x3F\0\0\0\xC0", 8);
  CHECK(all == yhat::test::text(file(header, data)));
  CHECK(header.size() % 8 == 0);
}

TEST_CASE("half precision is widened exactly") {
  // 1, -2, the largest, the smallest denormal, the largest denormal, -0, infinity, a NaN with payload
  const std::string f16("\x00\x3C\x00\xC0\xFF\x7B\x01\x00\xFF\x03\x00\x80\x00\x7C\x01\x7E", 16);
  const StateDict half =
      yhat::parse_safetensors(file(R"({"h":{"dtype":"F16","shape":[8],"data_offsets":[0,16]}})", f16));
  const auto h = half[0].second.data<float>();
  CHECK(half[0].second.dtype() == Dtype::f32);
  const float expected[] = {1, -2, 65504, 0x1p-24F, 0x1.FF8p-15F, -0.0F, std::numeric_limits<float>::infinity()};
  for (std::size_t i = 0; i < 7; ++i)
    CHECK(std::bit_cast<std::uint32_t>(h[i]) == std::bit_cast<std::uint32_t>(expected[i]));
  CHECK(std::bit_cast<std::uint32_t>(h[7]) == 0x7FC02000U);

  const std::string bf16("\x80\x3F\x49\x40\x01\x00\x81\x7F", 8);
  const StateDict brain =
      yhat::parse_safetensors(file(R"({"b":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}})", bf16));
  const auto b = brain[0].second.data<float>();
  CHECK(b[0] == 1);
  CHECK(b[1] == 3.140625F);
  CHECK(std::bit_cast<std::uint32_t>(b[2]) == 0x00010000U);
  CHECK(std::bit_cast<std::uint32_t>(b[3]) == 0x7F810000U);  // a signalling NaN, still one
}

TEST_CASE("any order of keys and tensors is read, in the order of the data") {
  const StateDict state = yhat::parse_safetensors(file(
      R"({"b":{"data_offsets":[4,8],"shape":[1],"dtype":"F32"}, "a":{"shape":[],"dtype":"F32","data_offsets":[0,4]},)"
      R"("none":{"dtype":"F64","shape":[2,0],"data_offsets":[4,4]}}   )",
      std::string("\0\0\x80\x3F\0\0\0\x40", 8)));
  REQUIRE(state.size() == 3);
  CHECK(state[0].first == "a");
  CHECK(state[0].second.shape() == yhat::Shape{});
  CHECK(state[1].first == "none");
  CHECK(state[1].second.shape() == yhat::Shape{2, 0});
  CHECK(state[2].second.item() == 2);
}

TEST_CASE("82 safetensors: wrong offsets, holes, overlaps and sizes are named") {
  const std::string data(12, '\0');
  CHECK(header_error(R"({"fc1.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,12]}})", data) ==
        "load_safetensors: memory: byte 8: 'fc1.weight' has offsets [0, 12] for F32 [2, 2] (needs 16 bytes)");
  CHECK(
      header_error(
          R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
          data) ==
      "load_safetensors: memory: byte 8: 'b' begins at 8, the data before it end at 4 (no hole, no overlap)");
  CHECK(
      header_error(
          R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
          data) ==
      "load_safetensors: memory: byte 8: 'b' begins at 4, the data before it end at 8 (no hole, no overlap)");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", data) ==
        "load_safetensors: memory: byte 8: 'a' has offsets [4, 0] for F32 [1] (needs 4 bytes)");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", data) ==
        "load_safetensors: memory: header says 8 bytes of data, file has 12; hint: nothing may follow the data");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", data) ==
        "load_safetensors: memory: header says 16 bytes of data, file has 12; hint: truncated, copy it again");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,12]}})", data) ==
        "load_safetensors: memory: byte 8: 'a' has shape [4611686018427387904, 8], which overflows (at most 2^63 - 1 "
        "bytes)");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[0,4611686018427387904,8],"data_offsets":[0,0]}})")
            .find("overflows") != std::string::npos);
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,12]}})", data)
            .find("overflows") != std::string::npos);
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", data) ==
        "load_safetensors: memory: byte 8: 'a' has 9 axes (at most 8)");
  CHECK(header_error(R"({"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})", data) ==
        "load_safetensors: memory: byte 8: 'n' has dtype 'I64' (F64, F32, F16 or BF16)");
}

TEST_CASE("82 safetensors: headers that are JSON of another form") {
  const char* const rejected[][2] = {
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       "'a' is there twice"},
      {R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "'a' has 'dtype' twice"},
      {R"({"__metadata__":{},"__metadata__":{}})", "'__metadata__' is there twice"},
      {R"({"__metadata__":{"k":"1","k":"2"}})", "'__metadata__' has 'k' twice"},
      {R"({"__metadata__":{"k":1}})", "'k' has a number (must be a text)"},
      {R"({"__metadata__":{"k":{}}})", "'k' has an object"},
      {R"({"__metadata__":"x"})", "'__metadata__' is a text (must be an object)"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", "'a' has no data_offsets"},
      {R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", "'a' has no shape"},
      {R"({"a":{"shape":[1],"data_offsets":[0,4]}})", "'a' has no dtype"},
      {R"({"a":{}})", "'a' has no dtype"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}})", "'a' has the member 'extra'"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "'a' has 1 data_offsets (must be 2)"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", "'a' has 3 data_offsets (must be 2)"},
      {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "'shape' has the number -1"},
      {R"({"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}})", "'shape' has the number '1e0'"},
      {R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", "'shape' has the number '1.0'"},
      {R"({"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]}})",
       "the number '18446744073709551616'"},
      {R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})", "'shape' has a text"},
      {R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", "'shape' has an array"},
      {R"({"a":{"dtype":"F32","shape":{},"data_offsets":[0,4]}})", "'shape' has an object"},
      {R"({"a":{"dtype":"F32","shape":[{}],"data_offsets":[0,4]}})", "'shape' has an object"},
      {R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})", "'shape' has a number"},
      {R"({"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}})", "'dtype' has an array"},
      {R"({"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}})", "'dtype' has null"},
      {R"({"a":{"dtype":true,"shape":[1],"data_offsets":[0,4]}})", "'dtype' has a truth value"},
      {R"({"a":[]})", "'a' is an array (must be an object)"},
      {R"({"a":7})", "'a' is a number (must be an object)"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}})", "not JSON"},
      {R"({"a":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}})", "not JSON"},
      {R"({"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}})", "not JSON"},
      {R"({'a':{}})", "not JSON"},
      {"{/**/}", "not JSON"},
      {"{\"\xFF\":{}}", "not JSON at '\"\\xff'"},
      {"[]", "the header does not begin with '{'"},
      {" {}", "the header does not begin with '{'"},
      {"\xEF\xBB\xBF{}", "the header does not begin with '{'"},
      {"{}\n", "the header does not end with '}'"},
      {"{} {", "the header does not end with '}'"},
  };
  for (const auto& pair : rejected) {
    const std::string header = pair[0];
    const std::string reason = pair[1];
    CAPTURE(header);
    const std::string error = header_error(header, std::string(4, '\0'));
    CAPTURE(error);
    CAPTURE(reason);
    CHECK(error.find(reason) != std::string::npos);
    CHECK(error.find("load_safetensors: memory: byte ") == 0);
  }
  CHECK(header_error(std::string("{}\0}", 4)).find("byte 10: the header has a byte 0") != std::string::npos);
}

TEST_CASE("82 safetensors: nesting and length of the header are limited before anything is built") {
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
  deep += "1";
  for (int i = 0; i < 100001; ++i) deep += "}";
  CHECK(header_error(deep).find("'a' has the member 'a'") != std::string::npos);
  CHECK(header_error("{" + std::string(100000, '[') + "}").find("not JSON") != std::string::npos);
  yhat::test::Bytes lying = file("{}");
  for (std::size_t i = 0; i < 8; ++i) lying[i] = std::byte{0xFF};
  CHECK(format_error([&] { yhat::parse_safetensors(lying); }) ==
        "load_safetensors: memory: byte 0: header of 18446744073709551615 bytes, file has 10 (2 to 2)");
  CHECK(format_error([] { yhat::parse_safetensors({}); }) ==
        "load_safetensors: memory: file has 0 bytes (at least 10: length and header)");
}

TEST_CASE("82 safetensors: cut at every byte and with every bit flipped, only a FormatError comes out") {
  const yhat::test::Bytes whole = yhat::safetensors_bytes(small_state(), {{"k", "v"}});
  yhat::test::cut_everywhere(whole, [](const yhat::test::Bytes& b) { yhat::parse_safetensors(b); });
  const int loaded = yhat::test::flip_everywhere(whole, [](const yhat::test::Bytes& b) {
    yhat::Metadata metadata;
    const StateDict state = yhat::parse_safetensors(b, &metadata);
    yhat::Metadata again;
    check_same(yhat::parse_safetensors(yhat::safetensors_bytes(state, metadata), &again), state);
    CHECK(again.size() >= metadata.size());
  });
  CHECK(loaded > 8 * 40);                                      // 40 bytes of numbers: no flip of those can be seen
  CHECK(loaded < static_cast<int>(8 * whole.size()) * 2 / 3);  // nearly all of the header's can
}

TEST_CASE("a safetensors file that cannot be written says why and writes nothing") {
  const yhat::test::TempFolder folder;
  const std::string path = folder / "m.safetensors";
  const Tensor x = yhat::ones({2});
  CHECK_THROWS_WITH_AS(yhat::save_safetensors(path, {{"a", x}, {"a", x}}),
                       "save_safetensors: 'a' is there twice (each name once)", yhat::ArgumentError);
  CHECK_THROWS_WITH_AS(yhat::save_safetensors(path, {{"a", Tensor()}}),
                       "save_safetensors: 'a' is undefined (must be a tensor)", yhat::ArgumentError);
  CHECK_THROWS_WITH_AS(yhat::save_safetensors(path, {{"__metadata__", x}}),
                       "save_safetensors: a tensor is called '__metadata__' (the format keeps that name)",
                       yhat::ArgumentError);
  CHECK_THROWS_WITH_AS(yhat::save_safetensors(path, {{"a\xFF", x}}),
                       "save_safetensors: 'a\\xff' is not valid UTF-8 (names and metadata must be)",
                       yhat::ArgumentError);
  CHECK_THROWS_WITH_AS(yhat::save_safetensors(path, {}, {{"k", "1"}, {"k", "2"}}),
                       "save_safetensors: metadata 'k' is there twice (each key once)", yhat::ArgumentError);
  CHECK_THROWS_AS(yhat::save_safetensors(path, {}, {{"crc32.a", "1"}}), yhat::ArgumentError);
  CHECK(folder.count() == 0);
}

TEST_CASE("messages quote hostile names briefly and on one line") {
  const std::string name = R"(\n\u0000)" + std::string(500, 'x');
  const std::string error = header_error("{\"" + name + "\":{\"dtype\":\"F32\"}}");
  CHECK(error.find("'\\x0a\\x00xxx") != std::string::npos);
  CHECK(error.size() < 200);
}
