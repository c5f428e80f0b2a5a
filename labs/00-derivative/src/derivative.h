// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace yhat::labs {

/// f'(x), measured: the central difference (f(x+h) - f(x-h)) / 2h. Its error falls like h^2. h > 0.
double central_difference(const std::function<double(double)>& f, double x, double h);

/// The h for which the error of central_difference is smallest, for a function and an x of size 1.
double best_step();

}  // namespace yhat::labs
