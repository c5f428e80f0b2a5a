// SPDX-License-Identifier: MIT
#include "yhat/dropout.h"

#include <fmt/format.h>

#include "yhat/error.h"

namespace yhat {

Dropout::Dropout(Rng& rng, const DropoutOptions& o) : options(o), own_(rng.next()) {
  if (!(o.p >= 0 && o.p <= 1)) throw ArgumentError("Dropout", fmt::format("p {} (must be in [0, 1])", o.p));
}

Tensor Dropout::forward(const Tensor& x) { return training() ? dropout(x, options.p, shared_ ? *shared_ : own_) : x; }

void Dropout::visit(Parts& p) { p.generator("rng", shared_ ? *shared_ : own_); }

}  // namespace yhat
