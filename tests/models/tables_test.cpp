// SPDX-License-Identifier: MIT
// Every model's table against arch_tables.csv, line by line, and the totals of the lecture.
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <fstream>
#include <sstream>

#include "tests/near.h"

using namespace yhat;
using near::error_of;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The lines of one model in the reference table.
std::vector<std::string> reference(const std::string& model) {
  std::ifstream file(std::string(YHAT_TEST_SOURCE_DIR) + "/tests/models/arch_tables.csv");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.rfind(model + ",", 0) == 0) lines.push_back(line);
  }
  return lines;
}

std::vector<ModelDescription> all_descriptions() {
  return {lenet5_1998_description(),
          lenet5_description({.average_pool = true}),
          lenet_caffe_description(),
          alexnet_description(),
          alexnet_description({.grouped = false}),
          alexnet_torchvision_description(),
          vgg_description(VggConfig::A),
          vgg_description(VggConfig::B),
          vgg_description(VggConfig::C),
          vgg_description(VggConfig::D),
          vgg_description(VggConfig::E)};
}

double mebibytes(std::int64_t values) { return std::round(static_cast<double>(values) * 4 / (1 << 20) * 100) / 100; }

// The rows without the columns "model" and "layer", and without the input.
std::vector<std::string> anonymous(const Summary& s) {
  std::vector<std::string> rows;
  for (const std::string& line : lines_of(to_csv(s))) {
    const std::string rest = line.substr(line.find(',') + 1);
    rows.push_back(rest.substr(rest.find(',')));
  }
  return rows;
}

}  // namespace

TEST_CASE("tables 61: lecture 17, 18, 22: every description gives exactly the rows of arch_tables.csv") {
  std::size_t compared = 0;
  for (const ModelDescription& description : all_descriptions()) {
    CAPTURE(description.name);
    const std::vector<std::string> expected = reference(description.name);
    const std::vector<std::string> rows = lines_of(to_csv(summary(description)));
    REQUIRE(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i] == expected[i]);
    compared += rows.size();
  }
  CHECK(compared == 168);  // the whole table but its header
}

