// SPDX-License-Identifier: MIT
// Checks of lab 10.
#include <fmt/format.h>
#include <stacks.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/ops.h>

#include <cmath>

using namespace yhat;
using namespace yhat::labs;

namespace {

std::vector<double> numbers(const std::vector<std::int64_t>& values) { return {values.begin(), values.end()}; }

double last_field(const std::vector<Window>& layers) {
  const std::vector<std::int64_t> fields = receptive_field(layers);
  REQUIRE_MESSAGE(fields.size() == layers.size(), "receptive_field returns one number for each layer");
  return static_cast<double>(fields.back());
}

// The shape (C,H,W) or (F) after each layer, with `before` for its input: f(layer, before, after).
template <class F>
void walk(const std::vector<LayerRecord>& layers, std::int64_t channels, std::int64_t size, F f) {
  for (const LayerRecord& layer : layers) {
    const std::int64_t inputs = channels * size * size, in = channels;
    if (layer.kind == LayerKind::fc) {
      channels = layer.out, size = 1;
    } else if (layer.kind != LayerKind::norm) {
      if (layer.kind == LayerKind::conv) channels = layer.out;
      size = (size + 2 * layer.padding - layer.kernel) / layer.stride + 1;
    }
    f(layer, in, inputs, channels * size * size);
  }
}

double weights_of(const Module& module) {
  double count = 0;
  for (const auto& [name, value] : module.named_parameters()) {
    if (value.ndim() > 1) count += static_cast<double>(value.size());
  }
  return count;
}

}  // namespace

TEST_CASE("10.1 receptive field by formula") {
  const double two = last_field({{3, 1}, {3, 1}});
  if (two == 7) note("field.kernel");
  expect("3x3 after 3x3", two, 5, exact);
  const double strided = last_field({{3, 2}, {3, 1}});
  if (strided == 5) note("field.ignored");
  if (strided == 9) note("field.early");
  expect("3x3 after 3x3 with stride 2", strided, 7, exact);
  const std::vector<Window> alexnet = {{11, 4}, {3, 2}, {5, 1}, {3, 2}, {3, 1}, {3, 1}, {3, 1}, {3, 2}};
  expect("AlexNet, conv1 to pool5", numbers(receptive_field(alexnet)), {11, 19, 51, 67, 99, 131, 163, 195}, exact);
  std::vector<Window> vgg;
  for (int convs : {2, 2, 3, 3, 3}) {
    for (int i = 0; i < convs; ++i) vgg.push_back({3, 1});
    vgg.push_back({2, 2});
  }
  expect("VGG-16, pool5", last_field(vgg), 212, exact);
}

TEST_CASE("10.2 receptive field by gradient") {
  Rng rng = seeded(102);
  for (int depth = 1; depth <= 4; ++depth) {
    const auto side = static_cast<double>(2 * depth + 1), corner = static_cast<double>(depth + 1);
    const auto got = static_cast<double>(measured_receptive_field(depth, rng));
    show("depth", depth);
    if (got == corner * corner) {
      note("probe.corner", {text_of(got)});
    } else if (got < side * side) {
      note("probe.relu");
    }
    expect("pixels that reach the centre", got, side * side, exact);
  }
}

TEST_CASE("10.3 three small kernels for one large") {
  Rng rng = seeded(103);
  const Sequential block = vgg_block(rng, 3, 64, 64);
  const double weights = weights_of(block);
  if (weights == 200704) note("block.large");
  expect("weights of vgg_block(3, 64, 64)", weights, 110592, exact);
  expect("weights of vgg_block(2, 3, 8)", weights_of(vgg_block(rng, 2, 3, 8)), 216 + 576, exact);
}

TEST_CASE("10.4 the block and the whole network") {
  Rng rng = seeded(104);
  Sequential block = vgg_block(rng, 2, 3, 4);
  const Tensor image = uniform({3, 3, 9, 7}, -1, 1, rng);
  const Tensor y = block(image);
  const Shape expected{3, 4, 9, 7};
  if (y.shape() == Shape{3, 4, 5, 3}) note("block.padding");
  REQUIRE_MESSAGE(y.shape() == expected,
                  fmt::format("a block makes {} of {}, expected {}", y.shape(), image.shape(), expected));
  double least = 0;
  for (double v : y.to_vector()) least = std::fmin(least, v);
  if (least < 0) note("block.relu");
  CHECK_MESSAGE(least == 0, "the block's output has the negative number " << least << ": a ReLU comes last");
  double parameters = 0, neurons = 0;
  walk(vgg16_records(), 3, 224,
       [&](const LayerRecord& layer, std::int64_t in, std::int64_t inputs, std::int64_t outputs) {
         if (layer.kind == LayerKind::conv)
           parameters += double(layer.kernel * layer.kernel * in + 1) * double(layer.out);
         if (layer.kind == LayerKind::fc) parameters += double(inputs + 1) * double(layer.out);
         if (layer.kind == LayerKind::conv || layer.kind == LayerKind::fc) neurons += double(outputs);
       });
  if (parameters == 133047848) note("records.vgg13");
  expect("parameters and neurons of your vgg16_records()", {parameters, neurons}, {138357544, 13556712}, exact);
}

TEST_CASE("10.5 what is stored for backward") {
  using enum LayerKind;
  const std::vector<LayerRecord> alexnet = {{"conv1", conv, 96, 11, 4},
                                            {"norm1", norm},
                                            {"pool1", pool, 0, 3, 2},
                                            {"conv2", conv, 256, 5, 1, 2},
                                            {"norm2", norm},
                                            {"pool2", pool, 0, 3, 2},
                                            {"conv3", conv, 384, 3, 1, 1},
                                            {"conv4", conv, 384, 3, 1, 1},
                                            {"conv5", conv, 256, 3, 1, 1},
                                            {"pool5", pool, 0, 3, 2},
                                            {"fc6", fc, 4096},
                                            {"fc7", fc, 4096},
                                            {"fc8", fc, 1000}};
  std::vector<LayerRecord> vgg;
  std::int64_t channels = 32;
  for (int convs : {2, 2, 3, 3, 3}) {
    channels = channels < 512 ? 2 * channels : 512;
    for (int i = 0; i < convs; ++i) vgg.push_back({"conv", conv, channels, 3, 1, 1});
    vgg.push_back({"pool", pool, 0, 2, 2});
  }
  for (std::int64_t units : {4096, 4096, 1000}) vgg.push_back({"fc", fc, units});
  const auto check = [](const char* name, const std::vector<LayerRecord>& layers, const Shape& image, double want) {
    const auto got = static_cast<double>(stored_values(layers, image));
    double of_convs = 0;
    walk(layers, image[0], image[1], [&](const LayerRecord& layer, std::int64_t, std::int64_t, std::int64_t outputs) {
      if (layer.kind == conv) of_convs += static_cast<double>(outputs);
    });
    if (got == of_convs || got == want - static_cast<double>(image.numel())) note("stored.all");
    expect(name, got, want, exact);
  };
  check("values stored by AlexNet", alexnet, {3, 227, 227}, 1413347);
  check("values stored by VGG-16", vgg, {3, 224, 224}, 15237608);
}
