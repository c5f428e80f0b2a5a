// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

/// The gradient of local response normalisation, written out by hand.
namespace demo {

/// Settings under which a wrong cross term is seen: alpha 0.3, k 1.
yhat::LocalResponseNormSpec large_alpha();
/// Seven channels, one pixel: (1,7,1,1).
yhat::Tensor lrn_example();

/// a and g (1,C,1,1) -> dL/da. With `wrong`, a_m a_m stands where a_i a_m belongs.
yhat::Tensor lrn_gradient(const yhat::Tensor& a, const yhat::Tensor& g, const yhat::LocalResponseNormSpec& spec,
                          bool wrong);

/// How far the wrong one is off, as a share of the right one's largest element: with large_alpha(), and with the
/// paper's constants.
struct LrnError {
  double large_alpha = 0, paper = 0;
};
LrnError lrn_error();

}  // namespace demo
