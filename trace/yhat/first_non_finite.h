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
///     FirstNonFinite finder;
///     { Observe watch(finder); loss_of(batch).backward(); }
///     if (finder.found()) fmt::print("{}\n", finder.what());   // forward of fc1 at [3, 7] (linear, inf)
///
/// Values are looked at in the order in which they are computed: an op's inputs that no watched op has made
/// (parameters, data), its output, and in backward the gradient that each vjp returns and each sum of gradients.
class FirstNonFinite : public Observer {
 public:
  void forward(const ForwardEvent& event) override;
  void vjp(const VjpEvent& event) override;
  void accumulate(const AccumulateEvent& event) override;

  bool found() const { return found_; }
  /// `forward of`, `input of` or `backward of`, then the module's path (the op's name if there is none), the index of
  /// the first such element in row-major order, the op and the value.
  std::string what() const;

  const std::string& stage() const { return stage_; }  ///< "forward", "input", "backward"
  const std::string& op() const { return op_; }
  const std::string& path() const { return path_; }  ///< of the module; empty outside of modules
  const std::vector<std::int64_t>& index() const { return index_; }
  double value() const { return value_; }

 private:
  void look(const char* stage, const std::string& op, const std::string& path, const Tensor& x);

  std::unordered_map<std::uint64_t, std::string> path_of_;  // of the nodes seen
  bool found_ = false;
  std::string stage_, op_, path_;
  std::vector<std::int64_t> index_;
  double value_ = 0;
};

/// Whether all elements are finite.
bool all_finite(const Tensor& x);

}  // namespace yhat
