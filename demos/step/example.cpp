// SPDX-License-Identifier: MIT
#include "example.h"

#include <fmt/format.h>
#include <yhat/error.h>

#include <algorithm>

namespace yhat::step {

const std::vector<Example>& examples() {
  static const std::vector<Example> all = {
      {"neuron", "one sigmoid neuron with a squared loss, and what saturation does", {"saturated", "relu"}, neuron},
      {"diamond", "a value that is used twice: why gradients add up", {}, diamond},
      {"zero_grad", "what happens to the gradient if nobody removes it", {}, zero_grad},
  };
  return all;
}

Trace run_example(const Request& request) {
  for (const Example& e : examples()) {
    if (request.name != e.name) continue;
    const auto known = [&](const char* v) { return request.variant == v; };
    if (!request.variant.empty() && !std::any_of(e.variants.begin(), e.variants.end(), known)) {
      std::string list;
      for (const char* v : e.variants) list += fmt::format("{}{}", list.empty() ? "" : ", ", v);
      throw ArgumentError("yhat_step", fmt::format("variant '{}' of {} ({})", request.variant, e.name,
                                                   list.empty() ? "it has none" : list));
    }
    return e.run(request);
  }
  throw ArgumentError("yhat_step", fmt::format("no example '{}'; hint: --list names them", request.name));
}

void run_pass(Recorder& recorder, const Recorder::Program& program, const Tensors& leaves) {
  {
    const Observe on(recorder);
    program(leaves).backward();
  }
  recorder.check(program, leaves);
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
