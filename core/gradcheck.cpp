// SPDX-License-Identifier: MIT
// gradcheck from above: what is checked, and the orders one after the other.
#include "yhat/gradcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradcheck_check.h"
#include "yhat/autograd.h"
#include "yhat/error.h"
#include "yhat/ops.h"

namespace yhat {
namespace {

using namespace checking;

// --- Before f runs ---

void require_options(const GradcheckOptions& o) {
  const auto require = [](bool ok, const char* what, auto value, const char* allowed) {
    if (!ok) throw ArgumentError("gradcheck", fmt::format("{} {} (must be {})", what, value, allowed));
  };
  require(std::isfinite(o.step) && o.step > 0, "step", o.step, "finite and > 0");
  require(std::isfinite(o.atol) && o.atol >= 0, "atol", o.atol, "finite and >= 0");
  require(std::isfinite(o.rtol) && o.rtol >= 0, "rtol", o.rtol, "finite and >= 0");
  require(o.order >= 1, "order", o.order, ">= 1");
  require(o.cotangents >= 1, "cotangents", o.cotangents, ">= 1");
  require(o.max_elements >= 0, "max_elements", o.max_elements, ">= 0");
}

void add_input(Problem& problem, std::size_t i) {
  const Tensor& x = problem.all[i];
  if (x.dtype() != Dtype::f64) {
    throw ArgumentError("gradcheck", fmt::format("input {} is {} (f64 only: f32 rounding exceeds the tolerance); hint: "
                                                 "to(Dtype::f64)",
                                                 i, x.dtype()));
  }
  problem.inputs.push_back(x);
  problem.names.push_back(static_cast<int>(i));
  problem.place.push_back(i);
}

void require_inputs(const Problem& problem) {
  if (problem.inputs.empty()) {
    throw ArgumentError("gradcheck", "no input requires grad (at least one); hint: requires_grad_(true)");
  }
  for (std::size_t i : problem.place) {
    for (std::size_t k = 0; k < problem.all.size(); ++k) {
      if (k != i && problem.all[i].shares_storage_with(problem.all[k])) {
        throw ArgumentError("gradcheck", fmt::format("inputs {} and {} share storage (must be distinct); hint: clone()",
                                                     std::min(i, k), std::max(i, k)));
      }
    }
  }
}

// --- J^T v ---

// By the engine: the gradients of each output, added up.
Tensors engine_gradient(const Tensors& ys, const Tensors& xs, const Tensors& v, bool recorded) {
  Tensors total(xs.size());
  for (std::size_t o = 0; o < ys.size(); ++o) {
    if (!ys[o].requires_grad()) continue;
    const GradOptions options{.create_graph = recorded, .retain_graph = true, .allow_unused = true, .seed = v[o]};
    const Tensors part = grad(ys[o], xs, options);
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (part[i].defined()) total[i] = total[i].defined() ? total[i] + part[i] : part[i];
    }
  }
  return total;
}

Problem first_order(Fn f, Tensors inputs) {
  Problem problem;
  problem.all = std::move(inputs);
  problem.value = [f = std::move(f), all = problem.all](bool) { return f(all); };
  return problem;
}

// At order 1 the gradient is checked; at order 2 it is the function, of x and of v.
Problem next_order(const Problem& problem, const Tensors& v) {
  Problem next;
  next.order = problem.order + 1;
  next.all = problem.all;
  next.inputs = problem.inputs;
  next.names = problem.names;
  next.place = problem.place;
  const int cotangents =
      static_cast<int>(std::count_if(next.names.begin(), next.names.end(), [](int n) { return n < 0; }));
  Tensors seeds;
  for (std::size_t o = 0; o < v.size(); ++o) {
    seeds.push_back(v[o].clone().requires_grad_());
    next.place.push_back(next.all.size());
    next.all.push_back(seeds.back());
    next.inputs.push_back(seeds.back());
    next.names.push_back(-1 - cotangents - static_cast<int>(o));
  }
  next.value = [problem, seeds](bool recorded) {
    Tensors g = problem.gradient(problem.value(true), seeds, recorded);
    for (std::size_t i = 0; i < g.size(); ++i) {
      if (!g[i].defined()) g[i] = zeros_like(problem.inputs[i]);
    }
    return g;
  };
  next.gradient = [xs = next.inputs](const Tensors& y, const Tensors& w, bool recorded) {
    return engine_gradient(y, xs, w, recorded);
  };
  return next;
}

GradcheckReport run(Problem problem, const GradcheckOptions& options) {
  const GradMode recording(true);  // never without: at order 2 a gradient taken inside f would see no graph
  GradcheckReport report;
  report.inputs_checked = static_cast<int>(problem.inputs.size());
  try {
    for (;;) {
      report.order = problem.order;
      const Tensors v = Check(problem, options, report).run();
      if (problem.order == options.order) break;
      problem = next_order(problem, v);
    }
  } catch (const Verdict&) {
    return report;
  }
  report.ok = true;
  report.message = heading(report, options) + passed_text(report, options);
  return report;
}

void throw_unless_ok(const GradcheckReport& report, const GradcheckOptions& options) {
  const std::string who = "gradcheck " + options.name;
  if (!report.ok) throw NumericError(who, report.message.substr(who.size() + 2));
}

}  // namespace

