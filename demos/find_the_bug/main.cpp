// SPDX-License-Identifier: MIT
// Wrong gradients, some of them published: gradcheck catches each and says what it looks like.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "find_the_bug/bugs.h"
#include "find_the_bug/convolution.h"
#include "find_the_bug/lrn.h"
#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"
#include "support/tables.h"

namespace {

using namespace yhat;
using namespace demo;

/// The finding inside a message: what stands before "; Taylor rate".
std::string finding(const GradcheckReport& r) {
  const std::size_t end = r.message.find("; Taylor rate");
  const std::size_t begin = r.message.rfind("; ", end - 1);
  return begin == std::string::npos || end == std::string::npos ? r.message
                                                                : r.message.substr(begin + 2, end - begin - 2);
}

/// A label in front of text that is wrapped beside it.
void labelled(const Screen& screen, const std::string& label, const std::string& text) {
  constexpr int indent = 16;
  fmt::print("     {:<11}{}", label, screen.wrapped(text, indent).substr(indent));
}

void show(const Screen& screen, const Bug& bug, int number, bool quiz) {
  const BugReport r = check(bug);
  const GradcheckReport& w = r.wrong;
  screen.paragraph(fmt::format("\n{}. {}", number, screen.strong(quiz ? "?" : bug.name)));
  if (!quiz) screen.paragraph("from: " + bug.from, 5);
  labelled(screen, "forward", bug.forward);
  labelled(screen, "backward", bug.wrong + (quiz ? "" : screen.bad(" (wrong)")));
  labelled(screen, "gradcheck",
           fmt::format("{}: input {} at [{}], claimed {:.6f}, measured {:.6f} ({} of {} wrong)", name_of(w.status),
                       w.input, fmt::join(w.where, ", "), w.analytic, w.numeric, w.failing, w.checked));
  labelled(screen, "diagnosis", finding(w));
  if (quiz) return;
  labelled(screen, "lesson", bug.lesson);
  labelled(screen, "right", bug.right + (r.right.ok ? screen.good(" (passes)") : screen.bad(" (FAILS)")));
}

void widget(const Screen& screen) {
  const WidgetGradient g = widget_gradient();
  screen.paragraph(fmt::format(
      "\nThe animated neuron in numbers: at w = b = 2 the central difference is {:.8f}, a - y is {:.8f}, the "
      "animation's "
      "formula {:.3f}, {:.3f} times too much: 1/s'(4) = {:.3f}. Its rate is 0.005, 30 times smaller than the one for "
      "squared error; the true gradient at that rate hardly moves:",
      g.numeric, g.right, g.widget, g.widget / g.right, 1 / g.slope));
  std::vector<std::vector<std::string>> rows;
  for (const bool right : {false, true}) {
    const std::vector<double> a = widget_run(right, 300);
    std::vector<std::string> row = {right ? "a - y" : "1/(1-a)"};
    for (const std::size_t e : {1U, 50U, 100U, 200U, 300U}) row.push_back(fmt::format("{:.7f}", a[e]));
    rows.push_back(row);
  }
  screen.table({"output after", "1", "50", "100", "200", "300 updates"}, rows);
}

void convolutions(const Screen& screen) {
  screen.heading("3. The engine's own convolution, by the same means");
  screen.paragraph(
      "Six settings, x (2,4,size,size), 8 kernels of 3x3, f64: outputs and gradients against plain loops that add "
      "every "
      "product where it belongs, and against finite differences.");
  std::vector<std::vector<std::string>> rows;
  for (const ConvolutionCheck& c : convolution_checks()) {
    rows.push_back({fmt::to_string(c.stride), fmt::to_string(c.padding), fmt::to_string(c.dilation),
                    fmt::to_string(c.groups), fmt::to_string(c.size), within(c.output, 1e-12),
                    within(std::max({c.x_gradient, c.w_gradient, c.b_gradient}), 1e-12),
                    c.gradcheck ? "passes" : "FAILS", fmt::to_string(c.unseen)});
  }
  screen.table({"stride", "pad", "dilation", "groups", "size", "output", "gradients", "gradcheck", "unseen"}, rows);
  screen.paragraph("unseen: pixels of a map that no window covers; their gradient is exactly 0.");
}

int find_the_bug(int argc, char** argv) {
  RunOptions options;
  bool quiz = false;
  CommandLine line("find_the_bug", "Wrong gradients, some of them published, and how gradcheck finds them.");
  line.flag("--quiz", quiz, "only the code and what gradcheck says: find the mistakes yourself");
  add_run_options(line, options);
  line.parse(argc, argv);
  apply(options);
  const Screen screen(options.color);
  int number = 0;
  screen.paragraph(
      "\ngradcheck sends random gradients back through a function, and compares what arrives at the inputs with finite "
      "differences. \"claimed\" is what the code below makes of such a gradient, \"measured\" what it should be.");
  screen.heading("1. Mistakes that were published, or follow from the lecture's formulas");
  for (const Bug& bug : published_bugs()) show(screen, bug, ++number, quiz);
  if (!quiz) {
    widget(screen);
    const LrnError off = lrn_error();
    screen.paragraph(fmt::format(
        "\nLRN's wrong term changes the gradient by {:.0f} % of its largest element with alpha 0.3 and k 1, and by "
        "{:.1f} % with AlexNet's 1e-4 and 2: there, a check with a loose tolerance passes it.",
        100 * off.large_alpha, 100 * off.paper));
  }
  screen.heading("2. The classics of homework");
  for (const Bug& bug : homework_bugs()) show(screen, bug, ++number, quiz);
  if (quiz) {
    screen.paragraph("\nWithout --quiz the answers are shown.");
  } else {
    convolutions(screen);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, find_the_bug); }
