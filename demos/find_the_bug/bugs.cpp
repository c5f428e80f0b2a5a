// SPDX-License-Identifier: MIT
#include "find_the_bug/bugs.h"

#include <cmath>

#include "find_the_bug/lrn.h"

namespace demo {

using namespace yhat;

namespace {

using enum Dtype;

/// A function of one tensor with gradients written by hand: x, g -> dL/dx.
using Gradient = Tensor (*)(const Tensor& x, const Tensor& g);
HandVjp of_one(Gradient gradient) {
  return [gradient](const Tensors& x, const Tensors& g) { return Tensors{gradient(x[0], g[0])}; };
}

Tensor spread(const Shape& shape, double lo, double hi) {
  Rng rng(5);
  return uniform(shape, lo, hi, rng, f64);
}

// --- What the bugs are about ---

Tensor neuron_cost(const Tensors& in) {  // C(w, b), x = 1, y = 0
  return binary_cross_entropy_with_logits(in[0] + in[1], tensor(0, f64));
}
HandVjp neuron_gradient_by(double (*dz)(double a)) {  // dC/dw = x dC/dz, dC/db = dC/dz
  return [dz](const Tensors& in, const Tensors& g) {
    const Tensor d = g[0] * dz(sigmoid(in[0].detach() + in[1].detach()).item());
    return Tensors{d, d};
  };
}

const MaxPool2dSpec overlapping{.kernel = 3, .stride = 2};

/// Sends each window's gradient to its largest element; `add` or overwrite where windows share one.
Tensor max_pool_back(const Tensor& x, const Tensor& g, bool add) {
  Tensor dx = zeros(x.shape(), f64);
  const auto into = dx.mutable_data<double>();
  for (std::int64_t i = 0; i < g.dim(2); ++i) {
    for (std::int64_t j = 0; j < g.dim(3); ++j) {
      std::int64_t best = -1;
      for (std::int64_t k = 0; k < 9; ++k) {
        const std::int64_t at = (2 * i + k / 3) * x.dim(3) + 2 * j + k % 3;
        if (best < 0 ||
            x.data<double>()[static_cast<std::size_t>(at)] > x.data<double>()[static_cast<std::size_t>(best)]) {
          best = at;
        }
      }
      double& place = into[static_cast<std::size_t>(best)];
      place = add ? place + g.at({0, 0, i, j}) : g.at({0, 0, i, j});
    }
  }
  return dx;
}

const Conv2dSpec grouped{.padding = 1, .groups = 2};

const std::vector<std::int64_t> looked_up = {0, 2, 0, 1};

/// The gradient of looking up, with `=` where `+=` belongs.
Tensor assign_back(const Tensor& x, const Tensor& g) {
  Tensor dx = zeros(x.shape(), f64);
  for (std::size_t i = 0; i < looked_up.size(); ++i) {
    dx.mutable_data<double>()[static_cast<std::size_t>(looked_up[i])] = g.data<double>()[i];
  }
  return dx;
}

}  // namespace

BugReport check(const Bug& bug) {
  GradcheckOptions options;
  options.name = bug.name;
  return {gradcheck(bug.f, bug.wrong_vjp, bug.inputs, options), gradcheck(bug.f, bug.right_vjp, bug.inputs, options)};
}

std::vector<Bug> published_bugs() {
  const auto softmax_rows = [](const Tensors& x) { return Tensors{softmax(x[0], 1)}; };
  const HandVjp softmax_right = of_one([](const Tensor& x, const Tensor& g) {
    const Tensor p = softmax(x, 1);
    return p * (g - sum(p * g, 1, true));
  });
  const Tensor logits = spread({2, 4}, -1.5, 1.5);
  return {
      {"the animated neuron",
       "the cross-entropy animation of Nielsen's online book (saturation2.js); the book's equations 57-62 are right",
       "C(w, b) = -(1-y) ln(1-a),  a = s(w + b),  y = 0",
       "dC/dw = dC/db = 1 / (1 - a)",
       "dC/dw = dC/db = a",
       "1/(1-a) is dC/da. The chain rule's next factor, s'(z) = a (1-a), was forgotten. gradcheck names input 0, w, "
       "and "
       "both numbers; their ratio is 1/s'(z).",
       [](const Tensors& in) { return Tensors{neuron_cost(in)}; },
       neuron_gradient_by([](double a) { return 1 / (1 - a); }),
       neuron_gradient_by([](double a) { return a; }),
       {tensor(2, f64), tensor(2, f64)},
       "no known pattern"},
      {"the diagonal Jacobian",
       "code that takes softmax for an element-by-element function, as its derivative p (1-p) suggests",
       "p = softmax(z)",
       "dz_k = g_k p_k (1 - p_k)",
       "dz_k = p_k (g_k - sum_j g_j p_j)",
       "Every p_j depends on every z_k: J = diag(p) - p p^T. Only the diagonal was kept.",
       softmax_rows,
       of_one([](const Tensor& x, const Tensor& g) {
         const Tensor p = softmax(x, 1);
         return g * p * (1 - p);
       }),
       softmax_right,
       {logits},
       "off-diagonal terms missing: each output depends on its whole row"},
      {"the skipped Jacobian",
       "\"the gradient is yhat - y\", also where the loss is the squared error",
       "p = softmax(z)",
       "dz_k = g_k",
       "dz_k = p_k (g_k - sum_j g_j p_j)",
       "yhat - y is the gradient in z of cross-entropy, and the gradient in p of squared error. Behind squared error "
       "the "
       "softmax's Jacobian is still to be applied; here it was left out.",
       softmax_rows,
       of_one([](const Tensor&, const Tensor& g) { return g; }),
       softmax_right,
       {logits},
       "incoming gradient passed on unchanged: multiply it by the op's own derivative"},
      {"the neighbours' term of LRN",
       "convnetjs, layer lrn (pull request 69)",
       "b_i = a_i s_i^-beta,  s_i = k + A sum of a_j^2 over the neighbours j of i",
       "da_m = g_m s_m^-beta - 2 A beta sum_i g_i a_m a_m s_i^(-beta-1)",
       "da_m = g_m s_m^-beta - 2 A beta sum_i g_i a_i a_m s_i^(-beta-1)",
       "a_m a_m where a_i a_m belongs: right for i = m, wrong for every neighbour. With AlexNet's constants the term "
       "is "
       "tiny, so it has to be tested with a large A.",
       [](const Tensors& x) { return Tensors{local_response_norm(x[0], large_alpha())}; },
       of_one([](const Tensor& x, const Tensor& g) { return lrn_gradient(x, g, large_alpha(), true); }),
       of_one([](const Tensor& x, const Tensor& g) { return lrn_gradient(x, g, large_alpha(), false); }),
       {lrn_example()},
       "off-diagonal terms wrong: d(output j)/d(input i) is right only where i = j"},
  };
}

std::vector<Bug> homework_bugs() {
  Tensor peaks = spread({1, 1, 7, 7}, -1, 1);
  peaks.mutable_data<double>()[2 * 7 + 2] = 3;  // in four windows
  return {
      {"= for +=",
       "a value that is used twice",
       "y = x[0], x[2], x[0], x[1]: a table of three, looked up four times",
       "dx[index[i]] = g[i]",
       "dx[index[i]] += g[i]",
       "Contributions add up. x[0] is used twice; the second use's gradient replaced the first's.",
       [](const Tensors& x) { return Tensors{gather(x[0], 0, looked_up)}; },
       of_one(assign_back),
       of_one([](const Tensor&, const Tensor& g) { return scatter_add(g, 0, looked_up, 3); }),
       {spread({3}, -1, 1)},
       "contributions overwritten: use += instead of ="},
      {"the missing 1/N",
       "a loss that is a mean, differentiated as a sum",
       "L = mean of (x - y)^2 over 3 x 4 elements, y = 0",
       "dx = g 2 (x - y)",
       "dx = g 2 (x - y) / 12",
       "The factor is the number of elements, and gradcheck says so.",
       [](const Tensors& x) {
         return Tensors{mse_loss(x[0], zeros({3, 4}, f64))};
       },
       of_one([](const Tensor& x, const Tensor& g) { return g * 2 * x; }),
       of_one([](const Tensor& x, const Tensor& g) { return g * 2 * x / 12; }),
       {spread({3, 4}, 0.5, 1.5)},
       "12 times too large (12 = elements of input 0: mean or sum?)"},
      {"the missing sigma'",
       "a hidden layer's sigmoid, forgotten on the way back",
       "a = s(z)",
       "dz = g",
       "dz = g a (1 - a)",
       "Cross-entropy cancels s' at the output only. In a hidden layer it stays.",
       [](const Tensors& x) { return Tensors{sigmoid(x[0])}; },
       of_one([](const Tensor&, const Tensor& g) { return g; }),
       of_one([](const Tensor& x, const Tensor& g) {
         const Tensor a = sigmoid(x);
         return g * a * (1 - a);
       }),
       {spread({2, 3}, -2, 2)},
       "incoming gradient passed on unchanged: multiply it by the op's own derivative"},
      {"overlapping windows",
       "max-pooling 3x3 with stride 2, as AlexNet's: an element can win in four windows",
       "y = max_pool(x),  3x3, stride 2",
       "dx[winner] = g",
       "dx[winner] += g",
       "The same mistake as = for +=, in a place where it shows only if windows overlap.",
       [](const Tensors& x) { return Tensors{max_pool2d(x[0], overlapping)}; },
       of_one([](const Tensor& x, const Tensor& g) { return max_pool_back(x, g, false); }),
       of_one([](const Tensor& x, const Tensor& g) { return max_pool_back(x, g, true); }),
       {peaks},
       "contributions overwritten: use += instead of ="},
      {"the group's offset",
       "a convolution in two groups",
       "y = conv2d(x, w),  x (1,4,5,5), w (4,2,3,3), two groups",
       "dw[o,c] = sum of g[o] x[c]",
       "dw[o,c] = sum of g[o] x[G(o) C/2 + c]",
       "The second group's kernels were given the first group's maps: wrong where axis 0 of w is in its second half, "
       "right before.",
       [](const Tensors& in) { return Tensors{conv2d(in[0], in[1], grouped)}; },
       [](const Tensors& in, const Tensors& g) {
         const Tensor first = slice(in[0], 1, 0, 2);
         return Tensors{conv2d_input_grad(g[0], in[1], in[0].shape(), grouped),
                        conv2d_weight_grad(g[0], concat({first, first}, 1), in[1].shape(), grouped)};
       },
       [](const Tensors& in, const Tensors& g) {
         return Tensors{conv2d_input_grad(g[0], in[1], in[0].shape(), grouped),
                        conv2d_weight_grad(g[0], in[0], in[1].shape(), grouped)};
       },
       {spread({1, 4, 5, 5}, -1, 1), spread({4, 2, 3, 3}, -1, 1)},
       "wrong only where axis 0 is in {2, 3} of 4"},
  };
}

std::vector<Bug> bugs() {
  std::vector<Bug> all = published_bugs();
  for (Bug& bug : homework_bugs()) all.push_back(std::move(bug));
  return all;
}

WidgetGradient widget_gradient() {
  const auto cost = [](double b) { return neuron_cost({tensor(2, f64), tensor(b, f64)}).item(); };
  const double h = 1e-5;
  const double a = sigmoid(tensor(4, f64)).item();
  return {(cost(2 + h) - cost(2 - h)) / (2 * h), a, 1 / (1 - a), a * (1 - a)};
}

std::vector<double> widget_run(bool right, int updates) {
  double w = 2;
  double b = 2;
  std::vector<double> outputs;
  for (int e = 0;; ++e) {
    const double a = sigmoid(tensor(w + b, f64)).item();
    outputs.push_back(a);
    if (e == updates) return outputs;
    const double step = 0.005 * (right ? a : 1 / (1 - a));
    w -= step;
    b -= step;
  }
}

}  // namespace demo
