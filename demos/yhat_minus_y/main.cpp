// SPDX-License-Identifier: MIT
// Why the gradient of softmax and cross-entropy is yhat - y, with the numbers of a real image in a real network.
#include <fmt/format.h>
#include <yhat/yhat.h>

#include <array>

#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"
#include "support/training.h"
#include "yhat_minus_y/collapse.h"
#include "yhat_minus_y/neuron.h"

namespace {

using namespace yhat;
using namespace demo;

/// .090, -.901: three decimals without the zero before the point, so that a 10 x 10 matrix fits a screen.
std::string short_number(double v) {
  std::string text = fmt::format("{:.3f}", v);
  if (text == "-0.000") text = "0.000";
  if (std::abs(v) < 0.9995) text.erase(text.find('0'), 1);
  return text;
}
std::string six(double v) { return fmt::format("{:.6f}", v == 0 ? 0.0 : v); }
/// How large a rounding error is.
std::string tiny(double v) { return v == 0 ? "0" : fmt::format("{:.1e}", v); }
std::string four(double v) { return format_number(v, 4); }

void neuron(const Screen& screen) {
  screen.heading("1. One sigmoid neuron: a = s(z), z = w x + b");
  screen.paragraph(
      "Cross-entropy's gradient in z is a product of two factors: dC/da = (1-y)/(1-a) - y/a grows without limit as the "
      "answer gets worse, s'(z) = a (1-a) vanishes. Their product is a - y. Squared error has a - y in place of the "
      "first factor, and keeps s'.");
  std::vector<std::vector<std::string>> rows;
  for (const Neuron& n : {Neuron{2, 2, 1, 0}, Neuron{0.6, 0.9, 1, 0}, Neuron{-0.7, 0.3, 1.5, 1}}) {
    const NeuronGradients g = neuron_gradients(n);
    rows.push_back({fmt::format("w {:g} b {:g} x {:g} y {:g}", n.w, n.b, n.x, n.y), four(g.z), six(g.a),
                    six(g.bce_wrt_a), six(g.slope), six(g.bce), six(g.a - n.y), six(g.bce_fused), six(g.mse)});
  }
  screen.table({"neuron", "z", "a", "dC/da", "s'(z)", "product", "a - y", "fused op", "squared error"}, rows);
  const NeuronGradients g = neuron_gradients({2, 2, 1, 0});
  screen.paragraph(
      fmt::format("First neuron, step by step: {:.9f} x {:.9f} = {:.9f}; squared error: {:.9f}, {:.1f} times "
                  "less.",
                  g.bce_wrt_a, g.slope, g.bce, g.mse, g.bce / g.mse));
}

/// The table of one loss behind a softmax: what goes in, the product, and the gradient by four other ways.
void ways(const Screen& screen, const std::vector<std::string>& names, const TakenApart& t, const std::string& upstream,
          const std::string& paper) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto i = static_cast<std::int64_t>(k);
    rows.push_back({names[k], six(t.upstream.at({i})), six(t.product.at({i})), six(t.on_paper.at({i})),
                    six(t.fused.at({i})), six(t.numeric.at({i}))});
  }
  screen.table({"class", upstream, "J^T times it", paper, "fused op", "finite diff."}, rows);
  screen.paragraph(fmt::format(
      "largest disagreement with {}: product {}, unfused exp, sum, / and log {}, fused op {}, finite difference {}",
      paper, tiny(apart(t.product, t.on_paper)), tiny(apart(t.unfused, t.on_paper)), tiny(apart(t.fused, t.on_paper)),
      tiny(apart(t.numeric, t.on_paper))));
}

void jacobian(const Screen& screen, const Collapse& c, std::int64_t label) {
  const std::int64_t classes = c.z.size();
  std::vector<std::string> header = {"J"};
  std::vector<std::vector<std::string>> rows;
  for (std::int64_t k = 0; k < classes; ++k) {
    header.push_back(fmt::to_string(k));
    std::vector<std::string> row = {k == label ? fmt::format("{} *", k) : fmt::to_string(k)};
    for (std::int64_t i = 0; i < classes; ++i) row.push_back(short_number(c.jacobian.at({k, i})));
    rows.push_back(row);
  }
  screen.table(header, rows);
}

void lecture_example(const Screen& screen) {
  screen.heading("2. A softmax of three logits, z = (1, 2, 3), class 2 is right");
  const Collapse c = collapse(tensor({1, 2, 3}, Dtype::f64), 2);
  screen.paragraph(
      fmt::format("yhat = ({}, {}, {}). Upstream of the softmax stands -y/yhat: only the true class. Its "
                  "Jacobian is J = diag(yhat) - yhat yhat^T:",
                  six(c.p.at({0})), six(c.p.at({1})), six(c.p.at({2}))));
  jacobian(screen, c, 2);
  ways(screen, {"0", "1", "2 *"}, c.cross_entropy, "-y/yhat", "yhat - y");
  screen.paragraph(
      "Row 2 of J is yhat_2 (y - yhat): times -1/yhat_2 the factor yhat_2 cancels, whatever its size, and "
      "yhat - y is left.");
}