TEST_CASE("tables: totals of parameters, MACs, neurons and values") {
  struct Totals {
    std::int64_t parameters, conv_parameters, macs, conv_macs, neurons, values;
  };
  const std::vector<Totals> expected = {
      {60'000, 49'836, 328'096, 317'176, 6'518, 9'118},
      {61'706, 2'572, 416'520, 357'600, 6'518, 8'878},
      {431'080, 25'570, 2'293'000, 1'888'000, 15'230, 19'694},
      {60'965'224, 2'334'080, 724'406'816, 665'784'864, 659'272, 1'413'347},
      {62'378'344, 3'747'200, 1'135'256'096, 1'076'634'144, 659'272, 1'413'347},
      {61'100'840, 2'469'696, 714'188'480, 655'566'528, 494'184, 733'032},
      {132'863'336, 9'220'480, 7'609'090'048, 7'485'456'384, 7'435'240, 9'116'136},
      {133'047'848, 9'404'992, 11'308'466'176, 11'184'832'512, 12'252'136, 13'933'032},
      {133'638'952, 9'996'096, 11'770'888'192, 11'647'254'528, 13'556'712, 15'237'608},
      {138'357'544, 14'714'688, 15'470'264'320, 15'346'630'656, 13'556'712, 15'237'608},
      {143'667'240, 20'024'384, 19'632'062'464, 19'508'428'800, 14'861'288, 16'542'184}};
  const std::vector<ModelDescription> descriptions = all_descriptions();
  for (std::size_t i = 0; i < descriptions.size(); ++i) {
    CAPTURE(descriptions[i].name);
    const Summary s = summary(descriptions[i]);
    CHECK(s.parameters() == expected[i].parameters);
    CHECK(s.parameters() - s.fc_parameters() == expected[i].conv_parameters);
    CHECK(s.macs() == expected[i].macs);
    CHECK(s.macs() - s.fc_macs() == expected[i].conv_macs);
    CHECK(s.neurons() == expected[i].neurons);
    CHECK(s.all_values() == expected[i].values);
  }
}

TEST_CASE("lecture 17, lenet: 60,000 parameters and 340,908 connections in 1998, 61,706 and 416,520 MACs today") {
  const Summary then = summary(lenet5_1998_description());
  CHECK(then.parameters() == 60'000);
  std::int64_t connections = 0;
  for (const SummaryRow& row : then.rows) connections += row.info.connections;
  CHECK(connections == 340'908);
  const Summary now = summary(lenet5_description());
  CHECK(now.parameters() == 61'706);
  CHECK(now.macs() == 416'520);
}

TEST_CASE("tables: memory of LeNet, AlexNet and VGG-16") {
  const Summary lenet = summary(lenet5_description());
  CHECK(mebibytes(lenet.parameters()) == 0.24);
  CHECK(mebibytes(2 * lenet.all_values()) == 0.07);
  const Summary alexnet = summary(alexnet_description());
  CHECK(mebibytes(alexnet.parameters()) == 232.56);
  CHECK(mebibytes(3 * alexnet.parameters()) == 697.69);
  CHECK(mebibytes(alexnet.neurons()) == 2.51);
  CHECK(mebibytes(alexnet.all_values()) == 5.39);
  CHECK(mebibytes(alexnet.all_values() + alexnet.activation_outputs) == 7.90);
  CHECK(mebibytes(alexnet.largest_pair()) == 2.22);
  CHECK(mebibytes(128 * 2 * alexnet.all_values()) == 1380.22);
  const Summary vgg16 = summary(vgg_description(VggConfig::D));
  CHECK(mebibytes(vgg16.parameters()) == 527.79);
  CHECK(mebibytes(vgg16.all_values()) == 58.13);
  CHECK(mebibytes(vgg16.all_values() + vgg16.activation_outputs) == 109.84);
  CHECK(mebibytes(vgg16.largest_pair()) == 24.50);
}

TEST_CASE("tables: the summary of a built model has the description's rows, and leaves the model as it was") {
  Rng rng(1);
  const ModelDescription lenet = lenet5_description();
  Sequential net = build(lenet, rng);
  CHECK(to_csv(summary(net, {1, 28, 28}, lenet.name)) == to_csv(summary(lenet)));
  CHECK(summary(net, {1, 28, 28}).activation_outputs == summary(lenet).activation_outputs);
  CHECK(net.training());
  CHECK(!net.parameters()[0].has_grad());
  net.to(Dtype::f64);
  net.eval();
  CHECK(to_csv(summary(net, {1, 28, 28}, lenet.name)) == to_csv(summary(lenet)));
  CHECK(!net.training());

  const ModelDescription old = lenet5_1998_description();
  Sequential original = build(old, rng);
  CHECK(to_csv(summary(original, {1, 32, 32}, old.name)) == to_csv(summary(old)));

  const ModelDescription later = alexnet_torchvision_description();
  Sequential built = build(later, rng);
  const Summary s = summary(built, {3, 224, 224});
  CHECK(s.rows[1].name == "features.2");
  CHECK(anonymous(s) == anonymous(summary(later)));
}

TEST_CASE("tables: a hand-written module is summarised by running it") {
  struct Net : Module {
    Conv2d conv;
    Linear fc;
    explicit Net(Rng& rng)
        : conv(rng, {.in = 1, .out = 2, .kernel = {3, 1}, .stride = {1, 2}}), fc(rng, {.in = 24, .out = 5}) {}
    Tensor forward(const Tensor& x) override { return fc(flatten(relu(conv(x)), 1)); }
    void visit(Parts& p) override { p.child("conv", conv), p.child("fc", fc); }
  };
  Rng rng(1);
  Net net(rng);
  const Summary s = summary(net, {1, 6, 5}, "net");
  REQUIRE(s.rows.size() == 2);
  CHECK(s.rows[0].info.output == Shape{2, 4, 3});
  CHECK(s.rows[1].receptive_field == Pair(6, 5));
  CHECK(to_csv(s) ==
        "net,input,input,1,6,5,0,0,30,0,,,,,,1,1,\n"
        "net,conv,conv,2,4,3,6,2,24,72,3x1,1x2,0,1,1,3x1,1x2,96\n"
        "net,fc,fc,5,1,1,120,5,5,120,,,,,24,6x5,1x2,125\n");
  CHECK(error_of<ShapeError>([&] {
          summary(net, {1, 7, 5});
        }) == "linear (fc): input [1, 30] has 30 features, weight [5, 24] takes 24 (must be equal)");
}

TEST_CASE("tables: as text, with totals and memory") {
  const std::string text = to_string(summary(alexnet_description()));
  const std::vector<std::string> lines = lines_of(text);
  CHECK(lines.size() == 18);
  CHECK(lines[3].find("norm1") == 0);
  CHECK(text.find("conv /2") != std::string::npos);
  CHECK(text.find("60,965,224") != std::string::npos);
  CHECK(text.find("724,406,816") != std::string::npos);
  CHECK(text.find("fully connected: 96.17 % of the parameters; convolution: 91.91 % of the MACs") != std::string::npos);
}

TEST_CASE("tables: a description for another input size, and one that does not fit") {
  const Summary wide = summary(vgg_description(VggConfig::A), {3, 256, 256});
  CHECK(wide.rows.back().info.output == Shape{1000});
  CHECK(wide.rows[0].info.output == Shape{64, 256, 256});
  CHECK(error_of<ShapeError>([] {
          summary(lenet5_description(), {1, 10, 10});
        }) == "max_pool2d: kernel [2, 2] exceeds padded input [1, 1], output would be 0 x 0 (kernel must fit)");
}
