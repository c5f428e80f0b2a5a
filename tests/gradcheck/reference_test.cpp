// SPDX-License-Identifier: MIT
// Forward values from an independent library. A gradient check cannot see an op that is wrong in both directions alike.
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "tests/json.h"

using namespace yhat;
using test::Json;

namespace {

using Settings = const Json&;
using Call = std::function<Tensor(const Tensors& x, Settings s)>;

std::vector<std::int64_t> list(Settings s, const char* key) { return s[key].get<std::vector<std::int64_t>>(); }
Shape shape(Settings s) { return Shape(list(s, "shape")); }
Pair pair(Settings s, const char* key) { return {list(s, key)[0], list(s, key)[1]}; }
std::int64_t whole(Settings s, const char* key) { return s[key].get<std::int64_t>(); }
double number(Settings s, const char* key) { return s[key].get<double>(); }

Conv2dSpec conv(Settings s) { return {pair(s, "stride"), pair(s, "padding"), pair(s, "dilation"), whole(s, "groups")}; }
AvgPool2dSpec average(Settings s) {
  return {pair(s, "kernel"), pair(s, "stride"), pair(s, "padding"), s["ceil"].get<bool>(), s["include"].get<bool>()};
}
Reduction reduction(Settings s) {
  const auto name = s["reduction"].get<std::string>();
  return name == "mean" ? Reduction::mean : name == "sum" ? Reduction::sum : Reduction::none;
}

Call one(Tensor (*f)(const Tensor&)) {
  return [f](const Tensors& x, Settings) { return f(x[0]); };
}
Call two(Tensor (*f)(const Tensor&, const Tensor&)) {
  return [f](const Tensors& x, Settings) { return f(x[0], x[1]); };
}
Call over_axes(Tensor (*f)(const Tensor&, const Axes&, bool)) {
  return [f](const Tensors& x, Settings s) { return f(x[0], Axes(list(s, "axes")), s["keepdim"].get<bool>()); };
}
Call loss(Tensor (*f)(const Tensor&, const Tensor&, const LossSpec&)) {
  return [f](const Tensors& x, Settings s) { return f(x[0], x[1], {reduction(s)}); };
}

using T = const Tensor&;

std::map<std::string, Call> calls() {
  std::map<std::string, Call> all = {
      {"neg", one([](T x) { return -x; })},
      {"exp", one(exp)},
      {"log", one([](T x) { return log(x); })},
      {"log1p", one(log1p)},
      {"sqrt", one(sqrt)},
      {"abs", one(abs)},
      {"sign", one(sign)},
      {"relu", one(relu)},
      {"sigmoid", one(sigmoid)},
      {"tanh", one(tanh)},
      {"softplus", one(softplus)},
      {"add", two([](T a, T b) { return a + b; })},
      {"sub", two([](T a, T b) { return a - b; })},
      {"mul", two([](T a, T b) { return a * b; })},
      {"div", two([](T a, T b) { return a / b; })},
      {"pow", two(pow)},
      {"maximum", two(maximum)},
      {"minimum", two(minimum)},
      {"greater", two([](T a, T b) { return a > b; })},
      {"less_equal", two([](T a, T b) { return a <= b; })},
      {"sum", over_axes(sum)},
      {"mean", over_axes(mean)},
      {"max", over_axes(max)},
      {"logsumexp", over_axes(logsumexp)},
      {"mse_loss", loss(mse_loss)},
      {"binary_cross_entropy", loss(binary_cross_entropy)},
      {"binary_cross_entropy_with_logits", loss(binary_cross_entropy_with_logits)},
  };
  const auto add = [&](const char* name, Call call) { all.emplace(name, std::move(call)); };
  add("leaky_relu", [](const Tensors& x, Settings s) { return leaky_relu(x[0], number(s, "slope")); });
  add("clamp", [](const Tensors& x, Settings s) { return clamp(x[0], number(s, "lo"), number(s, "hi")); });
  add("pow_scalar", [](const Tensors& x, Settings s) { return pow(x[0], number(s, "exponent")); });
  add("where", [](const Tensors& x, Settings) { return where(x[0], x[1], x[2]); });
  add("broadcast_to", [](const Tensors& x, Settings s) { return broadcast_to(x[0], shape(s)); });
  add("sum_to", [](const Tensors& x, Settings s) { return sum_to(x[0], shape(s)); });
  add("reshape", [](const Tensors& x, Settings s) { return reshape(x[0], shape(s)); });
  add("flatten", [](const Tensors& x, Settings s) { return flatten(x[0], whole(s, "start")); });
  add("permute", [](const Tensors& x, Settings s) { return permute(x[0], list(s, "axes")); });
  add("transpose",
      [](const Tensors& x, Settings s) { return transpose(x[0], list(s, "axes")[0], list(s, "axes")[1]); });
  add("concat", [](const Tensors& x, Settings s) { return concat(x, whole(s, "axis")); });
  add("slice",
      [](const Tensors& x, Settings s) { return slice(x[0], whole(s, "axis"), whole(s, "start"), whole(s, "stop")); });
  add("gather", [](const Tensors& x, Settings s) {
    return gather(x[0], whole(s, "axis"), {list(s, "index"), shape(s)});
  });
  add("scatter_add", [](const Tensors& x, Settings s) {
    return scatter_add(x[0], whole(s, "axis"), {list(s, "index"), x[0].shape()}, whole(s, "size"));
  });
  add("matmul",
      [](const Tensors& x, Settings s) { return matmul(x[0], x[1], s["ta"].get<bool>(), s["tb"].get<bool>()); });
  add("linear", [](const Tensors& x, Settings) { return linear(x[0], x[1], x[2]); });
  add("conv2d", [](const Tensors& x, Settings s) { return conv2d(x[0], x[1], x[2], conv(s)); });
  add("conv2d_input_grad",
      [](const Tensors& x, Settings s) { return conv2d_input_grad(x[0], x[1], shape(s), conv(s)); });
  add("conv2d_weight_grad",
      [](const Tensors& x, Settings s) { return conv2d_weight_grad(x[0], x[1], shape(s), conv(s)); });
  add("max_pool2d", [](const Tensors& x, Settings s) {
    return max_pool2d(
        x[0], {pair(s, "kernel"), pair(s, "stride"), pair(s, "padding"), pair(s, "dilation"), s["ceil"].get<bool>()});
  });
  add("avg_pool2d", [](const Tensors& x, Settings s) { return avg_pool2d(x[0], average(s)); });
  add("avg_pool2d_grad", [](const Tensors& x, Settings s) { return avg_pool2d_grad(x[0], shape(s), average(s)); });
  add("local_response_norm", [](const Tensors& x, Settings s) {
    return local_response_norm(x[0], {whole(s, "size"), number(s, "alpha"), number(s, "beta"), number(s, "k")});
  });
  add("softmax", [](const Tensors& x, Settings s) { return softmax(x[0], whole(s, "axis")); });
  add("log_softmax", [](const Tensors& x, Settings s) { return log_softmax(x[0], whole(s, "axis")); });
  add("batch_norm", [](const Tensors& x, Settings s) {
    Tensor mean = x[1].clone();
    Tensor var = x[2].clone();
    return batch_norm(x[0], mean, var, x[3], x[4], {.training = s["training"].get<bool>()});
  });
  add("cross_entropy", [](const Tensors& x, Settings s) {
    return cross_entropy(x[0], list(s, "labels"),
                         {.weight = x[1], .label_smoothing = number(s, "smoothing"), .reduction = reduction(s)});
  });
  add("cross_entropy_probabilities", [](const Tensors& x, Settings s) {
    return cross_entropy(x[0], x[1],
                         {.weight = x[2], .label_smoothing = number(s, "smoothing"), .reduction = reduction(s)});
  });
  add("nll_loss", [](const Tensors& x, Settings s) {
    return nll_loss(x[0], list(s, "labels"), {.weight = x[1], .reduction = reduction(s)});
  });
  return all;
}

Tensor unpack(const Json& packed, Dtype dtype) {
  return from_values(packed["values"].get<std::vector<double>>(), shape(packed), dtype);
}

}  // namespace

