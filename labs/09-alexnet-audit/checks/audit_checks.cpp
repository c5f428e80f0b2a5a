// SPDX-License-Identifier: MIT
// Checks of lab 9.
#include <audit.h>
#include <fmt/format.h>
#include <yhat/alexnet.h>
#include <yhat/labs/expect.h>
#include <yhat/summary.h>

#include <algorithm>

using namespace yhat;
using namespace yhat::labs;

namespace {

using Counts = std::vector<double>;

// f(layer, input) for every layer with weights; the inputs are yours.
template <class F>
Counts with_weights(F f) {
  const std::vector<LayerRecord> layers = alexnet_records();
  const std::vector<Shape> inputs = input_shapes(layers, {3, 227, 227});
  REQUIRE_MESSAGE(inputs.size() == layers.size(), "input_shapes returns one shape for each layer");
  Counts counts;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto n = static_cast<double>(f(layers[i], inputs[i]));
    if (layers[i].kind != LayerKind::pool) {
      counts.push_back(n);
    } else {
      CHECK_MESSAGE(n == 0, layers[i].name << " counts " << n << ", a pool has none");
    }
  }
  return counts;
}

double total(const Counts& counts, std::size_t first = 0, std::size_t last = 8) {
  double sum = 0;
  for (std::size_t i = first; i < last; ++i) sum += counts[i];
  return sum;
}

const std::string order = "conv1 conv2 conv3 conv4 conv5 fc6 fc7 fc8";

// Whether a number on the slide can stand for `exact`.
bool stands_for(const Cell& cell, std::int64_t exact) {
  return exact / cell.unit == cell.printed || (exact + cell.unit / 2) / cell.unit == cell.printed;
}

// What the library's own table says about a cell.
bool cell_is_right(const Cell& cell) {
  const Summary table = summary(alexnet_description());
  const std::string owner = cell.id.substr(0, cell.id.find('.'));
  if (cell.unit > 0) {
    std::int64_t count = 0, biases = 0;
    for (const SummaryRow& row : table.rows) {
      const bool counts = row.info.weights > 0;
      if (!counts || (owner != "all" && owner != row.name && !(owner == "fc" && row.info.type == "fc"))) continue;
      const bool of_neurons = contains(cell.id, "neurons");
      count += of_neurons ? row.outputs() : row.parameters();
      biases += of_neurons ? 0 : row.info.biases;
    }
    return stands_for(cell, count) || stands_for(cell, count - biases);
  }
  if (contains(cell.id, "pooling")) {  // "55-27": is it a pool that has this output size?
    const std::int64_t size = std::stoll(owner.substr(owner.find('-') + 1));
    for (const SummaryRow& row : table.rows) {
      if (row.info.output.size() == 3 && row.info.output[1] == size) return row.info.type == "maxpool";
    }
    return false;
  }
  std::int64_t before = contains(cell.id, "increase") ? 0 : INT64_MAX;
  for (const SummaryRow& row : table.rows) {
    if (row.info.type != "conv") continue;
    const std::int64_t now = contains(cell.id, "increase") ? row.parameters() : row.outputs();
    if (contains(cell.id, "increase") ? now < before : now > before) return false;
    before = now;
  }
  return true;
}

std::vector<std::string> flagged() {
  const std::vector<std::string> ids = slide_audit();
  for (const std::string& id : ids) {
    bool known = false;
    for (const Cell& cell : slide()) known = known || cell.id == id;
    CHECK_MESSAGE(known, "slide() has no cell " << id);
  }
  return ids;
}

bool has(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

TEST_CASE("9.1 map sizes") {
  Counts sizes;
  Shape map{3, 227, 227};
  for (const LayerRecord& layer : alexnet_records()) {
    if (layer.kind == LayerKind::fc) continue;
    map = output_shape(layer, map);
    REQUIRE_MESSAGE(map.size() == 3, "the output of " << layer.name << " is (C,H,W)");
    CHECK(map[1] == map[2]);
    sizes.push_back(static_cast<double>(map[1]));
  }
  expect("sizes after conv1 pool1 conv2 pool2 conv3 conv4 conv5 pool5", sizes, {55, 27, 27, 13, 13, 13, 13, 6}, exact,
         {{"audit.padding", {55, 27, 23, 11, 9, 7, 5, 2}}});
  CHECK(map[0] == 256);
  const Shape units{4096};
  CHECK(output_shape(alexnet_records()[8], map) == units);
}

TEST_CASE("9.2 parameters") {
  const Counts right{34944, 307456, 885120, 663936, 442624, 37752832, 16781312, 4097000};
  const Counts got = with_weights(parameters);
  if (got[0] == 34848) note("audit.bias");
  if (got[1] == 614656) note("audit.groups");
  if (got[5] == 177213440.) note("audit.fc6");
  expect(order, got, right, exact);
  CHECK(total(got) == 60965224);
}

TEST_CASE("9.3 neurons") {
  const Counts got = with_weights(neurons);
  if (got[0] == 69984) note("audit.pooled");
  expect(order, got, {290400, 186624, 64896, 64896, 43264, 4096, 4096, 1000}, exact);
  CHECK(total(got) == 659272);
}

TEST_CASE("9.4 multiply-adds") {
  const Counts got = with_weights(macs);
  if (got[0] == 34848) note("audit.positions");
  if (got[1] == 447897600.) note("audit.groups");
  if (got[5] == 177209344.) note("audit.fc6");
  expect(order, got, {105415200, 223948800, 149520384, 112140288, 74760192, 37748736, 16777216, 4096000}, exact);
  CHECK(total(got, 0, 5) == 665784864);
  CHECK(total(got, 5, 8) == 58621952);
}

TEST_CASE("9.5 every wrong cell is found") {
  const std::vector<std::string> ids = flagged();
  int missed = 0;
  for (const Cell& cell : slide()) missed += !cell_is_right(cell) && !has(ids, cell.id);
  if (missed > 0) note("audit.missed", {std::to_string(missed)});
  CHECK_MESSAGE(missed == 0, missed << " wrong cells are not in your list");
}

TEST_CASE("9.6 no right cell is accused") {
  const std::vector<std::string> ids = flagged();
  CHECK_MESSAGE(!ids.empty(), "your list is empty");
  for (const Cell& cell : slide()) {
    const bool accused = cell_is_right(cell) && has(ids, cell.id);
    if (accused && cell.id == "all.parameters") note("audit.60m");
    if (accused && cell.id == "conv3.parameters") note("audit.884k");
    CHECK_MESSAGE(!accused, "`" << cell.text << "` (" << cell.id << ") is right");
  }
}
