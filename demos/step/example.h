// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/recorder.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The prepared runs of yhat_step. Each one is ordinary code that uses the library, with a recorder watching.
namespace yhat::step {

/// What was asked for on the command line.
struct Request {
  std::string name;
  std::string variant;
  Dtype dtype = Dtype::f64;
  std::optional<double> w, b, x, y;         // neuron
  std::vector<std::vector<double>> logits;  // softmax, mse: one row per sample
  std::vector<std::int64_t> labels;         // from 0
  std::string command;
};

struct Example {
  const char* name;
  const char* summary;
  std::vector<const char*> variants;
  Trace (*run)(const Request&);
};

const std::vector<Example>& examples();
/// Throws ArgumentError for an unknown name or variant, or values that make no sense.
Trace run_example(const Request& request);

Trace neuron(const Request& request);
Trace diamond(const Request& request);
Trace zero_grad(const Request& request);

// --- For the examples themselves ---

/// Records one forward and backward pass of `program`, and checks its gradients.
void run_pass(Recorder& recorder, const Recorder::Program& program, const Tensors& leaves);

/// A labelled leaf.
Tensor leaf(const Tensor& value, const char* label, bool wants_grad = true);

/// The event that carries a contribution from `op_output` to `input`, in the given pass. Throws if there is none.
TraceEvent& backward_event(Trace& trace, const std::string& op_output, const std::string& input, int pass = 0);
/// The forward event of a tensor.
TraceEvent& forward_event(Trace& trace, const std::string& output, int pass = 0);
/// The first zero_grad or update event of a tensor.
TraceEvent& event(Trace& trace, EventKind kind, const std::string& tensor, int pass = 0);

}  // namespace yhat::step
