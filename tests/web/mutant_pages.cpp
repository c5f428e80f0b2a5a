// SPDX-License-Identifier: MIT
#include <cstdio>
#include <string>

#include "step/output.h"
#include "trace/mutants.h"

// For each wrong gradient a page and two traces to compare: FOLDER/NAME.html, NAME-right.json, NAME-wrong.json.
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = argv[1];
  using namespace yhat;
  for (const yhat::test::Mutant& m : {yhat::test::softmax_diagonal(), yhat::test::overwriting(),
                                      yhat::test::missing_mean(), yhat::test::kernel_not_turned()}) {
    const std::string path = folder + "/" + m.name;
    trace::write_file("mutants", path + ".html", trace::to_html(m.wrong));
    trace::write_file("mutants", path + "-right.json", trace::to_json(m.right));
    trace::write_file("mutants", path + "-wrong.json", trace::to_json(m.wrong));
    std::printf("%s %d\n", m.name, m.wrong.first_red());
  }
  return 0;
}
