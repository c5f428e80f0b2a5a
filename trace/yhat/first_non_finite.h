// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "yhat/observer.h"

namespace yhat {

/// Finds where the first NaN or infinity of a computation came from:
///
///     Tensor x = tensor({1, 0, 2}).requires_grad_();
///     FirstNonFinite finder;
///     {
///       Observe watch(finder);
///       sum(log(x)).backward();
///     }
///     if (finder.found()) fmt::print("{}\n", finder.what());
///     > forward of log at [1] (log, -inf)
///
/// Values are looked at in the order in which they are computed: an op's inputs that no watched op has made
/// (parameters, data), its output, and in backward the gradient that each vjp returns and each sum of gradients.
/// An infinity in a constant, such as a mask of -inf, is taken as meant: neither it nor infinities that an op makes of
/// it are reported, a NaN that comes of it is.
class FirstNonFinite : public Observer {
 public:
  void forward(const ForwardEvent& event) override;
  void vjp(const VjpEvent& event) override;
  void accumulate(const AccumulateEvent& event) override;

  /// Whether there was one.
  bool found() const { return found_; }
  /// `forward of`, `input of` or `backward of`, then the module's path (the op's name if there is none), the index of
  /// the first such element in row-major order, the op and the value.
  std::string what() const;

  /// "forward", "input", "backward"; empty if nothing was found.
  const std::string& stage() const { return stage_; }
  /// The op's name.
  const std::string& op() const { return op_; }
  /// Of the module; empty outside of modules.
  const std::string& path() const { return path_; }
  /// Of the first such element, a number per axis.
  const std::vector<std::int64_t>& index() const { return index_; }
  /// NaN or +-infinity.
  double value() const { return value_; }
  /// The finding as an error says it after the op: `first NaN in forward at [0, 3] from input -1 (op 17, net.fc1)`. Ops
  /// are numbered from 1 in the order of the forward pass. What it was computed from is told if the elements of input
  /// and output belong together one to one.
  std::string message(bool with_path = true) const;

 protected:
  /// Called once, when something has been found.
  virtual void on_found() {}

 private:
  struct Origin {
    std::string path;
    std::int64_t number = 0;  // of the op; 0 if it ran before the watch began
  };
  void report(const char* stage, const std::string& op, const Origin& origin, const Tensor& x, std::int64_t at);
  Origin origin_of(const Node& node) const;

  std::unordered_map<std::uint64_t, Origin> origins_;  // of the nodes seen
  std::int64_t ops_ = 0;
  bool found_ = false;
  std::string stage_, op_, path_, where_, from_;
  std::int64_t number_ = 0;
  std::vector<std::int64_t> index_;
  double value_ = 0;
};

/// While alive, this thread's first NaN or infinity, forward or backward, is thrown as a NumericError that names the
/// op:
///
///     try {
///       AnomalyMode watch;
///       sum(log(tensor({1, -1}).requires_grad_())).backward();
///     } catch (const NumericError& error) {
///       fmt::print("{}\n", error.what());
///     }
///     > log: first NaN in forward at [1] from input -1 (op 1)
///
/// Every value is looked at once more, so it is for finding a fault, not for every run. Throws from within the op or
/// backward(): no gradient has been stored then. Replaces the observer of this thread until the scope ends.
class AnomalyMode : private FirstNonFinite {
 public:
  AnomalyMode() : watch_(*this) {}

 private:
  void on_found() override;
  Observe watch_;
};

/// Whether all elements are finite.
bool all_finite(const Tensor& x);

}  // namespace yhat
