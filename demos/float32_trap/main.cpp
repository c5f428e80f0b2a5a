// SPDX-License-Identifier: MIT
// The same loss, written out and fused: where exp, log and / leave what f32 (and f64) can hold.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "float32_trap/traps.h"
#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"

namespace {

using namespace yhat;
using namespace demo;

/// Four digits, or what is no number.
std::string number(double v) {
  return std::isfinite(v) ? format_number(v, 4) : std::isnan(v) ? "nan" : v > 0 ? "inf" : "-inf";
}
std::string numbers(const std::vector<double>& values) {
  std::vector<std::string> text;
  for (const double v : values) text.push_back(number(v));
  return values.size() == 1 ? text[0] : fmt::format("[{}]", fmt::join(text, ", "));
}
std::string numbers(const Tensor& t) { return numbers(t.to_vector()); }

std::string text(const LossAndGradient& l) { return fmt::format("{} / {}", number(l.loss), numbers(l.gradient)); }

void op_by_op(const Screen& screen, const std::vector<double>& z, std::int64_t label, Dtype dtype, bool subtract) {
  const WrittenOut w = written_out(z, label, dtype, subtract);
  screen.paragraph(fmt::format("\nz = [{}], class {}, {}:", fmt::join(z, ", "), label, name_of(dtype)));
  std::vector<std::vector<std::string>> rows;
  for (const OpSeen& op : w.ops) rows.push_back({op.op, numbers(op.value), numbers(op.gradient)});
  screen.table({"op", "value", "gradient that arrives"}, rows);
  const LossAndGradient f = fused(z, label, dtype);
  screen.paragraph(fmt::format("  first that is not finite: {}.", w.first_bad.empty() ? "none" : w.first_bad));
  screen.paragraph(fmt::format("  fused cross_entropy: loss {}, gradient {}", number(f.loss), numbers(f.gradient)));
}

void first_trap(const Screen& screen) {
  screen.heading("1. exp overflows");
  screen.paragraph(
      "The lecture's formula as it stands, exp(z) / sum exp(z). exp(89) is more than f32 can hold; inf / inf is nan. "
      "Subtracting the largest logit first changes nothing on paper and cures this one.");
  op_by_op(screen, {1000, 1001, 1002}, 2, Dtype::f32, false);
  op_by_op(screen, {1000, 1001, 1002}, 2, Dtype::f32, true);
  screen.paragraph("These are the numbers of z = [1, 2, 3]: only differences of logits count.");
}

void second_trap(const Screen& screen) {
  screen.heading("2. A probability rounds to 0");
  screen.paragraph("The largest logit is subtracted now, but softmax and log are still two steps.");
  op_by_op(screen, {0, -800}, 1, Dtype::f64, true);
  op_by_op(screen, {0, -110}, 1, Dtype::f32, true);
  screen.heading("3. The loss is fine, the gradient is not");
  screen.paragraph(
      "A little less, and p is a subnormal number: log(p) is right, but 1/p, the gradient of log, is more than the "
      "type "
      "can hold. Whoever watches the loss sees nothing.");
  op_by_op(screen, {0, -95}, 1, Dtype::f32, true);
  screen.paragraph("\nLogits (0, -gap), class 1: from which gap on");
  std::vector<std::vector<std::string>> rows;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    const GapEdges e = gap_edges(dtype);
    rows.push_back({std::string(name_of(dtype)), fmt::format("{:.2f}", e.gradient), fmt::format("{:.2f}", e.loss)});
  }
  screen.table({"", "the gradient is not finite", "the loss is not finite"}, rows);
  rows.clear();
  for (const double gap : {50.0, 88.0, 89.0, 103.0, 104.0, 709.0, 710.0, 745.0, 746.0}) {
    std::vector<std::string> row = {fmt::format("{:g}", gap)};
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      row.push_back(text(unfused({0, -gap}, 1, dtype)));
      row.push_back(text(fused({0, -gap}, 1, dtype)));
    }
    rows.push_back(row);
  }
  screen.paragraph("\nLoss / gradient:");
  screen.table({"gap", "f32 written out", "f32 fused", "f64 written out", "f64 fused"}, rows);
  screen.paragraph("103.3 and 744.4: subnormal numbers have few digits left.");
}

void sigmoids(const Screen& screen) {
  screen.heading("4. A sigmoid rounds to 1");
  screen.paragraph(fmt::format(
      "1/(1 + exp(-z)) is exactly 1 from z = {:.4f} on in f32 (24 ln 2 = {:.4f}), from {:.4f} on in f64 (53 ln 2 = "
      "{:.4f}). Then log(1 - a) is -inf. Binary cross-entropy as loss / gradient:",
      sigmoid_is_one_from(Dtype::f32), 24 * std::log(2.0), sigmoid_is_one_from(Dtype::f64), 53 * std::log(2.0)));
  std::vector<std::vector<std::string>> rows;
  struct Point {
    double z, y;
  };
  for (const Point& p :
       {Point{4, 0}, Point{17, 0}, Point{37, 0}, Point{-30, 1}, Point{800, 0}, Point{-800, 1}, Point{1000, 0}}) {
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      const BinaryLosses b = binary_losses(p.z, p.y, dtype);
      rows.push_back({fmt::format("{:g}, {:g}", p.z, p.y), std::string(name_of(dtype)), text(b.naive), text(b.clamped),
                      text(b.fused)});
    }
  }
  screen.table({"z, y", "", "written out", "binary_cross_entropy", "..._with_logits"}, rows);
  screen.paragraph(
      "binary_cross_entropy takes probabilities; it limits log to -100, so it stays finite, but where the sigmoid has "
      "rounded its gradient is 0, and at z = -30 already far too small: the worst mistakes teach least. The form with "
      "logits is right everywhere.");
}

void differences(const Screen& screen) {
  screen.heading("5. Finite differences in f32");
  screen.paragraph(
      "Central differences of cross-entropy at z = (1, 2, 3), error relative to the gradient's largest element:");
  std::vector<std::vector<std::string>> rows;
  for (const double h : {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6}) {
    rows.push_back({fmt::format("{:g}", h), fmt::format("{:.0e}", central_difference_error(h, Dtype::f32)),
                    fmt::format("{:.0e}", central_difference_error(h, Dtype::f64))});
  }
  screen.table({"h", "f32", "f64"}, rows);
  screen.paragraph(
      "In f32 a loss near 0.4 has steps of 3e-8; divided by a small h they drown the gradient. gradcheck therefore "
      "takes "
      "f64 only, whatever the network trains in.");
}

int float32_trap(int argc, char** argv) {
  RunOptions options;
  CommandLine line("float32_trap", "Softmax, sigmoid and their losses where f32 and f64 end, op by op.");
  add_run_options(line, options);
  line.parse(argc, argv);
  apply(options);
  const Screen screen(options.color);
  first_trap(screen);
  second_trap(screen);
  sigmoids(screen);
  differences(screen);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, float32_trap); }
