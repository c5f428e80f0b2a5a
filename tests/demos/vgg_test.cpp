// SPDX-License-Identifier: MIT
#include "vgg/figures.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/buffer.h"
#include "support/tables.h"

using namespace yhat;

namespace {

double hundredths(double value) { return std::round(value * 100) / 100; }

}  // namespace

TEST_CASE("lecture 22, vgg: five totals, VGG-16's 15,470,264,320 MACs, torchvision's AlexNet") {
  const std::vector<demo::Configuration> all = demo::configurations_of_vgg();
  REQUIRE(all.size() == 5);
  const std::int64_t parameters[] = {132'863'336, 133'047'848, 133'638'952, 138'357'544, 143'667'240};
  const std::int64_t convolutions[] = {8, 10, 13, 13, 16};
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(all[i].name);
    CHECK(all[i].table.parameters() == parameters[i]);
    CHECK(demo::quotes(all[i].slide, {all[i].table.parameters()}));
    CHECK(all[i].convolutions == convolutions[i]);
    CHECK(all[i].fully_connected == 3);
    CHECK(all[i].table.fc_parameters() == 123'642'856);
  }
  CHECK(all[3].table.macs() == 15'470'264'320);
  CHECK(hundredths(demo::share(demo::row_of(all[3].table, "fc6").info.weights, all[3].table.parameters())) == 74.27);
  CHECK(summary(alexnet_torchvision_description()).parameters() == 61'100'840);
}

TEST_CASE("lecture 22, vgg: receptive fields of every stage") {
  using Fields = std::vector<std::vector<std::int64_t>>;
  const std::vector<demo::Configuration> all = demo::configurations_of_vgg();
  const Fields b = {{3, 5, 6}, {10, 14, 16}, {24, 32, 36}, {52, 68, 76}, {108, 140, 156}};
  CHECK(all[0].fields == Fields{{3, 4}, {8, 10}, {18, 26, 30}, {46, 62, 70}, {102, 134, 150}});
  CHECK(all[1].fields == b);
  Fields c = b;  // a 1x1 convolution adds a row and widens nothing
  for (std::size_t stage = 2; stage < 5; ++stage) c[stage].insert(c[stage].begin() + 1, c[stage][1]);
  CHECK(all[2].fields == c);
  CHECK(all[3].fields == Fields{{3, 5, 6}, {10, 14, 16}, {24, 32, 40, 44}, {60, 76, 92, 100}, {132, 164, 196, 212}});
  CHECK(all[4].fields ==
        Fields{{3, 5, 6}, {10, 14, 16}, {24, 32, 40, 48, 52}, {68, 84, 100, 116, 124}, {156, 188, 220, 252, 268}});
  const std::int64_t fc6[] = {342, 348, 348, 404, 460};
  for (std::size_t i = 0; i < 5; ++i) CHECK(demo::row_of(all[i].table, "fc6").receptive_field.h == fc6[i]);
}

TEST_CASE("lecture 22, vgg: a table is worked out without allocating a tensor") {
  const BufferStatistics before = buffer_statistics();
  const Summary net = summary(vgg_description(VggConfig::E));
  const BufferStatistics after = buffer_statistics();
  CHECK(net.parameters() == 143'667'240);
  CHECK(after.in_use == before.in_use);
  CHECK(after.peak_in_use == before.peak_in_use);
  CHECK(after.system_allocations == before.system_allocations);
}

TEST_CASE("lecture 23, vgg: 15,237,608 values for an image, 58.13 MiB, and twenty times AlexNet's neurons") {
  const Summary net = summary(vgg_description(VggConfig::D));
  CHECK(net.all_values() == 15'237'608);
  CHECK(4 * net.all_values() == 60'950'432);
  CHECK(!demo::quotes("24 M", {net.all_values()}));
  CHECK(hundredths(static_cast<double>(net.all_values() + net.activation_outputs) / 1e6) == 28.79);
  const demo::VggMemory m = demo::vgg_memory();
  CHECK(hundredths(m.parameters) == 527.79);
  CHECK(hundredths(m.parameters_gradient_momentum) == 1583.38);
  CHECK(hundredths(m.outputs) == 58.13);
  CHECK(hundredths(m.outputs_apart) == 109.84);
  CHECK(hundredths(m.largest_pair) == 24.50);
  CHECK(hundredths(m.training) == 116.25);
  CHECK(hundredths(128 * m.training) == 14'880.48);
  const std::vector<demo::Ratio> ratios = demo::vgg_against_alexnet();
  REQUIRE(ratios.size() == 4);
  CHECK(std::round(ratios[0].times() * 1000) == 20'563);
  CHECK(hundredths(ratios[1].times()) == 10.78);
  CHECK(hundredths(ratios[2].times()) == 2.27);
  CHECK(hundredths(ratios[3].times()) == 21.36);
}
