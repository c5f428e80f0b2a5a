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
  std::optional<double> w, b, x, y;
  std::vector<std::vector<double>> logits;  // one row per sample
  std::vector<std::int64_t> labels;         // from 0
  std::string command;
};

struct Example {
  const char* name;
  const char* summary;
  std::vector<const char*> variants;
  std::vector<const char*> values;  // what may be given: "w", "logits", ...
  Trace (*run)(const Request&);
};

const std::vector<Example>& examples();
/// Throws ArgumentError for an unknown name or variant, or values that make no sense.
Trace run_example(const Request& request);

Trace neuron(const Request& request);
Trace diamond(const Request& request);
Trace zero_grad(const Request& request);
Trace softmax_cross_entropy(const Request& request);
Trace squared_error(const Request& request);
Trace conv(const Request& request);
Trace pool(const Request& request);
Trace lenet(const Request& request);
Trace gap120(const Request& request);
Trace bug(const Request& request);

/// The logits and labels of a request, or those of the example if none were given.
struct Batch {
  Tensor logits;  ///< (N,K)
  std::vector<std::int64_t> labels;
  Tensor one_hot;         ///< (N,K)
  bool standard = false;  ///< nobody gave others
};
/// Throws ArgumentError: as many labels as rows; rows of 2 to 16 finite logits, all alike; labels from 0 to K-1.
Batch batch_of(const Request& request, const std::vector<double>& logits, std::int64_t label);

// --- For the examples themselves ---

/// Records one forward and backward pass of `program`, and checks its gradients.
void run_pass(Recorder& recorder, const Recorder::Program& program, const Tensors& leaves);

/// A labelled leaf.
Tensor leaf(const Tensor& value, const char* label, bool wants_grad = true);

/// Removes the gradient of a leaf, seen by the recorder.
void remove_gradient(Recorder& recorder, Tensor leaf);

/// The event that carries a contribution from `op_output` to `input`, in the given pass. Throws if there is none.
TraceEvent& backward_event(Trace& trace, const std::string& op_output, const std::string& input, int pass = 0);
/// The forward event of a tensor.
TraceEvent& forward_event(Trace& trace, const std::string& output, int pass = 0);
/// The first event of a kind for a tensor.
TraceEvent& event(Trace& trace, EventKind kind, const std::string& tensor, int pass = 0);

}  // namespace yhat::step