/// One image through one network.
Collapse real_image(const Screen& screen, const std::string& title, const Dataset& test, const Tensor& logits,
                    std::int64_t label) {
  screen.heading(title);
  const Collapse c = collapse(logits, label);
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  for (std::int64_t k = 0; k < c.z.size(); ++k) {
    names.push_back(fmt::format("{} {}{}", k, test.classes[static_cast<std::size_t>(k)], k == label ? " *" : ""));
    rows.push_back({names.back(), six(c.z.at({k})), six(c.p.at({k})), k == label ? "1" : "0"});
  }
  screen.table({"class", "z", "yhat", "y"}, rows);
  screen.paragraph("\nJ = diag(yhat) - yhat yhat^T (* is the row that survives):");
  jacobian(screen, c, label);
  screen.paragraph(fmt::format("\nCross-entropy, loss {}:", four(c.cross_entropy.loss)));
  ways(screen, names, c.cross_entropy, "-y/yhat", "yhat - y");
  screen.paragraph(fmt::format("\nSquared error, 1/2 sum((yhat - y)^2) = {}. Nothing in J cancels; the factor stays:",
                               four(c.squared_error.loss)));
  ways(screen, names, c.squared_error, "yhat - y", "J (yhat - y)");
  screen.paragraph(fmt::format("norm of the gradient: cross-entropy {}, squared error {}, ratio {}",
                               four(norm(c.cross_entropy.fused)), four(norm(c.squared_error.fused)),
                               four(norm(c.cross_entropy.fused) / norm(c.squared_error.fused))));
  return c;
}

void saturated(const Screen& screen, const Tensor& logits, const Dataset& test, const Mistake& m) {
  screen.heading("5. A confident mistake");
  screen.paragraph(
      fmt::format("Test image {} is a picture of: {}. The trained network says {} with p = {:.4f}. Its "
                  "logits, and the same made more confident by a factor:",
                  m.index, test.classes[static_cast<std::size_t>(m.label)],
                  test.classes[static_cast<std::size_t>(m.predicted)], m.p));
  std::vector<std::vector<std::string>> rows;
  for (const double factor : {0.5, 1.0, 2.0, 4.0}) {
    const Collapse c = collapse(logits.to(Dtype::f64) * factor, m.label);
    const double ce = norm(c.cross_entropy.fused);
    const double se = norm(c.squared_error.fused);
    rows.push_back({fmt::format("z x {:g}", factor), four(c.p.at({m.label})), four(c.cross_entropy.loss), four(ce),
                    four(c.squared_error.loss), four(se), four(ce / se)});
  }
  screen.table({"logits", "yhat(true)", "CE", "|gradient|", "SE", "|gradient|", "ratio"}, rows);
  screen.paragraph(
      "The surer the wrong answer, the nearer cross-entropy's gradient comes to its largest norm, sqrt(2), "
      "and squared error's to nothing: J is made of products yhat_i yhat_j, and all of them vanish.");
}

void conditions(const Screen& screen, const Collapse& c) {
  screen.heading("6. What the collapse needs");
  screen.paragraph(
      "yhat = softmax(z), the natural logarithm, sum y = 1, one sample (the mean over a batch divides by N).");
  const Tensor z = tensor({2, 1, 0.1}, Dtype::f64);
  std::vector<std::vector<std::string>> rows;
  for (const auto& y : {std::array<double, 3>{0, 0, 1}, {0.05, 0.05, 0.9}, {1, 1, 0}}) {
    const AnyTarget t = any_target(z, from_values(y, {3}, Dtype::f64));
    auto triple = [](const Tensor& x) {
      return fmt::format("{} {} {}", four(x.at({0})), four(x.at({1})), four(x.at({2})));
    };
    rows.push_back({fmt::format("{:g} {:g} {:g}", y[0], y[1], y[2]), triple(t.gradient), triple(t.p_minus_y),
                    apart(t.gradient, t.p_minus_y) < 1e-12 ? "yes" : "no"});
  }
  screen.paragraph("\nz = (2, 1, 0.1), loss -sum(y log yhat):");
  screen.table({"y", "gradient", "yhat - y", "equal"}, rows);
  screen.paragraph("For any y the gradient is (sum y) yhat - y.");
  const std::vector<double> eigenvalues = symmetric_eigenvalues(c.jacobian);
  const Collapse moved = collapse(c.z + 7, argmax(c.y));
  screen.paragraph(fmt::format(
      "\nAlso, for the image above: the elements of dL/dz sum to {}; 7 added to all logits changes the gradient by {}; "
      "J - J^T is within {} of 0, J 1 within {}; the eigenvalues of J go from {} to {}.",
      tiny(sum(c.cross_entropy.fused).item()), tiny(apart(moved.cross_entropy.fused, c.cross_entropy.fused)),
      tiny(largest(c.jacobian - transpose(c.jacobian))), tiny(largest(sum(c.jacobian, 1))), tiny(eigenvalues.front()),
      four(eigenvalues.back())));
  screen.heading("7. What is not claimed");
  for (const char* text : {
           "- Cross-entropy does not remove s' of hidden layers: a hidden sigmoid at z = 4 still multiplies by "
           "0.01766, "
           "under either loss.",
           "- Only squared error behind a softmax or sigmoid vanishes. On the logits themselves its gradient is z - y.",
           "- Squared error is not always worse: Hui and Belkin (arXiv 2006.07322) report it comparable or better on "
           "most "
           "of their tasks.",
           "- -log yhat grows logarithmically in 1/yhat, not exponentially.",
           "- Equal in exact arithmetic is not equal in f32: beyond a gap of 88.7 between logits only the fused form "
           "works.",
       }) {
    screen.paragraph(text);
  }
}

