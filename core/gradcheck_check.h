// SPDX-License-Identifier: MIT
#pragma once

#include "gradcheck_impl.h"

namespace yhat::checking {

/// All elements, or the first, the last and a random sample, in ascending order.
std::vector<std::int64_t> elements_to_check(std::int64_t size, std::int64_t most, Rng& rng);

/// Ends a check early: the report is complete.
struct Verdict {};

/// Checks one order, step by step.
class Check {
 public:
  Check(const Problem& problem, const GradcheckOptions& options, GradcheckReport& report);
  /// Throws Verdict unless all is well. Returns a cotangent of the outputs, for the next order.
  Tensors run();

 private:
  struct Worst {
    double ratio = -1;
    std::size_t input = 0, cotangent = 0;
    std::int64_t element = 0;
    double analytic = 0, numeric = 0, step = 0;
  };

  // The claims: values and gradients where they can be had without differences (gradcheck_claims.cpp).
  void evaluate_twice();
  std::vector<Numbers> gradient(const Tensors& y, const Tensors& v);
  std::vector<Numbers> gradient_twice(const Tensors& v);
  void require_zero_from_zero();
  void require_exact_zero();
  [[noreturn]] void refuse_shape(std::size_t input, const Tensor& g);

  // The comparison with differences (gradcheck_compare.cpp).
  void compare();
  Worst compare_element(std::size_t input, std::int64_t element, bool& wrong);
  void probe_at(std::size_t input, std::int64_t element);
  double allowed(double a, double n) const;
  void put(const Worst& w);
  [[noreturn]] void refuse_kink(const Worst& w);

  // What is wrong (gradcheck_evidence.cpp).
  [[noreturn]] void refuse(const Worst& w, std::int64_t failing, std::int64_t checked);
  Tensors only(std::size_t output, const Tensors& v) const;
  std::size_t output_to_blame(const Worst& w);
  Evidence evidence(const Worst& w, std::size_t output);

  [[noreturn]] void fail(GradcheckStatus status, const std::string& text);
  void blame(std::size_t input, std::int64_t element = -1);
  std::string blame_output(std::size_t flat_index);
  std::string shape_difference(const Tensors& other);

  const Problem& problem_;
  const GradcheckOptions& options_;
  GradcheckReport& report_;
  Rng rng_;
  Tensors y_, again_;
  Layout layout_;
  std::vector<Tensors> v_;
  std::vector<Numbers> v_flat_;
  std::vector<std::vector<Numbers>> analytic_;  // [cotangent][input]
  FivePoints points_;                           // around the element in hand; f[2] is f itself
  Numbers slopes_;                              // of each output there
  std::int64_t kink_output_ = 0;
};

}  // namespace yhat::checking
