// SPDX-License-Identifier: MIT
#include <yhat/ops.h>
#include <yhat/recorder.h>

#include <cstdio>
#include <string>

#include "step/output.h"
#include "trace/mutants.h"

namespace {

// A page with a tensor whose name is markup.
void write_hostile_name(const std::string& path) {
  using namespace yhat;
  Recorder recorder({.title = "hostile name"});
  {
    const Observe on(recorder);
    const Tensor x = tensor(2, Dtype::f64).requires_grad_(true).label("</script><img src=x onerror=alert(1)>");
    (3 * x).backward();
  }
  recorder.save_html(path);
}

}  // namespace

// For each wrong gradient a page and two traces to compare: FOLDER/NAME.html, NAME-right.json, NAME-wrong.json; and
// FOLDER/hostile-name.html.
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
  write_hostile_name(folder + "/hostile-name.html");
  return 0;
}
