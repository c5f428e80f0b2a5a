// SPDX-License-Identifier: MIT
#include "reduction.h"

#include <fmt/format.h>

#include <cmath>

#include "yhat/elementwise.h"
#include "yhat/error.h"
#include "yhat/ops.h"

namespace yhat::losses {

Tensor reduce(const Tensor& values, Reduction reduction, double divisor) {
  if (reduction == Reduction::none) return values;
  const std::vector<bool> all(values.shape().size(), true);
  const Tensor total = map(detail::sum_value(values, all), [=](auto v) {
    return reduction == Reduction::mean ? v / static_cast<decltype(v)>(divisor) : v;
  });
  return full({}, total.to_vector()[0], values.dtype());
}

Tensor reduce(const char* op, const Tensor& values, Reduction reduction) {
  if (reduction == Reduction::mean && values.size() == 0) {
    throw ArgumentError(op, "mean over 0 elements is undefined; hint: reduction sum");
  }
  return reduce(values, reduction, static_cast<double>(values.size()));
}

Tensor factor(const Tensor& g, Reduction reduction, double divisor) {
  return reduction == Reduction::mean ? g / divisor : g;
}

void require_same(const char* op, const char* first, const Tensor& a, const Tensor& target) {
  detail::require_same_dtype(op, a, target);
  if (a.shape() != target.shape()) {
    throw ShapeError(op,
                     fmt::format("{} {}, target {} (shapes must be equal); hint: no broadcasting in losses, reshape "
                                 "one",
                                 first, a.shape(), target.shape()));
  }
}

namespace {
// "[2, 1]": the place of an element in row-major order.
std::string place_of(const Shape& shape, std::size_t flat) {
  std::string text;
  auto rest = static_cast<std::int64_t>(flat);
  for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) {
    text = fmt::format("{}{}{}", rest % shape[axis], text.empty() ? "" : ", ", text);
  }
  return "[" + text + "]";
}
}  // namespace

void require_unit_interval(const char* op, const char* what, const Tensor& x) {
  dispatch(x.dtype(), [&](auto zero) {
    const auto values = x.data<decltype(zero)>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(values[i] >= 0 && values[i] <= 1)) {  // a NaN fails too
        throw ArgumentError(op, fmt::format("{} {} = {} (must be in [0, 1])", what, place_of(x.shape(), i), values[i]));
      }
    }
  });
}

void require_rows(const char* op, const char* what, const Tensor& rows) {
  if (rows.ndim() != 2) {
    throw ShapeError(op, fmt::format("{} {} (rows of scores, [N, C]){}", what, rows.shape(),
                                     rows.ndim() == 1 ? "; hint: reshape(x, {1, -1})" : ""));
  }
  if (rows.shape()[1] == 0) throw ShapeError(op, fmt::format("{} {} have no class (at least 1)", what, rows.shape()));
}

void require_allowed(const char* op, const Tensor& rows, const CrossEntropySpec& spec) {
  if (!(spec.label_smoothing >= 0 && spec.label_smoothing <= 1)) {
    throw ArgumentError(op, fmt::format("label_smoothing {} (must be in [0, 1])", spec.label_smoothing));
  }
  if (!spec.weight.defined()) return;
  detail::require_same_dtype(op, rows, spec.weight);
  const std::int64_t classes = rows.shape()[1];
  if (spec.weight.shape() != Shape{classes}) {
    throw ShapeError(op, fmt::format("weight {} for {} classes (one per class)", spec.weight.shape(), classes));
  }
  const std::vector<double> w = spec.weight.to_vector();
  for (std::size_t c = 0; c < w.size(); ++c) {
    if (!(w[c] >= 0 && std::isfinite(w[c]))) {
      throw ArgumentError(op, fmt::format("weight[{}] = {} (must be finite and >= 0)", c, w[c]));
    }
  }
}

LabelTarget label_target(const char* op, const Tensor& rows, const std::vector<std::int64_t>& labels,
                         const CrossEntropySpec& spec) {
  require_allowed(op, rows, spec);
  const std::int64_t n = rows.shape()[0];
  const std::int64_t classes = rows.shape()[1];
  if (static_cast<std::int64_t>(labels.size()) != n) {
    throw ShapeError(op, fmt::format("{} rows of {}, {} labels (one label per row)", n,
                                     op == std::string("nll_loss") ? "log-probabilities" : "logits", labels.size()));
  }
  const std::vector<double> w =
      spec.weight.defined() ? spec.weight.to_vector() : std::vector<double>(static_cast<std::size_t>(classes), 1.0);
  LabelTarget target;
  std::int64_t kept = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == spec.ignore_index) continue;
    if (labels[i] < 0 || labels[i] >= classes) {
      throw IndexError(op, fmt::format("target[{}] = {} (valid: [0, {}], or ignore_index {})", i, labels[i],
                                       classes - 1, spec.ignore_index));
    }
    ++kept;
    target.divisor += w[static_cast<std::size_t>(labels[i])];
  }
  target.ignored = kept < n;
  if (spec.reduction == Reduction::mean && target.divisor <= 0) {
    throw ArgumentError(op, kept == 0 ? fmt::format("0 of {} labels kept, mean over 0 samples is undefined; hint: "
                                                    "reduction sum",
                                                    n)
                                      : fmt::format("{} labels kept, their weights add up to 0, the mean is undefined; "
                                                    "hint: reduction sum",
                                                    kept));
  }
  const double e = spec.label_smoothing;
  target.q = zeros(rows.shape(), rows.dtype());
  dispatch(rows.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* q = target.q.mutable_data<T>().data();
    for (std::size_t i = 0; i < labels.size(); ++i, q += classes) {
      if (labels[i] == spec.ignore_index) continue;
      for (std::int64_t c = 0; c < classes; ++c) {
        q[c] = static_cast<T>(w[static_cast<std::size_t>(c)] *
                              ((c == labels[i] ? 1 - e : 0) + e / static_cast<double>(classes)));
      }
    }
  });
  return target;
}

}  // namespace yhat::losses
