// SPDX-License-Identifier: MIT
// Squared error against cross-entropy for classification: one neuron, bare logits, then the same network trained twice.
#include <fmt/format.h>
#include <yhat/yhat.h>

#include <algorithm>
#include <array>

#include "mse_vs_cross_entropy/descent.h"
#include "mse_vs_cross_entropy/networks.h"
#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"

namespace {

using namespace yhat;
using namespace demo;

std::string four(double v) { return format_number(v, 4); }
std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }
const char* name_of(Loss loss) { return loss == Loss::cross_entropy ? "cross-entropy" : "squared error"; }
constexpr std::array<Loss, 2> both = {Loss::cross_entropy, Loss::squared_error};

/// Prints to the screen and writes the same into the page.
struct Telling {
  const Screen& screen;
  Report& page;

  void section(const std::string& heading, const std::string& text) {
    screen.heading(heading);
    screen.paragraph(text);
    page.section(heading, text);
  }
  void paragraph(const std::string& text) {
    screen.paragraph(text);
    page.paragraph(text);
  }
  void table(const std::string& caption, const std::vector<std::string>& header,
             const std::vector<std::vector<std::string>>& rows) {
    screen.paragraph("\n" + caption);
    screen.table(header, rows);
    page.table({caption, header, rows});
  }
};

Series over_steps(const std::string& name, const std::vector<double>& values, Loss loss) {
  Series s{name, {}, values, loss == Loss::cross_entropy ? 0 : 1, loss == Loss::squared_error};
  for (std::size_t i = 0; i < values.size(); ++i) s.x.push_back(static_cast<double>(i));
  return s;
}

void neuron(Telling& tell) {
  const double mse = neuron_gradient(Loss::squared_error, 4, 0);
  const double ce = neuron_gradient(Loss::cross_entropy, 4, 0);
  tell.section(
      "1. One neuron that is sure and wrong",
      fmt::format("a = s(z), z = 4, y = 0: a = 0.9820. Squared error's gradient in z is (a - y) a (1 - a) = "
                  "{:.6f}, cross-entropy's a - y = {:.6f}: {:.3f} times more. Squared error's is largest at z = "
                  "{:.6f} = ln 2, with {:.6f} = 4/27; beyond, it falls the more wrong the answer is.",
                  mse, ce, ce / mse, steepest_z(), neuron_gradient(Loss::squared_error, steepest_z(), 0)));
  struct Row {
    double w, b;
    Loss loss;
    double eta;
  };
  std::vector<std::vector<std::string>> rows;
  std::vector<Series> outputs;
  for (const Row& r : {Row{0.6, 0.9, Loss::squared_error, 0.15}, Row{0.6, 0.9, Loss::cross_entropy, 0.15},
                       Row{2, 2, Loss::squared_error, 0.15}, Row{2, 2, Loss::cross_entropy, 0.15},
                       Row{2, 2, Loss::cross_entropy, 0.005}}) {
    const NeuronRun run = train_neuron(r.loss, r.w, r.b, r.eta, 500);
    std::vector<std::string> row = {fmt::format("{:g}, {:g}", r.w, r.b), name_of(r.loss), fmt::format("{:g}", r.eta)};
    for (const std::size_t e : {1U, 50U, 100U, 200U, 300U}) row.push_back(fmt::format("{:.4f}", run.a[e]));
    row.push_back(fmt::to_string(first_below(run.a, 0.5)));
    rows.push_back(row);
    if (r.w == 2 && r.eta == 0.15) {
      outputs.push_back(over_steps(name_of(r.loss), {run.a.begin(), run.a.begin() + 301}, r.loss));
    }
  }
  tell.table("Output after so many updates (x = 1, y = 0), and the first at which it is below 0.5:",
             {"w, b", "loss", "rate", "1", "50", "100", "200", "300", "below 0.5"}, rows);

  std::vector<Series> slopes;
  for (const Loss loss : both) {
    Series s{name_of(loss), {}, {}, loss == Loss::cross_entropy ? 0 : 1, loss == Loss::squared_error};
    for (int i = -40; i <= 40; ++i) {
      s.x.push_back(0.25 * i);
      s.y.push_back(std::abs(neuron_gradient(loss, 0.25 * i, 0)));
    }
    slopes.push_back(s);
  }
  tell.page.plots({{.title = "How hard each loss pushes (y = 0)",
                    .x_label = "z: more wrong to the right",
                    .y_label = "size of the gradient in z",
                    .series = slopes,
                    .log_y = true},
                   {.title = "The neuron's output from w = b = 2, rate 0.15",
                    .x_label = "updates",
                    .y_label = "a (wanted: 0)",
                    .series = outputs,
                    .y_min = 0,
                    .y_max = 1}});
}

