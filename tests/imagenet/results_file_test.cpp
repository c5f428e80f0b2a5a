// SPDX-License-Identifier: MIT
#include "imagenet/results_file.h"

#include <fmt/format.h>

#include <cmath>

#include "imagenet/evaluation.h"
#include "tests/imagenet/support.h"
#include "tests/near.h"

using namespace yhat;
using near::error_of;

namespace {

const demo::ResultsFile::About about = {{"model", "alexnet"}, {"crops", "10"}};

std::string open_error(const std::string& path, const demo::ResultsFile::About& now = about) {
  return error_of<FormatError>([&] { demo::ResultsFile file(path, now, false); });
}

}  // namespace

TEST_CASE("results come back from the file as they were added") {
  const yhat::test::TempFolder folder;
  const std::string path = folder / "r.csv";
  {
    demo::ResultsFile file(path, about, false);
    CHECK(file.before().empty());
    file.add({.picture = "n1/a, b.JPEG", .label = 3, .rank = 2, .predicted = 7, .probability = 0.1});
    file.add({.picture = "n1/c.JPEG", .label = 4, .rank = 0, .predicted = 1, .probability = NAN});
    file.add({.picture = "n1/d.JPEG", .label = 5, .rank = -1});
  }
  CHECK(yhat::test::text(yhat::test::read_file(path)) ==
        "# imagenet_eval results 1\n# model: alexnet\n# crops: 10\nrank,label,predicted,probability,picture\n"
        "2,3,7,0.1,n1/a, b.JPEG\n0,4,1,nan,n1/c.JPEG\n-1,5,0,0,n1/d.JPEG\n");
  demo::ResultsFile again(path, about, false);
  REQUIRE(again.before().size() == 3);
  CHECK(again.before()[0].picture == "n1/a, b.JPEG");
  CHECK(again.before()[0].probability == 0.1);
  CHECK(again.before()[0].predicted == 7);
  CHECK(std::isnan(again.before()[1].probability));
  CHECK(again.before()[2].rank == demo::Result::unreadable);
  again.add({.picture = "n1/e.JPEG", .label = 1, .rank = 1, .predicted = 1, .probability = 1});
  CHECK(demo::ResultsFile(path, about, false).before().size() == 4);
  CHECK(demo::ResultsFile(path, about, true).before().empty());
}

TEST_CASE("a row that was cut off is forgotten, another measurement and damage are errors") {
  const yhat::test::TempFolder folder;
  const std::string path = folder / "r.csv";
  const std::string head =
      "# imagenet_eval results 1\n# model: alexnet\n# crops: 10\nrank,label,predicted,probability,picture\n";
  yhat::test::write_file(path, head + "1,0,0,0.5,a.ppm\n2,0,3,0.2");
  CHECK(demo::ResultsFile(path, about, false).before().size() == 1);
  CHECK(yhat::test::text(yhat::test::read_file(path)) == head + "1,0,0,0.5,a.ppm\n");
  const char* hint = "hint: --restart measures anew, --out writes elsewhere";
  CHECK(open_error(path, {{"model", "alexnet"}, {"crops", "1"}}) ==
        fmt::format("imagenet_eval: {}: holds the results of something else, '# crops: 10' (now '# crops: 1'); {}",
                    path, hint));
  yhat::test::write_file(path, "something\nelse\n");
  CHECK(open_error(path) == fmt::format("imagenet_eval: {}: holds the results of something else, 'something' (now '# "
                                        "imagenet_eval results 1'); {}",
                                        path, hint));
  for (const char* bad : {"1,0,0,0.5", "x,0,0,0.5,a", "1,0,0,half,a", "1,0,0,0.5,", ""}) {
    CAPTURE(bad);
    yhat::test::write_file(path, head + "1,0,0,0.5,a.ppm\n" + bad + "\n");
    CHECK(open_error(path) ==
          fmt::format("imagenet_eval: {}: line 6 is '{}' (rank,label,predicted,probability,picture); {}", path, bad,
                      hint));
  }
  yhat::test::write_file(path, "# imagenet_eval results 1\n# model: alexnet\n");
  CHECK(open_error(path) == fmt::format("imagenet_eval: {}: ends in its head, line 3; {}", path, hint));
  CHECK_THROWS_AS(demo::ResultsFile(folder / "none/r.csv", about, false), IoError);
}

#ifdef YHAT_TEST_EMBED_SAMPLE
TEST_CASE("an evaluation that was stopped goes on, and comes to the same file and totals") {
  const yhat::test::Ilsvrc ilsvrc;
  Sequential model = yhat::test::nearest_mean(ilsvrc, yhat::test::small_preprocessing());
  demo::Measurement what;
  demo::find_pictures({ilsvrc.val(), ilsvrc.synsets(), ilsvrc.truth()}, what);
  what.preprocessing = yhat::test::small_preprocessing();
  what.batch = 8;
  const auto measure = [&](const std::string& name, int batches) {
    demo::ResultsFile file(ilsvrc.folder / name, about, false);
    return demo::measure(model, what, file,
                         [&](const demo::Totals&, const std::vector<std::string>&) { return --batches > 0; });
  };
  const demo::Totals whole = measure("whole.csv", 100);
  CHECK(measure("parts.csv", 2).pictures == 16);
  const demo::Totals rest = measure("parts.csv", 100);
  CHECK(rest.pictures == 50);
  CHECK(rest.wrong1 == whole.wrong1);
  CHECK(rest.wrong5 == whole.wrong5);
  CHECK(rest.loss == doctest::Approx(whole.loss).epsilon(1e-12));
  CHECK(yhat::test::read_file(ilsvrc.folder / "whole.csv") == yhat::test::read_file(ilsvrc.folder / "parts.csv"));
  CHECK(measure("parts.csv", 100).pictures == 50);  // nothing left to do
  what.pictures.items.pop_back();
  CHECK(error_of<FormatError>([&] { measure("parts.csv", 1); }) ==
        fmt::format("imagenet_eval: {}: 1 of its 50 rows are of other pictures, labels or twice; hint: --restart "
                    "measures anew",
                    ilsvrc.folder / "parts.csv"));
}
#endif
