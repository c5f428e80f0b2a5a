// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/dataset.h>
#include <yhat/sequential.h>

#include <array>

/// Six training programs that do not learn. Each trains a small network on images of clothes and returns it; the
/// network's outputs are logits.
namespace yhat::labs {

/// What can be wrong with a training program. Six of these are used.
enum class Cause {
  gradients_not_cleared,
  learning_rate_too_high,
  learning_rate_too_low,
  softmax_twice,
  labels_out_of_order,
  dead_relu,
  sum_instead_of_mean,
  too_few_epochs,
  all_weights_equal,
  inputs_not_normalised,
  overfitting,
  wrong_sign
};

/// images (N,1,28,28) -> logits (N,10): step "1" and step "3" are Linear layers, "2" is relu.
Sequential clinic_net(Rng& rng);

/// The mean loss of epochs 1 to 5 of a program, 1 to 6, as it was handed out.
std::array<double, 5> curve_of_case(int number, const Dataset& data);

// caseN.cpp
Sequential train_case1(const Dataset& data, Rng& rng);
Sequential train_case2(const Dataset& data, Rng& rng);
Sequential train_case3(const Dataset& data, Rng& rng);
Sequential train_case4(const Dataset& data, Rng& rng);
Sequential train_case5(const Dataset& data, Rng& rng);
Sequential train_case6(const Dataset& data, Rng& rng);
Cause cause_of_case1();
Cause cause_of_case2();
Cause cause_of_case3();
Cause cause_of_case4();
Cause cause_of_case5();
Cause cause_of_case6();

}  // namespace yhat::labs