void bare_logits(Telling& tell) {
  const Tensor z = tensor({1, 2, 3}, Dtype::f64);
  const Tensor g = logit_gradient(Loss::squared_error, z, 2);
  const Tensor p = softmax(z, 0);
  const Tensor d = p - tensor({0, 0, 1}, Dtype::f64);
  const Tensor paper = p * (d - sum(p * d));
  tell.section(
      "2. Bare logits behind a softmax",
      fmt::format("z = (1, 2, 3), class 2: squared error, 1/2 sum((yhat - y)^2), has gradient ({:.6f}, {:.6f}, "
                  "{:.6f}) = J (yhat - y) to {:.0e}; mse_loss, the mean, has 2/(N K) = 2/3 of that. On a "
                  "linear output it would be z - y.",
                  g.at({0}), g.at({1}), g.at({2}), std::max(1e-17, max(abs(g - paper)).item())));
  const std::vector<double> ten = {0, 10, 0, 0, 0, 0, 0, 0, 0, 0};
  tell.paragraph(
      fmt::format("Ten logits, a wrong one at 10, rate 1: p(true) > 0.9 after {} steps with cross-entropy, {} "
                  "with squared error.",
                  descend(Loss::cross_entropy, ten, 0, 1).steps, descend(Loss::squared_error, ten, 0, 1).steps));
  struct From {
    const char* name;
    std::vector<double> z;
  };
  std::vector<std::string> header = {"start", "loss"};
  for (const double rate : rate_grid()) header.push_back(fmt::format("{:g}", rate));
  header.push_back("best rate");
  std::vector<std::vector<std::string>> rows;
  Plot probability{.title = "p(true) from (8, 0, -2), each loss at its best rate",
                   .x_label = "step",
                   .y_label = "p(true)",
                   .y_min = 0,
                   .y_max = 1};
  Plot norm{.title = "Norm of the gradient on the way", .x_label = "step", .y_label = "norm", .log_y = true};
  for (const From& from : {From{"benign (0,0,0)", {0, 0, 0}}, From{"wrong (4,0,-2)", {4, 0, -2}},
                           From{"very wrong (8,0,-2)", {8, 0, -2}}}) {
    for (const Loss loss : both) {
      std::vector<std::string> row = {from.name, name_of(loss)};
      std::vector<std::int64_t> steps;
      for (const double rate : rate_grid()) {
        steps.push_back(descend(loss, from.z, 2, rate).steps);
        row.push_back(fmt::to_string(steps.back()));
      }
      const double best = rate_grid()[best_rate(steps)];
      row.push_back(fmt::format("{:g}", best));
      rows.push_back(row);
      if (from.z[0] < 8) continue;
      const LogitRun run = descend(loss, from.z, 2, best);
      const std::string name = fmt::format("{} @{:g}", loss == Loss::cross_entropy ? "CE" : "SE", best);
      probability.series.push_back(over_steps(name, run.p, loss));
      norm.series.push_back(over_steps(name, run.gradient, loss));
    }
  }
  tell.table("Steps until p(true) > 0.9, by learning rate (three logits, class 2 is true):", header, rows);
  tell.paragraph("A larger step rescues squared error where it starts benign, not where it starts saturated.");
  tell.page.plots({probability, norm});
}