int yhat_minus_y(int argc, char** argv) {
  Recipe recipe{.program = "yhat_minus_y", .epochs = 4};
  RunOptions options;
  OpenDatasetOptions source;
  std::int64_t sample = -1;
  CommandLine line("yhat_minus_y",
                   "Takes the gradient of softmax and cross-entropy apart, with the numbers of one image.");
  line.text("--data", source.folder, "DIR", "folder of Fashion-MNIST or MNIST; else $YHAT_DATA, else the sample");
  line.choice("--names", source.names, {"fashion", "digits"}, "what the ten classes are called");
  line.integer("--sample", sample, -1, 1'000'000, "test image; -1: the first of which the trained network is unsure");
  line.integer("--epochs", recipe.epochs, 1, 1000, "passes over the training images");
  add_run_options(line, options);
  line.parse(argc, argv);
  recipe.seed = options.seed;
  apply(options);
  const Screen screen(options.color);

  TrainTest data = reading([&] { return open_dataset(source); });
  if (sample >= data.test.size()) throw UsageError(fmt::format("--sample: {} (0 to {})", sample, data.test.size() - 1));
  const Tensor originals = data.test.images;
  const Normalisation scale = channel_statistics(data.train.images);
  data.train.images = normalise(data.train.images, scale);
  data.test.images = normalise(data.test.images, scale);
  screen.heading("yhat - y: the gradient of softmax and cross-entropy");
  screen.facts(banner(options, line, {{"data", describe(data)}}));

  neuron(screen);
  lecture_example(screen);

  screen.heading("3. A network to ask: LeNet-5, before and after a short training");
  Rng rng(static_cast<std::uint64_t>(recipe.seed), 0);
  auto model = lenet5(rng);
  auto logits_of = [&](std::int64_t i) {
    NoGrad no_grad;
    return reshape(model(slice(data.test.images, 0, i, i + 1)), {static_cast<std::int64_t>(data.test.classes.size())});
  };
  Tensors untrained;  // of all test images: which one is asked about is decided by the trained network
  for (std::int64_t i = 0; i < data.test.size(); ++i) untrained.push_back(logits_of(i));
  catch_interrupt();
  const History history = train(model, data, recipe, [&](const Epoch& e) {
    screen.line(epoch_line(e, recipe, !options.no_timing, screen.columns()));
    std::fflush(stdout);
  });
  if (history.stopped) {
    screen.paragraph("stopped by Ctrl-C");
    return exit_interrupted;
  }
  const Evaluation test = evaluate(model, data.test);
  for (std::int64_t i = 0; i < data.test.size() && sample < 0; ++i) {
    const double p = test.probabilities.at({i, data.test.labels[static_cast<std::size_t>(i)]});
    if (p > 0.25 && p < 0.75) sample = i;
  }
  sample = std::max<std::int64_t>(sample, 0);
  const std::int64_t label = data.test.labels[static_cast<std::size_t>(sample)];
  const std::string& name = data.test.classes[static_cast<std::size_t>(label)];
  screen.paragraph(fmt::format("\nTest image {}, class {} ({}):", sample, label, name));
  const Tensor pixels = slice(originals, 0, sample, sample + 1);
  for (const std::string& row : screen.picture(gray_image(reshape(pixels, {pixels.dim(2), pixels.dim(3)})), 28)) {
    screen.line("  " + row);
  }

  real_image(screen, "4a. That image in the untrained network", data.test, untrained[static_cast<std::size_t>(sample)],
             label);
  const Collapse c = real_image(screen, "4b. That image in the trained network", data.test, logits_of(sample), label);
  model.zero_grad();
  cross_entropy(model(slice(data.test.images, 0, sample, sample + 1)), {label}).backward();
  const Tensor bias = model.parameters().back();  // of the last layer: z = W h + b, so dL/db = dL/dz
  screen.paragraph(
      fmt::format("\nThe network's own backward pass, in f32, leaves the same numbers in {}'s gradient: they "
                  "are within {:.1e} of yhat - y.",
                  bias.label(), apart(bias.grad().to(Dtype::f64), c.cross_entropy.on_paper)));

  const std::vector<Mistake> mistakes = most_confident_mistakes(test.probabilities, data.test.labels, 1);
  if (!mistakes.empty()) saturated(screen, logits_of(mistakes[0].index), data.test, mistakes[0]);
  conditions(screen, c);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, yhat_minus_y); }
