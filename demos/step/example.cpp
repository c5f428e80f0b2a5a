// SPDX-License-Identifier: MIT
#include "example.h"

#include <fmt/format.h>
#include <yhat/error.h>
#include <yhat/ops.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace yhat::step {

const std::vector<Example>& examples() {
  static const std::vector<Example> all = {
      {"neuron",
       "one sigmoid neuron with a squared loss, and what saturation does",
       {"saturated", "relu"},
       {"w", "b", "x", "y"},
       neuron},
      {"diamond", "a value that is used twice: why gradients add up", {}, {"x"}, diamond},
      {"zero_grad", "what happens to the gradient if nobody removes it", {}, {"w", "x"}, zero_grad},
      {"softmax", "softmax and cross-entropy: how p - y comes about", {}, {"logits", "label"}, softmax_cross_entropy},
      {"mse",
       "the squared error through softmax, on logits, and through sigmoid",
       {"very_wrong"},
       {"logits", "label"},
       squared_error},
      {"conv", "a convolution, whose gradient is a scatter of windows", {"strided"}, {}, conv},
      {"pool", "overlapping windows of a pooling: the winner takes the gradient", {"avg"}, {}, pool},
      {"lenet", "LeNet-5 on one picture, module by module, and one step of SGD", {}, {}, lenet},
      {"gap120",
       "float32 far out: softmax and log apart fail, the fused loss does not",
       {},
       {"logits", "label"},
       gap120},
      {"bug",
       "a wrong backward, as students write it: A diagonal only, B no Jacobian",
       {"A", "B"},
       {"logits", "label"},
       bug},
  };
  return all;
}

namespace {

std::string listed(const std::vector<const char*>& words, const char* before) {
  std::string list;
  for (const char* word : words) list += fmt::format("{}{}{}", list.empty() ? "" : ", ", before, word);
  return list;
}

bool among(const std::string& word, const std::vector<const char*>& words) {
  return std::any_of(words.begin(), words.end(), [&](const char* w) { return word == w; });
}

void require_taken(const Example& e, const Request& r) {
  const std::pair<const char*, bool> given[] = {{"w", r.w.has_value()},        {"b", r.b.has_value()},
                                                {"x", r.x.has_value()},        {"y", r.y.has_value()},
                                                {"logits", !r.logits.empty()}, {"label", !r.labels.empty()}};
  for (const auto& [name, is_given] : given) {
    if (!is_given || among(name, e.values)) continue;
    throw ArgumentError("yhat_step", fmt::format("{} takes no --{} ({})", e.name, name,
                                                 e.values.empty() ? "its numbers are fixed" : listed(e.values, "--")));
  }
  for (const auto& value : {r.w, r.b, r.x, r.y}) {
    if (value && !std::isfinite(*value)) throw ArgumentError("yhat_step", fmt::format("{} (must be finite)", *value));
  }
}

}  // namespace

Trace run_example(const Request& request) {
  for (const Example& e : examples()) {
    if (request.name != e.name) continue;
    if (!request.variant.empty() && !among(request.variant, e.variants)) {
      throw ArgumentError("yhat_step", fmt::format("variant '{}' of {} ({})", request.variant, e.name,
                                                   e.variants.empty() ? "it has none" : listed(e.variants, "")));
    }
    require_taken(e, request);
    return e.run(request);
  }
  throw ArgumentError("yhat_step", fmt::format("no example '{}'; hint: --list names them", request.name));
}

Batch batch_of(const Request& request, const std::vector<double>& logits, std::int64_t label) {
  Batch batch;
  batch.standard = request.logits.empty() && request.labels.empty();
  std::vector<std::vector<double>> rows = request.logits;
  batch.labels = request.labels;
  if (batch.standard) batch.labels = {label};
  if (rows.empty()) rows = {logits};
  if (batch.labels.size() != rows.size()) {
    throw ArgumentError("yhat_step", fmt::format("{} --logits, {} --label (one label for each list of logits)",
                                                 rows.size(), batch.labels.size()));
  }
  const std::size_t classes = rows[0].size();
  std::vector<double> all;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].size() < 2 || rows[i].size() > 16) {
      throw ArgumentError("yhat_step", fmt::format("{} logits (2 to 16)", rows[i].size()));
    }
    if (rows[i].size() != classes) {
      throw ArgumentError("yhat_step",
                          fmt::format("lists of {} and {} logits (all of one length)", classes, rows[i].size()));
    }
    for (double v : rows[i]) {
      if (!std::isfinite(v)) throw ArgumentError("yhat_step", fmt::format("logit {} (must be finite)", v));
      all.push_back(v);
    }
    if (batch.labels[i] < 0 || batch.labels[i] >= static_cast<std::int64_t>(classes)) {
      throw ArgumentError("yhat_step",
                          fmt::format("label {} (0 to {}: labels count from 0)", batch.labels[i], classes - 1));
    }
  }
  const Shape shape{static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(classes)};
  batch.logits = from_values(std::span<const double>(all), shape, request.dtype);
  batch.one_hot = yhat::one_hot(batch.labels, shape[1], request.dtype);
  return batch;
}

void remove_gradient(Recorder& recorder, Tensor leaf) {
  const Observe on(recorder);
  leaf.zero_grad();
}

void run_pass(Recorder& recorder, const Recorder::Program& program, const Tensors& leaves) {
  {
    const Observe on(recorder);
    program(leaves).backward();
  }
  recorder.check(program, leaves);  // also that each leaf's gradient is the recorded one, bit for bit
}

Tensor leaf(const Tensor& value, const char* label, bool wants_grad) {
  Tensor t = value;
  if (wants_grad) t.requires_grad_(true);
  return t.label(label);
}

namespace {

template <class Test>
TraceEvent& find(Trace& trace, const std::string& what, Test test) {
  for (TraceEvent& e : trace.events) {
    if (test(e)) return e;
  }
  throw ArgumentError("yhat_step", "the trace has no event " + what);
}

const std::string& name_of(const Trace& trace, int tensor) {
  return trace.tensors[static_cast<std::size_t>(tensor)].name;
}

}  // namespace

TraceEvent& backward_event(Trace& trace, const std::string& op_output, const std::string& input, int pass) {
  return find(trace, op_output + " -> " + input, [&](const TraceEvent& e) {
    return e.kind == EventKind::backward && e.pass == pass && name_of(trace, e.tensor) == input &&
           name_of(trace, trace.ops[static_cast<std::size_t>(e.op)].output) == op_output;
  });
}

TraceEvent& forward_event(Trace& trace, const std::string& output, int pass) {
  return event(trace, EventKind::forward, output, pass);
}

TraceEvent& event(Trace& trace, EventKind kind, const std::string& tensor, int pass) {
  return find(trace, "for " + tensor, [&](const TraceEvent& e) {
    return e.kind == kind && e.pass == pass && name_of(trace, e.tensor) == tensor;
  });
}

}  // namespace yhat::step
