// SPDX-License-Identifier: MIT
#include "data/embedded_sample.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace {

const char* const kFiles[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                              "t10k-labels-idx1-ubyte"};

}  // namespace

#ifdef YHAT_TEST_EMBED_SAMPLE
TEST_CASE("the embedded sample is the files of data/fashion_mnist_sample, byte for byte") {
  for (const std::string name : kFiles) {
    CAPTURE(name);
    std::ifstream in(YHAT_TEST_SOURCE_DIR "/data/fashion_mnist_sample/" + name, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    REQUIRE(in.good());
    const bool same = yhat::detail::embedded_file(name) == bytes;  // not compared in CHECK: it would print megabytes
    CHECK(same);
    CHECK(bytes.size() > 1000);
  }
}
#else
TEST_CASE("a build without the sample has no embedded files") {
  for (const char* name : kFiles) CHECK(yhat::detail::embedded_file(name).empty());
}
#endif

TEST_CASE("an embedded file that does not exist is empty") {
  CHECK(yhat::detail::embedded_file("train-images").empty());
  CHECK(yhat::detail::embedded_file("").empty());
}
