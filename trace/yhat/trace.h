// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yhat/shape.h"

/// A recorded run in memory: what yhat/recorder.h makes, and what text, pages and files are made from.
namespace yhat {

/// The elements of a tensor in row-major order; an f32 element is held as the double it equals.
using Numbers = std::vector<double>;
/// A gradient has three states: not computed (nothing), computed and exactly zero, a value.
using MaybeNumbers = std::optional<Numbers>;

/// A tensor of the run, without its elements: those are in the events.
struct TraceTensor {
  std::string name;
  Shape shape;
  std::string role;  ///< "input", "param", "const", "temp", "loss"
  bool requires_grad = false;
  int producer = -1;  ///< the op that makes it, -1 for a leaf
  bool f32 = false;   ///< else f64
  int planes = 1;  ///< how many channels or filters are shown as pictures, if there are too many numbers to write down
};

/// A setting of an op: stride, axis.
struct TraceAttribute {
  std::string name;
  Numbers values;
};

/// An op, or a module whose inner ops have been put into one box.
struct TraceOp {
  std::string name;
  std::vector<int> inputs;     ///< tensors; -1 where an unlabelled number has been folded into the op
  std::vector<double> folded;  ///< per input: that number
  int output = -1;
  std::vector<TraceAttribute> attributes;
  std::string path;  ///< the module it ran in, "conv1"
  bool during_backward = false;
  std::vector<std::string> inner;  ///< a module's ops, in order
};

/// How one op's output changes with one of its inputs: rows are outputs, columns inputs.
struct LocalDerivative {
  enum class Kind { scalar, elementwise, jacobian, rule } kind = Kind::rule;
  std::int64_t rows = 0, cols = 0;
  Numbers data;    ///< from the op's own vjp: 1 number, one per element, or rows x cols; none for a rule
  Numbers closed;  ///< the same from the formula, where one is known

  /// Whether the two disagree: the vjp is not that of the formula.
  bool differs() const;
};

/// Central differences, held against the gradient of a tensor.
struct NumericCheck {
  enum class State { none, partial, ok, not_smooth, red } state = State::none;
  std::vector<std::int64_t> elements;  ///< which ones were tried
  Numbers numeric;
  double step = 0;
  double max_rel = 0;  ///< the largest |a - n| / max(|a|, |n|, 1e-4)
};

/// Numbers in rows, some of them lit.
struct Grid {
  std::string name;
  std::int64_t rows = 0, cols = 0;
  Numbers data;
  std::vector<std::int64_t> lit;  ///< elements to draw attention to
};

/// "Predict, then reveal": asked at a step, answered at the next key.
struct Question {
  std::string ask, answer;
};

/// A step inside an event: one algebra move, one window. The first grid is the result so far.
struct MicroStep {
  std::string say;
  std::string formula, mathml;  ///< the same as algebra: as text and as a <math> element; may be empty
  std::vector<Grid> grids;
  std::optional<Question> question;
};

/// What an event tells: see TraceEvent.
enum class EventKind { value, forward, seed, backward, stored, update, zero_grad };

/// A step of the run. What it does not concern is empty or -1.
struct TraceEvent {
  EventKind kind = EventKind::value;
  int tensor = -1;  ///< whose value or gradient changes
  int op = -1;      ///< forward, backward: the op
  int input = -1;   ///< backward: which input of the op
  int pass = 0;     ///< which forward and backward it belongs to, from 0
  Numbers data;     ///< value: the elements; forward: the output; seed: dL/dL; update: the new value

  // backward, stored: after = before + contribution
  Numbers upstream;              ///< dL/d(output of the op)
  MaybeNumbers raw;              ///< what the vjp returned, if it was then summed over broadcast axes
  std::vector<int> summed_axes;  ///< those broadcast axes
  Numbers contribution;          ///< upstream x local derivative, as large as the input
  MaybeNumbers before;           ///< the gradient so far; nothing: this is the first contribution
  Numbers after;
  LocalDerivative local;
  bool repeatable = true;   ///< a second call of the vjp gave the same bits
  int part = 1, parts = 1;  ///< which of how many contributions to this gradient
  NumericCheck check;       ///< of `after`, once the last contribution is in
  bool released = false;    ///< what the op had saved was freed after this
  std::string reason;       ///< why a contribution is zero, or not finite

  std::string rule;                      ///< update: "sgd", "adam", ...
  std::vector<TraceAttribute> settings;  ///< update: lr, momentum, ...
  std::vector<MicroStep> micro;          ///< what happens inside
  std::string note;                      ///< a sentence of the example's author
  std::optional<Question> question;
};

/// A part of the run that has a name.
struct TracePhase {
  std::string name;
  int from = 1, to = 1;  ///< steps, counted from 1
};

/// The run: what was in it, and what happened, step by step.
struct Trace {
  std::string title, command, version, dtype;  ///< command: what to type to get this trace again
  std::uint64_t seed = 0;
  std::vector<std::string> lead;  ///< sentences above the graph
  std::vector<std::string> tail;  ///< sentences below it
  std::vector<TraceTensor> tensors;
  std::vector<TraceOp> ops;
  std::vector<TraceEvent> events;
  std::vector<TracePhase> phases;
  bool expects_red = false;  ///< the example has a planted mistake

  /// Values and gradients by tensor. Nothing: not there yet.
  struct State {
    std::vector<MaybeNumbers> value, grad;
  };
  /// After the first `steps` events; all of them if there are fewer.
  State at(int steps) const;
  /// The first event with a red check, counted from 1; 0 if there is none.
  int first_red() const;
};

}  // namespace yhat
