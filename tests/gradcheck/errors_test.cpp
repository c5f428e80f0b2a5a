// SPDX-License-Identifier: MIT
// What each op must refuse, word for word, and that a refused call leaves no trace.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "catalogue.h"

using namespace yhat;
using namespace yhat::test;

namespace {

std::string type_of(const Error& e) {
  if (dynamic_cast<const ShapeError*>(&e) != nullptr) return "ShapeError";
  if (dynamic_cast<const IndexError*>(&e) != nullptr) return "IndexError";
  if (dynamic_cast<const ArgumentError*>(&e) != nullptr) return "ArgumentError";
  if (dynamic_cast<const GraphError*>(&e) != nullptr) return "GraphError";
  return "another";
}

void expect(const ErrorInput& wrong) {
  CAPTURE(wrong.text);
  const std::int64_t nodes = live_nodes();
  try {
    wrong.call();
    FAIL_CHECK("nothing was thrown");
  } catch (const Error& e) {
    CHECK(e.what() == wrong.text);
    CHECK(type_of(e) == wrong.type);
    CHECK(std::string(e.what()).rfind(e.op() + ": ", 0) == 0);
  }
  CHECK(live_nodes() == nodes);
  CHECK(grad_enabled());
}

std::size_t first_with_result(const Op& op, const Samples& samples) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Case c = draw(op, samples[i]);
    const Tensor y = c.f(c.inputs)[0];
    if (y.requires_grad() && !y.is_leaf() && y.size() > 1) return i;
  }
  return samples.size();
}

}  // namespace

TEST_CASE("each op refuses wrong calls with the right type and text") {
  std::size_t refused = 0;
  for (const Op& op : catalogue()) {
    CAPTURE(op.name);
    const std::vector<ErrorInput> errors = error_inputs(op.name);
    // An op on one tensor of any shape has no wrong call of its own. The losses' own tests cover theirs.
    const bool takes_anything = op.group == "element by element" && op.name != "clamp";
    const bool exempt = takes_anything || op.group == "losses" || op.name == "to" || op.name == "sign";
    CHECK(errors.size() >= (exempt ? 0 : 3));
    for (const ErrorInput& e : errors) expect(e);
    refused += errors.size();
  }
  CHECK(refused > 130);
}

TEST_CASE("the result of each op refuses what only a leaf may do, and names the op") {
  for (const Op& op : catalogue()) {
    if (op.highest_order == 0) continue;
    CAPTURE(op.name);
    const Samples samples = op.cases();
    const std::size_t i = first_with_result(op, samples);
    REQUIRE(i < samples.size());
    const Case c = draw(op, samples[i]);
    Tensor y = c.f(c.inputs)[0];
    const std::vector<double> before = y.to_vector();
    const std::string made_by = y.node()->op;
    const auto require_text = [&](const std::string& text, const std::function<void()>& call) {
      expect({"GraphError", text, call});
      CHECK(y.to_vector() == before);
    };
    require_text("mutable_data: tensor was made by " + made_by +
                     " and is part of a graph (leaves only); hint: detach() or clone()",
                 [&] { (void)y.mutable_data<double>(); });
    require_text("requires_grad_: tensor was made by " + made_by + " (leaves only); hint: detach()",
                 [&] { (void)y.requires_grad_(); });
    expect(
        {"GraphError",
         fmt::format("backward: result has shape {} (scalar, or a seed); hint: pass a seed or call sum()", y.shape()),
         [&] { y.backward(); }});
    expect({"ShapeError",
            fmt::format("backward: seed [9, 9] for a result of shape {} (shapes must be equal)", y.shape()), [&] {
              (void)grad(y, c.inputs, {.allow_unused = true, .seed = ones({9, 9}, Dtype::f64)});
            }});
    for (const Tensor& x : c.inputs) CHECK(!x.has_grad());
  }
}

TEST_CASE("a value that an op has saved may not change before its gradient is taken") {
  std::size_t refused = 0;
  for (const Op& op : catalogue()) {
    if (op.highest_order == 0) continue;
    CAPTURE(op.name);
    const Samples samples = op.cases();
    Case c = draw(op, samples[first_with_result(op, samples)]);
    const Tensor y = c.f(c.inputs)[0];
    bool saved = false;
    for (const Edge& e : y.node()->edges) {
      e.vjp->saved.for_each([&](const Saved& s) {
        for (const Tensor& x : c.inputs) saved = saved || (s.tensor->defined() && s.tensor->shares_storage_with(x));
      });
    }
    const Tensor seed = ones_like(y);
    for (Tensor& x : c.inputs) (void)x.mutable_data<double>();
    const auto gradients = [&] { return grad(y, c.inputs, {.allow_unused = true, .seed = seed}); };
    if (!saved) continue;
    ++refused;
    try {
      (void)gradients();
      FAIL_CHECK("nothing was thrown");
    } catch (const GraphError& e) {
      CHECK(std::string(e.what()).find("was changed by mutable_data after ") != std::string::npos);
    }
  }
  CHECK(refused > 15);
}
