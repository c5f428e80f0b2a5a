// SPDX-License-Identifier: MIT
#include "loss_case.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "faulty_softmax.h"
#include "yhat/error.h"
#include "yhat_minus_y/collapse.h"

namespace yhat::step {
namespace {

using Loss = std::function<Tensor(const Tensor&)>;

Tensor gradient(const Loss& loss, const Tensor& at) {
  const Tensor leaf = at.detach().clone().requires_grad_(true);
  return grad(loss(leaf), {leaf})[0];
}

Tensor numeric(const Loss& loss, const Tensor& at) {
  const NoGrad no_grad;
  return demo::five_point([&](const Tensor& x) { return loss(x).item(); }, at);
}

// One pass back through softmax for each probability.
Tensor probed_jacobian(const Tensor& z) {
  const Tensor leaf = z.clone().requires_grad_(true);
  const Tensor p = softmax(leaf, 0);
  Tensors rows;
  for (std::int64_t k = 0; k < z.size(); ++k) {
    const Tensor unit = reshape(one_hot({k}, z.size(), Dtype::f64), z.shape());
    rows.push_back(reshape(grad(p, {leaf}, {.retain_graph = true, .seed = unit})[0], {1, z.size()}));
  }
  return concat(rows, 0);
}

bool close(const Tensor& a, const Tensor& b) { return demo::apart(a, b) <= 1e-12; }

Numbers agreement(const Tensor& gradient, const Tensor& numeric) {
  Numbers ok;
  const Numbers a = gradient.to_vector();
  const Numbers n = numeric.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) ok.push_back(agrees(a[i], n[i]));
  return ok;
}

bool all(const Numbers& flags) {
  return std::all_of(flags.begin(), flags.end(), [](double f) { return f == 1; });
}

}  // namespace

bool agrees(double a, double numeric) {
  return std::abs(a - numeric) < 1e-6 * std::max({std::abs(a), std::abs(numeric), 1e-4});
}

const Numbers& LossCase::operator[](const std::string& wanted) const {
  for (const auto& [key, values] : numbers) {
    if (key == wanted) return values;
  }
  throw ArgumentError("loss", "there are no numbers '" + wanted + "'");
}

double LossCase::at(const std::string& key) const {
  const std::size_t colon = key.find(':');
  const Numbers& values = (*this)[key.substr(0, colon)];
  return values.at(colon == std::string::npos ? 0 : std::stoul(key.substr(colon + 1)));
}

LossCase take_apart(std::string id, std::string name, const Numbers& logits, std::int64_t label) {
  LossCase c{std::move(id), std::move(name), label, {}};
  const auto put = [&](const char* key, const Tensor& t) { c.numbers.emplace_back(key, t.to_vector()); };
  const auto flag = [&](const char* key, bool on) { c.numbers.emplace_back(key, Numbers{on ? 1.0 : 0.0}); };
  const auto classes = static_cast<std::int64_t>(logits.size());
  const Tensor z = from_values(logits, {classes}, Dtype::f64);
  const Tensor y = reshape(one_hot({label}, classes, Dtype::f64), {classes});
  const Tensor p = softmax(z, 0);
  const Tensor jacobian = probed_jacobian(z);
  put("z", z), put("p", p), put("y", y), put("J", jacobian);
  c.numbers.emplace_back("J.own", Numbers{c["J"][static_cast<std::size_t>(label * (classes + 1))]});
  put("J.sums", max(abs(concat({sum(jacobian, 0), sum(jacobian, 1)}))));
  put("J.closed", maximum(max(abs(jacobian - demo::jacobian_on_paper(p))), max(abs(jacobian - transpose(jacobian)))));

  // One loss; `up` is what reaches the softmax, or z itself where there is none.
  const auto loss = [&](const std::string& which, const Loss& of_z, const Tensor& up, const Tensor& rows,
                        const Tensor& paper) {
    const auto key = [&](const char* part) { return which + "." + part; };
    const Tensor engine = gradient(of_z, z);
    const Tensor difference = numeric(of_z, z);
    const Numbers ok = agreement(engine, difference);
    put(key("loss").c_str(), of_z(z)), put(key("up").c_str(), up), put(key("rows").c_str(), rows);
    put(key("paper").c_str(), paper), put(key("engine").c_str(), engine), put(key("numeric").c_str(), difference);
    put(key("norm").c_str(), sqrt(sum(engine * engine)));
    flag(key("ok").c_str(), close(rows, paper) && close(engine, paper) && all(ok));
  };

  // The terms with y = 0 are left out: where p has rounded to 0, their 0/p would be NaN.
  const auto ce_of_p = [&](const Tensor& q) { return reshape(-log(slice(q, 0, label, label + 1)), {}); };
  const auto squared = [&](const Tensor& q) { return 0.5 * sum((q - y) * (q - y)); };
  const Loss mse_of_z = [&](const Tensor& x) { return squared(softmax(x, 0)); };
  const Tensor ce_up = gradient(ce_of_p, p);
  const Tensor mse_up = gradient(squared, p);
  const Tensor mean = sum(p * mse_up);
  loss(
      "ce",
      [&](const Tensor& x) {
        return cross_entropy(reshape(x, {1, classes}), {label});
      },
      ce_up, demo::chain(jacobian, ce_up), p - y);
  put("ce.cancel", ce_up * p);
  loss("mse", mse_of_z, mse_up, demo::chain(jacobian, mse_up), p * (mse_up - mean));
  put("mse.cancel", mse_up * p), put("mse.mean", mean);
  loss("raw", squared, gradient(squared, z), gradient(squared, z), z - y);

  const Tensor a = gradient([&](const Tensor& x) { return ce_of_p(softmax_diagonal_only(x, 0)); }, z);
  const Tensor b = gradient([&](const Tensor& x) { return squared(softmax_without_jacobian(x, 0)); }, z);
  const auto expected = [&](const char* key) { return from_values(c[key], {classes}, Dtype::f64); };
  put("bug.a", a), put("bug.b", b);
  c.numbers.emplace_back("bug.a.ok", agreement(a, expected("ce.numeric")));
  c.numbers.emplace_back("bug.b.ok", agreement(b, expected("mse.numeric")));
  c.numbers.emplace_back("ratio", Numbers{c.at("ce.norm") / c.at("mse.norm")});
  return c;
}

}  // namespace yhat::step