TEST_CASE("forward values of all ops agree with an independent library") {
  const Json file = Json::read("tests/gradcheck/reference_values.json");
  CHECK(file["library"] == "PyTorch");
  CHECK(!file["version"].get<std::string>().empty());
  const std::map<std::string, Call> known = calls();
  std::map<std::string, int> compared;
  std::size_t numbers = 0;
  for (const Json& entry : file["cases"].items()) {
    const auto op = entry["op"].get<std::string>();
    CAPTURE(op);
    CAPTURE(entry["settings"].dump());
    REQUIRE(known.count(op) == 1);
    ++compared[op];
    const std::vector<double> expected = entry["output"]["values"].get<std::vector<double>>();
    for (const Dtype dtype : {Dtype::f64, Dtype::f32}) {
      CAPTURE(dtype == Dtype::f64);
      Tensors inputs;
      for (const Json& x : entry["inputs"].items()) inputs.push_back(unpack(x, dtype));
      const Tensor y = known.at(op)(inputs, entry["settings"]);
      CHECK(y.shape() == shape(entry["output"]));
      CHECK(y.dtype() == dtype);
      const std::vector<double> values = y.to_vector();
      REQUIRE(values.size() == expected.size());
      double largest = 1e-3;
      for (double v : expected) largest = std::max(largest, std::abs(v));
      // Relative to the number itself, or where terms have cancelled, to the largest of the result.
      const double tolerance = dtype == Dtype::f64 ? 1e-12 : 1e-5;
      for (std::size_t i = 0; i < values.size(); ++i, ++numbers) {
        CAPTURE(i);
        CHECK(std::abs(values[i] - expected[i]) <= tolerance * std::max(std::abs(expected[i]), 0.1 * largest));
      }
    }
  }
  CHECK(compared.size() == known.size());
  CHECK(numbers >= 2 * 300);
  MESSAGE((numbers / 2), " numbers of ", compared.size(), " ops, in f64 and f32");
}