GradcheckReport gradcheck(Fn f, Tensors inputs, const GradcheckOptions& options) {
  require_options(options);
  Problem problem = first_order(std::move(f), std::move(inputs));
  for (std::size_t i = 0; i < problem.all.size(); ++i) {
    if (problem.all[i].requires_grad()) add_input(problem, i);
  }
  require_inputs(problem);
  problem.gradient = [xs = problem.inputs](const Tensors& y, const Tensors& v, bool recorded) {
    return engine_gradient(y, xs, v, recorded);
  };
  return run(std::move(problem), options);
}

GradcheckReport gradcheck(Fn f, HandVjp by_hand, Tensors inputs, const GradcheckOptions& options) {
  require_options(options);
  if (options.order != 1) {
    throw ArgumentError("gradcheck", fmt::format("order {} of a gradient by hand (must be 1)", options.order));
  }
  Problem problem = first_order(std::move(f), std::move(inputs));
  // Which inputs are to be checked is known only from what by_hand returns.
  const GradMode recording(true);
  Tensors v;
  for (const Tensor& y : problem.value(true)) v.push_back(y.defined() ? zeros_like(y) : Tensor());
  const Tensors g = by_hand(problem.all, v);
  if (g.size() != problem.all.size()) {
    throw ArgumentError("gradcheck", fmt::format("{} gradients for {} inputs (one each, undefined for a constant)",
                                                 g.size(), problem.all.size()));
  }
  for (std::size_t i = 0; i < problem.all.size(); ++i) {
    if (problem.all[i].requires_grad() || g[i].defined()) add_input(problem, i);
  }
  require_inputs(problem);
  problem.gradient = [by_hand = std::move(by_hand), all = problem.all, place = problem.place](
                         const Tensors&, const Tensors& seeds, bool) {
    const Tensors every = by_hand(all, seeds);
    Tensors checked;
    for (std::size_t i : place) checked.push_back(i < every.size() ? every[i] : Tensor());
    return checked;
  };
  return run(std::move(problem), options);
}

void require_gradcheck(Fn f, Tensors inputs, const GradcheckOptions& options) {
  const GradcheckReport report = gradcheck(std::move(f), std::move(inputs), options);
  throw_unless_ok(report, options);
}

void require_gradcheck(Fn f, HandVjp by_hand, Tensors inputs, const GradcheckOptions& options) {
  const GradcheckReport report = gradcheck(std::move(f), std::move(by_hand), std::move(inputs), options);
  throw_unless_ok(report, options);
}

}  // namespace yhat
