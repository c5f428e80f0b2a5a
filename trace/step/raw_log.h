// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "yhat/autograd.h"
#include "yhat/recorder.h"

/// What the recorder writes down while the run goes on: one entry per op and contribution, no grouping, no names yet.
namespace yhat::trace {

struct RawTensor {
  Shape shape;
  Dtype dtype = Dtype::f32;
  std::string label;
  bool wants_grad = false;
  bool folded = false;        // an unlabelled number
  double number = 0;          // its value
  int made_by = -1;           // op, -1 for a leaf
  std::uint32_t version = 0;  // of the value last written down
  std::weak_ptr<Node> node;   // weak: recording keeps no graph alive
  Tensor constant;            // a tensor without node is held, so that its address stays its own
};

struct RawOp {
  std::string name;
  std::vector<TraceAttribute> attributes;
  std::vector<int> inputs;  // tensors, -1 for one that is not there
  int output = -1;
  std::string path;
  std::string scope;                  // the name of the innermost scope
  std::vector<std::uint64_t> scopes;  // innermost first
  bool during_backward = false;
  int pass = 0;
};

/// Events as in a Trace, but their tensors and ops are those of this log.
struct RawLog {
  std::vector<RawTensor> tensors;
  std::vector<RawOp> ops;
  std::vector<TraceEvent> events;
  std::vector<std::pair<std::string, std::size_t>> phases;  // name, first event
};

Trace build_trace(const RawLog& log, const Recorder::Options& options);

/// Silences the recorder while it asks the engine something itself.
class Unobserved {
 public:
  Unobserved() : observe_(nobody_) {}

 private:
  Observer nobody_;
  Observe observe_;
  NoGrad no_grad_;
};

/// The local derivative of one edge, asked of its own vjp, with the closed form beside it where one is known.
LocalDerivative probe(const VjpEvent& event, const std::string& op, const RawLog& log, const RawOp& raw,
                      const std::map<int, Numbers>& values);

/// At most this many entries are kept as a matrix.
inline constexpr std::int64_t most_probed = 64;

}  // namespace yhat::trace