void likelihoods(Telling& tell) {
  const Information i = information(tensor({0.5, 0.25, 0.25}, Dtype::f64), tensor({0.25, 0.5, 0.25}, Dtype::f64));
  const Likelihood l = gaussian(1.3, 0.4, 0.5);
  tell.section(
      "3. Where the losses come from",
      fmt::format("Cross-entropy is entropy and divergence, H(y, p) = H(y) + KL(y, p): {:g} = {:g} + {:g} bits for "
                  "y = (1/2, 1/4, 1/4), p = (1/4, 1/2, 1/4); least at p = y. Squared error is the negative log "
                  "likelihood of a normal distribution, scaled, and a constant: y = 1.3, mean 0.4, deviation "
                  "0.5: {:.9f}, gradient in the mean {:g}. With the outputs that belong to them (linear, "
                  "softmax) both have the gradient yhat - y.",
                  i.cross_entropy, i.entropy, i.divergence, l.loss, l.wrt_mu));
}

int mse_vs_cross_entropy(int argc, char** argv) {
  RunOptions options{.out = "out/mse_vs_cross_entropy"};
  OpenDatasetOptions source;
  NetworkOptions base;
  std::int64_t batch = base.batch;
  CommandLine line("mse_vs_cross_entropy", "Trains the same LeNet-5 with squared error and with cross-entropy.");
  line.text("--data", source.folder, "DIR", "folder of Fashion-MNIST or MNIST; else $YHAT_DATA, else the sample");
  line.choice("--names", source.names, {"fashion", "digits"}, "what the ten classes are called");
  line.integer("--steps", base.steps, 4, 100'000, "steps of every training");
  line.integer("--batch", batch, 1, 1000, "images per step");
  add_run_options(line, options);
  line.parse(argc, argv);
  base.batch = batch;
  base.seed = static_cast<std::uint64_t>(options.seed);
  apply(options);
  const Screen screen(options.color);

  TrainTest data = reading([&] { return open_dataset(source); });
  if (base.batch > data.train.size()) throw UsageError(fmt::format("--batch: {} (1 to {})", batch, data.train.size()));
  const Normalisation scale = channel_statistics(data.train.images);
  data.train.images = normalise(data.train.images, scale);
  data.test.images = normalise(data.test.images, scale);

  Report page("Squared error against cross-entropy",
              "The same neuron, the same logits, the same network, from the same start: only the loss differs.");
  Telling tell{screen, page};
  const Facts about = banner(options, line, {{"data", describe(data)}});
  screen.heading("Squared error against cross-entropy");
  screen.facts(about);
  neuron(tell);
  bare_logits(tell);
  likelihoods(tell);

  const std::vector<double> rates = {0.02, 0.05, 0.1, 0.2, 0.5, 1, 2};
  tell.section(
      "4. LeNet-5, trained twice from the same weights",
      fmt::format("Plain SGD, {} steps of {} images, the same batches for all. The benign start is the usual one; "
                  "for the wrong start {:g} is added to the last layer's bias of class 0, so that the network is "
                  "sure of it for every image. Each loss runs at every rate and is shown at the one with the "
                  "best accuracy on the last quarter of its batches.",
                  base.steps, base.batch, push));
  catch_interrupt();
  Progress progress;
  const auto runs = static_cast<std::int64_t>(4 * rates.size());
  std::int64_t steps = 0;
  progress.start(fmt::format("{} trainings", runs), runs * base.steps);
  std::vector<std::vector<std::string>> rows;
  std::vector<NetworkRun> best;
  for (const Start start : {Start::benign, Start::wrong}) {
    for (const Loss loss : both) {
      std::vector<std::string> row = {start == Start::benign ? "benign" : "wrong", name_of(loss)};
      NetworkRun chosen;
      for (const double rate : rates) {
        NetworkOptions o = base;
        o.loss = loss;
        o.start = start;
        o.lr = rate;
        NetworkRun run = train_network(data, o, [&] {
          progress.update(++steps);
          return !interrupted();
        });
        if (interrupted()) break;
        row.push_back(run.diverged ? "-" : percent(run.late_accuracy()));
        if (chosen.loss.empty() || run.late_accuracy() > chosen.late_accuracy()) chosen = std::move(run);
      }
      if (interrupted()) break;
      row.push_back(fmt::format("{:g}", chosen.options.lr));
      row.push_back(percent(chosen.test_accuracy));
      rows.push_back(row);
      best.push_back(std::move(chosen));
    }
    if (interrupted()) break;
  }
  progress.clear();

  std::vector<std::string> header = {"start", "loss"};
  for (const double rate : rates) header.push_back(fmt::format("{:g}", rate));
  header.insert(header.end(), {"best rate", "test accuracy"});
  tell.table("Accuracy on the last quarter of the batches, by learning rate (-: diverged):", header, rows);

  const std::size_t width = std::max<std::size_t>(1, static_cast<std::size_t>(base.steps) / 20);
  std::array<std::vector<Plot>, 2> plots;  // of each start: accuracy, gradient, loss
  for (std::size_t pair = 0; pair + 1 < best.size(); pair += 2) {
    const std::string start = pair == 0 ? "Benign start" : "Wrong start";
    Plot loss{.title = start + ": loss, as a share of its first value",
              .x_label = "step",
              .y_label = "loss / first loss",
              .y_min = 0};
    Plot accuracy{.title = start + ": accuracy on the batches",
                  .x_label = "step",
                  .y_label = "right, %",
                  .y_min = 0,
                  .y_max = 100};
    Plot gradient{
        .title = start + ": norm of the gradient, all weights", .x_label = "step", .y_label = "norm", .log_y = true};
    std::vector<std::vector<std::string>> lines;
    for (std::size_t i = pair; i < pair + 2; ++i) {
      const NetworkRun& run = best[i];
      const std::string name =
          fmt::format("{} @{:g}", run.options.loss == Loss::cross_entropy ? "CE" : "SE", run.options.lr);
      auto add = [&](Plot& plot, const std::vector<double>& values, double by) {
        Series s = smoothed(name, values, width, by);
        s.color = run.options.loss == Loss::cross_entropy ? 0 : 1;
        s.dashed = run.options.loss == Loss::squared_error;
        plot.series.push_back(s);
      };
      add(loss, run.loss, 1 / run.loss.front());
      add(accuracy, run.accuracy, 100);
      add(gradient, run.gradient, 1);
    }
    for (std::size_t k = 0; k < accuracy.series[0].x.size();
         k += std::max<std::size_t>(1, accuracy.series[0].x.size() / 5)) {
      std::vector<std::string> row = {fmt::format("{:.0f}", accuracy.series[0].x[k])};
      for (const Plot* plot : {&loss, &accuracy, &gradient}) {
        for (const Series& s : plot->series) row.push_back(k < s.y.size() ? format_number(s.y[k], 3) : "-");
      }
      lines.push_back(row);
    }
    tell.table(start + ": means over " + fmt::to_string(width) + " steps (CE cross-entropy, SE squared error)",
               {"step", "CE loss", "SE loss", "CE right %", "SE right %", "CE norm", "SE norm"}, lines);
    for (const Plot& plot : {accuracy, gradient, loss}) plots[pair / 2].push_back(plot);
    tell.paragraph(
        fmt::format("First step: the gradient's norm is {} with cross-entropy and {} with squared error, {} times "
                    "less.",
                    four(best[pair].gradient.front()), four(best[pair + 1].gradient.front()),
                    format_number(best[pair].gradient.front() / best[pair + 1].gradient.front(), 3)));
  }
  for (std::size_t kind = 0; kind < plots[1].size(); ++kind) page.plots({plots[0][kind], plots[1][kind]});
  tell.section(
      "What is not claimed",
      "The counts for logits are for these starts and rates, not for networks; the networks' for this start, this "
      "size and so many steps. Squared error is not always worse: Hui and Belkin (arXiv 2006.07322) report it "
      "comparable or better on most of their tasks, and on the logits themselves its gradient is z - y.");
  page.section("The run").facts(about);
  const std::string path = path_in(options.out, "report.html");
  page.write(path);
  if (interrupted())
    screen.paragraph(fmt::format("\nstopped by Ctrl-C after {} of {} steps", steps, runs * base.steps));
  screen.paragraph("\nwritten: " + path);
  return interrupted() ? exit_interrupted : 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, mse_vs_cross_entropy); }
