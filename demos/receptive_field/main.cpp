// SPDX-License-Identifier: MIT
// Stacks of 3x3 convolutions against 5x5 and 7x7: parameters, work, and the receptive field as a gradient shows it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "receptive_field/picture.h"
#include "receptive_field/stacks.h"
#include "receptive_field/support_of.h"
#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"
#include "support/tables.h"

namespace {

using namespace yhat;
using namespace demo;

constexpr std::int64_t window = 11;

void measured(const Screen& screen, const std::string& path) {
  screen.heading("1. What one output sees");
  screen.paragraph(
      "Send a gradient of 1 back from the output in the middle, and look where it arrives: the pixels whose gradient "
      "is "
      "not exactly 0 are the receptive field. Random positive weights, so that nothing cancels; no activation.");
  std::vector<std::vector<std::string>> rows;
  std::vector<FieldPicture> pictures;
  const auto square = [](const Support& s) { return fmt::format("{} x {}", s.rows, s.columns); };
  for (std::int64_t depth = 1; depth <= 5; ++depth) {
    const Summary table = stack_table(3, depth, 1, 31, true);
    const std::int64_t formula = table.rows.back().receptive_field.h;
    const Support s = middle_of_stack({.kernel = 3, .depth = depth});
    std::vector<std::string> row = {fmt::format("{} of 3x3", depth), fmt::format("{0} x {0}", formula), square(s),
                                    fmt::to_string(s.pixels)};
    const Support one = middle_of_stack({.kernel = formula});
    row.push_back(fmt::format("{0}x{0}: {1}", formula, one.pixels));
    rows.push_back(row);
    const Support paths = middle_of_stack({.kernel = 3, .depth = depth, .equal = true});
    pictures.push_back(
        {fmt::format("{} of 3x3", depth), fmt::format("{}, {} pixels", square(paths), paths.pixels), paths.gradient});
  }
  const Support seven = middle_of_stack({.kernel = 7, .equal = true});
  pictures.push_back({"one 7x7", fmt::format("{}, {} pixels", square(seven), seven.pixels), seven.gradient});
  screen.table({"stack", "by the formula", "measured", "pixels", "one convolution"}, rows);
  screen.paragraph(
      fmt::format("\nIn a corner, zeros stand in for what is outside: three 3x3 see {} pixels there, one 7x7 sees {}.",
                  corner_of_stack({.kernel = 3, .depth = 3}).pixels, corner_of_stack({.kernel = 7}).pixels));
  screen.paragraph(
      "\nDrawn with all weights 1, where the gradient counts the paths from a pixel to the output (. is exactly 0; 1 "
      "to "
      "9: share of the largest, in ninths):\n");
  for (const std::string& line : field_texts(pictures, window, screen.columns())) screen.line(line);
  screen.paragraph(
      "Same support, other weight: a stack looks at its middle far more than at its border, a single convolution need "
      "not.");
  const UsedPart relus = used_with_relu();
  const UsedPart pooled = used_with_max_pool();
  screen.paragraph(fmt::format(
      "\nReLU and max-pooling use a part of the field that depends on the image: with ReLUs after three 3x3, {} of {} "
      "pixels here; with a 2x2 max-pool after one 3x3, {} of {} (average pooling: all).",
      relus.used, relus.field, pooled.used, pooled.field));
  write_file(path, field_svg(pictures, window));
}

void costs(const Screen& screen) {
  screen.heading("2. What it costs (C channels to C channels, no biases)");
  std::vector<std::string> macs;
  std::vector<std::vector<std::string>> rows;
  for (const StackCost& c : stack_costs()) {
    rows.push_back({fmt::format("{0}x{0}", c.kernel), fmt::format("{} C^2", c.weights_one),
                    fmt::format("{} of 3x3", c.depth), fmt::format("{} C^2", c.weights_stack),
                    fmt::format("{:.4f}", 1 / (1 + c.more() / 100)), fmt::format("{:.2f} %", c.more())});
    macs.push_back(fmt::format("{} against {}", thousands(c.macs_one), thousands(c.macs_stack)));
  }
  screen.table({"one", "weights", "stack", "weights", "ratio", "one needs more"}, rows);
  screen.paragraph(fmt::format(
      "\nPadded, multiply-accumulates go as the weights: 64 channels on 56 x 56: {}. The stack has two, three, five "
      "non-linearities where the large kernel has one, and as many maps to keep for the gradient.",
      fmt::join(macs, ", ")));
  screen.paragraph("\nWithout padding the stack's first maps are larger than the large kernel's only one. MACs / C^2:");
  rows.clear();
  for (std::int64_t n = 8; n <= 14; ++n) {
    const ValidCost five = valid_cost(5, 2, n);
    const ValidCost seven = valid_cost(7, 3, n);
    rows.push_back({fmt::format("{0} x {0}", n), thousands(five.one), thousands(five.stack), thousands(seven.one),
                    thousands(seven.stack)});
  }
  screen.table({"image", "5x5", "two 3x3", "7x7", "three 3x3"}, rows);
  screen.paragraph(fmt::format("Two 3x3 cost less from {} pixels on (at 10 they cost the same), three from {} on.",
                               stack_wins_from(5, 2), stack_wins_from(7, 3)));
  const Composition c = compare_composed();
  screen.paragraph(
      fmt::format("\nWithout an activation between them, two 3x3 are one 5x5 whose kernel is the full convolution of "
                  "theirs: outputs "
                  "differ by {}, relative to the largest. With a ReLU between them they are not ({:.2f}).",
                  within(c.linear, 1e-12), c.with_relu));
}

void networks(const Screen& screen) {
  screen.heading("3. Whole networks: formula and measurement");
  const auto show = [&](const std::string& caption, const std::vector<MeasuredField>& fields) {
    screen.paragraph("\n" + caption);
    std::vector<std::vector<std::string>> rows(2);
    std::vector<std::string> header = {""};
    rows[0] = {"formula"};
    rows[1] = {"measured"};
    for (const MeasuredField& f : fields) {
      if (f.layer == "fc7" || f.layer == "fc8") continue;  // as fc6
      header.push_back(f.layer);
      rows[0].push_back(fmt::to_string(f.formula));
      rows[1].push_back(fmt::to_string(f.measured));
    }
    screen.table(header, rows);
  };
  show("LeNet-5 of 1998, the network itself (32 x 32):", measured_lenet());
  const std::string how = ", windows of its sizes with average pooling: ";
  show("AlexNet (227 x 227)" + how, measured_fields(summary(alexnet_description())));
  show("VGG-16 (224 x 224)" + how, measured_fields(summary(vgg_description(VggConfig::D))));
  screen.paragraph(
      "\nThe fields of fully connected layers reach beyond the image, into the padding: all of the image is measured.");
}

int receptive_field(int argc, char** argv) {
  RunOptions options{.out = "out/receptive_field"};
  CommandLine line("receptive_field", "Receptive fields measured as the support of a gradient, and what they cost.");
  add_run_options(line, options);
  line.parse(argc, argv);
  apply(options);
  const Screen screen(options.color);
  const std::string path = path_in(options.out, "receptive_field.svg");
  measured(screen, path);
  costs(screen);
  networks(screen);
  screen.paragraph("\nwritten: " + path);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, receptive_field); }
