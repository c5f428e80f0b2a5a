// SPDX-License-Identifier: MIT
// The lecture's claims one by one: as stated, as computed, and the verdict.
#include <fmt/format.h>

#include <array>

#include "slide_audit/claims.h"
#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"
#include "support/tables.h"
#include "vgg/figures.h"

namespace {

using namespace yhat;
using namespace demo;

std::string coloured(const Screen& screen, Verdict verdict) {
  const std::string text = fmt::format("{:<5}", name_of(verdict));
  if (verdict == Verdict::wrong) return screen.bad(text);
  return verdict == Verdict::right ? screen.good(text) : screen.strong(text);
}

void show(const Screen& screen, const Claim& c) {
  screen.line("");
  const std::string number = c.number > 0 ? fmt::format("{:>3}", c.number) : "  -";
  // Wrapped without the escape codes of the verdict, which go in front.
  const std::string stated = screen.wrapped(c.stated, 12);
  fmt::print("{}  {}  {}", number, coloured(screen, c.verdict), stated.substr(12));
  if (!c.computed.empty()) fmt::print("            {}", screen.wrapped("computed: " + c.computed, 12).substr(12));
  if (!c.why.empty())
    fmt::print("            {}", screen.wrapped((c.computed.empty() ? "on record: " : "") + c.why, 12).substr(12));
}

int slide_audit(int argc, char** argv) {
  RunOptions options;
  bool wrong_only = false;
  CommandLine line("slide_audit", "Every claim of the lecture: what is stated, what is computed, the verdict.");
  line.flag("--wrong", wrong_only, "only what is wrong");
  add_run_options(line, options);
  line.parse(argc, argv);
  apply(options);
  const Screen screen(options.color);

  screen.heading("The lecture, claim by claim");
  screen.paragraph(
      "OK: right. FIX: garbled in the transcript, restored here. QUAL: true under conditions only. WRONG: do not "
      "repeat. "
      "A number counts as right if it is the exact one, rounded or truncated, with or without biases. What stands "
      "behind "
      "\"computed\" was computed just now.");
  std::array<int, 4> counts{};
  for (const Claim& c : claims()) {
    ++counts[static_cast<std::size_t>(c.verdict)];
    if (!wrong_only || c.verdict == Verdict::wrong) show(screen, c);
  }
  screen.heading("And in its sources");
  for (const Claim& c : claims_of_sources()) {
    if (!wrong_only || c.verdict == Verdict::wrong) show(screen, c);
  }
  screen.heading("In sum");
  screen.paragraph(fmt::format("{} claims of the lecture: {} OK, {} FIX, {} QUAL, {} WRONG.",
                               counts[0] + counts[1] + counts[2] + counts[3], counts[0], counts[1], counts[2],
                               counts[3]));
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, slide_audit); }
