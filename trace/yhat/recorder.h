// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "yhat/observer.h"
#include "yhat/trace.h"

namespace yhat {

/// Watches a run and makes a trace of it, one event per value, op and contribution to a gradient.
///
///     Recorder rec;
///     {
///       Observe on(rec);
///       Tensor w = tensor(3, Dtype::f64).requires_grad_().label("w");
///       (w * w).label("loss").backward();
///     }
///     rec.save_html("square.html");  // one page, to step through; rec.print() writes every step as text
///
/// At most 1,000 events and 200 boxes: beyond that recording goes on without copying anything, and trace(), print() and
/// the save functions throw ArgumentError. Nothing is thrown into the run that is being watched.
class Recorder final : public Observer {
 public:
  struct Options {
    std::string title = "recorded run";
    std::string command = "";   ///< what to type to get this trace again
    std::uint64_t seed = 0;     ///< of the run's random numbers, to be shown
    bool group_modules = true;  ///< draw a module, or a library function of several ops, as one box
  };
  static constexpr int most_events = 1000;
  static constexpr int most_boxes = 200;

  /// Records what happens while it observes: `Observe on(recorder)`.
  Recorder();
  explicit Recorder(Options options);
  ~Recorder() override;

  void forward(const ForwardEvent& event) override;
  void vjp(const VjpEvent& event) override;
  void accumulate(const AccumulateEvent& event) override;
  void release(const ReleaseEvent& event) override;
  void update(const UpdateEvent& event) override;

  /// The computation that was recorded, as a function of its leaves, in the dtype of the leaves.
  using Program = std::function<Tensor(const Tensors& leaves)>;
  /// Holds the gradients of the last backward pass against central differences of `program` in f64, run again with one
  /// element changed at a time: of a leaf, or of what one of its ops returns. `leaves` have the values that were used.
  /// To be called outside of the Observe scope, after backward(). Throws ArgumentError if the program's ops are not the
  /// recorded ones, GraphError if a leaf's gradient is not, bit for bit, the last one that was recorded.
  void check(const Program& program, const Tensors& leaves);
  /// Steps from here on belong to a part of the run with this name.
  void phase(std::string name);

  /// What was recorded. Throws ArgumentError over the limits.
  const Trace& trace() const;
  /// The same, to add sentences and questions to.
  Trace& edit();

  /// Every step as text, to standard output. Throws ArgumentError over the limits.
  void print() const;
  /// One self-contained page. Each file is written beside its place first, then renamed. Throws IoError, or
  /// ArgumentError over the limits.
  void save_html(const std::string& path) const;
  /// The trace as JSON, for yhat_step --diff. Throws as save_html does.
  void save_json(const std::string& path) const;
  /// The graph in Graphviz' language. Throws as save_html does.
  void save_dot(const std::string& path) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yhat
