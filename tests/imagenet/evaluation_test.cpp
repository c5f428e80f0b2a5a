// SPDX-License-Identifier: MIT
#include "imagenet/evaluation.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "support/command_line.h"
#include "tests/imagenet/support.h"
#include "tests/near.h"

#ifdef YHAT_TEST_EMBED_SAMPLE
using namespace yhat;
using near::error_of;

namespace {

bool go_on(const demo::Totals&, const std::vector<std::string>&) { return true; }

demo::Measurement measurement(const demo::PictureSource& source, std::int64_t crops = 1) {
  demo::Measurement what;
  demo::find_pictures(source, what);
  what.preprocessing = yhat::test::small_preprocessing();
  what.crops = crops;
  what.batch = 7;  // does not divide 50
  return what;
}
demo::PictureSource devkit(const yhat::test::Ilsvrc& i) { return {i.val(), i.synsets(), i.truth()}; }

demo::Totals run(Module& model, const demo::Measurement& what, const std::string& results) {
  demo::ResultsFile file(results, {{"crops", fmt::to_string(what.crops)}}, true);
  return demo::measure(model, what, file, go_on);
}

/// The errors by plain loops, from the list of what was written: nothing of the readers of labels, of scores or of
/// preprocessing is used but the resizing.
struct Errors {
  int wrong1 = 0, wrong5 = 0, pictures = 0;
  double loss = 0;
};
Errors by_hand(Sequential& model, const yhat::test::Ilsvrc& ilsvrc, int crops) {
  std::map<std::string, int> classes;  // sorted by WNID
  for (const demo::SampleSynset& s : demo::sample_synsets()) classes[s.wnid] = 0;
  int next = 0;
  for (auto& [wnid, c] : classes) c = next++;
  const std::vector<double> w = model.parameters()[0].to_vector();
  const std::vector<double> b = model.parameters()[1].to_vector();
  const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225};
  Errors e;
  for (const demo::SamplePicture& p : ilsvrc.sample.val) {
    const Tensor x = resize_shorter_side(read_image(ilsvrc.folder / p.path), 40);
    const int height = static_cast<int>(x.dim(1)), width = static_cast<int>(x.dim(2));
    const std::vector<double> pixels = x.to_vector();
    // Differences of the sizes here are 0, 8, 13, 30: halves never have to be rounded for ten crops, and once for one.
    const int down = height - 32, right = width - 32;
    std::vector<std::array<int, 3>> places;  // row, column, mirrored
    if (crops == 1) {
      places = {{static_cast<int>(std::nearbyint(down / 2.0)), static_cast<int>(std::nearbyint(right / 2.0)), 0}};
    } else {
      for (int flip : {0, 1}) {
        for (const auto& [r, c] : {std::array{0, 0}, {0, right}, {down, 0}, {down, right}, {down / 2, right / 2}}) {
          places.push_back({r, c, flip});
        }
      }
    }
    std::vector<double> score(10, 0.0), probability(10, 0.0);
    for (const auto& [r, c, flip] : places) {
      std::vector<double> logit(10);
      for (std::size_t k = 0; k < 10; ++k) {
        logit[k] = b[k];
        for (int ch = 0; ch < 3; ++ch) {
          for (int i = 0; i < 32; ++i) {
            for (int j = 0; j < 32; ++j) {
              const int column = c + (flip ? 31 - j : j);
              const double v = pixels[static_cast<std::size_t>((ch * height + r + i) * width + column)];
              logit[k] +=
                  (v - mean[ch]) / deviation[ch] * w[k * 3072 + static_cast<std::size_t>((ch * 32 + i) * 32 + j)];
            }
          }
        }
      }
      double sum = 0;
      for (const double z : logit) sum += std::exp(z);
      for (std::size_t k = 0; k < 10; ++k) {
        probability[k] += std::exp(logit[k]) / sum / static_cast<double>(places.size());
        score[k] = crops == 1 ? logit[k] : probability[k];
      }
    }
    const auto label = static_cast<std::size_t>(classes[p.wnid]);
    int better = 0;
    for (std::size_t k = 0; k < 10; ++k) better += k != label && score[k] >= score[label];
    ++e.pictures;
    e.wrong1 += better >= 1;
    e.wrong5 += better >= 5;
    e.loss -= std::log(probability[label]);
  }
  return e;
}

}  // namespace

TEST_CASE("top-1 and top-5 errors on a folder of the shape of ILSVRC are those counted by plain loops") {
  const yhat::test::Ilsvrc ilsvrc;
  Sequential model = yhat::test::nearest_mean(ilsvrc, yhat::test::small_preprocessing());
  for (const int crops : {1, 10}) {
    CAPTURE(crops);
    const Errors expected = by_hand(model, ilsvrc, crops);
    CHECK(expected.pictures == 50);
    CHECK((expected.wrong1 > 10 && expected.wrong1 < 40));  // neither always right nor always wrong
    CHECK((expected.wrong5 > 0 && expected.wrong5 < expected.wrong1));
    const std::vector<demo::PictureSource> sources = {
        devkit(ilsvrc), {ilsvrc.by_synset(), ilsvrc.synsets(), ""}, {ilsvrc.by_synset(), "", ""}};
    for (const demo::PictureSource& source : sources) {
      CAPTURE(source.folder);
      const demo::Totals got = run(model, measurement(source, crops), ilsvrc.folder / "results.csv");
      CHECK(got.pictures == expected.pictures);
      CHECK(got.wrong1 == expected.wrong1);
      CHECK(got.wrong5 == expected.wrong5);
      CHECK(got.loss == doctest::Approx(expected.loss).epsilon(1e-5));
      CHECK(got.unreadable == 0);
      CHECK_FALSE(got.fits_ids());
    }
  }
}

TEST_CASE("a network whose outputs are in the devkit's order is counted as wrong, and noticed") {
  const yhat::test::Ilsvrc ilsvrc;
  Sequential model = yhat::test::nearest_mean(ilsvrc, yhat::test::small_preprocessing());
  const demo::Measurement what = measurement(devkit(ilsvrc));
  const demo::Totals right = run(model, what, ilsvrc.folder / "a.csv");
  // Output ID - 1 instead of the rank of the WNID.
  Tensor w = model.parameters()[0], b = model.parameters()[1];
  const std::vector<double> old_w = w.to_vector(), old_b = b.to_vector();
  for (std::size_t c = 0; c < 10; ++c) {
    const auto to = static_cast<std::size_t>(what.ids[c] - 1);
    for (std::size_t i = 0; i < 3072; ++i)
      w.mutable_data<float>()[to * 3072 + i] = static_cast<float>(old_w[c * 3072 + i]);
    b.mutable_data<float>()[to] = static_cast<float>(old_b[c]);
  }
  const demo::Totals swapped = run(model, what, ilsvrc.folder / "b.csv");
  CHECK(swapped.wrong1_by_id == right.wrong1);
  CHECK(swapped.wrong1 > 40);  // about that of guessing, 45
  CHECK(swapped.fits_ids());
}

TEST_CASE("a ground truth needs its synsets, synsets may not be missing") {
  const yhat::test::Ilsvrc ilsvrc;
  demo::Measurement what;
  CHECK(error_of<demo::UsageError>([&] {
          demo::find_pictures({ilsvrc.val(), "", ilsvrc.truth()}, what);
        }) ==
        "--ground-truth: its numbers are ILSVRC2012_IDs, not classes; hint: --synsets FILE with lines ID, tab, WNID");
  std::filesystem::remove_all(ilsvrc.by_synset() + "/n04133789");
  CHECK(error_of<IoError>([&] {
          demo::find_pictures({ilsvrc.by_synset(), ilsvrc.synsets(), ""}, what);
        }).find("has no pictures for 1 of 10 synsets: n04133789") != std::string::npos);
  demo::find_pictures({ilsvrc.by_synset(), ilsvrc.synsets(), "", true}, what);
  CHECK(what.pictures.size() == 45);
  CHECK(what.pictures.classes.size() == 10);
  const std::string lines = yhat::test::text(yhat::test::read_file(ilsvrc.synsets()));
  const std::size_t at = lines.find("3\tn04133789");
  yhat::test::write_file(ilsvrc.synsets(), lines.substr(0, at) + lines.substr(lines.find('\n', at) + 1));
  CHECK(error_of<FormatError>([&] {
          demo::find_pictures(devkit(ilsvrc), what);
        }).find("ID 3 is missing (there are 9 up to 10") != std::string::npos);
}

TEST_CASE("a picture that cannot be read stops the measurement, or is left out and named") {
  const yhat::test::Ilsvrc ilsvrc;
  Sequential model = yhat::test::nearest_mean(ilsvrc, yhat::test::small_preprocessing());
  const std::string broken = ilsvrc.folder / ilsvrc.sample.val[8].path;
  yhat::test::Bytes bytes = yhat::test::read_file(broken);
  bytes.resize(bytes.size() / 2);
  yhat::test::write_file(broken, bytes);
  yhat::test::write_file(ilsvrc.folder / ilsvrc.sample.val[20].path, "\x89PNG\r\n\x1A\n");
  demo::Measurement what = measurement(devkit(ilsvrc));
  CHECK(error_of<FormatError>([&] { run(model, what, ilsvrc.folder / "a.csv"); }).find(broken) != std::string::npos);
  what.skip_bad = true;
  std::vector<std::string> messages;
  demo::ResultsFile file(ilsvrc.folder / "b.csv", {}, true);
  const demo::Totals totals =
      demo::measure(model, what, file, [&](const demo::Totals&, const std::vector<std::string>& skipped) {
        messages.insert(messages.end(), skipped.begin(), skipped.end());
        return true;
      });
  CHECK(totals.pictures == 48);
  CHECK(totals.unreadable == 2);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].find(broken) != std::string::npos);
  CHECK(messages[1].find("is a PNG (JPEG or PNM)") != std::string::npos);
}

TEST_CASE("scores that are NaN: of the true class always wrong, of another class one place lost") {
  const yhat::test::Ilsvrc ilsvrc;
  Sequential model = yhat::test::nearest_mean(ilsvrc, yhat::test::small_preprocessing());
  const demo::Measurement what = measurement(devkit(ilsvrc));
  const demo::Totals before = run(model, what, ilsvrc.folder / "a.csv");
  model.parameters()[1].mutable_data<float>()[4] = NAN;  // class 4
  const demo::Totals after = run(model, what, ilsvrc.folder / "b.csv");
  CHECK(after.pictures == 50);
  CHECK(after.no_rank == 5);  // the pictures of class 4
  CHECK(after.wrong1 == 50);  // the NaN is first everywhere else
  CHECK(after.wrong5 >= before.wrong5);
  CHECK(after.wrong5 < 50);
  CHECK(std::isnan(after.mean_loss()));
  demo::Measurement ten = what;
  ten.crops = 10;  // probabilities of a row with a NaN are all NaN
  CHECK(run(model, ten, ilsvrc.folder / "c.csv").no_rank == 50);
}

TEST_CASE("the fingerprint of weights tells names and single bits apart") {
  const auto f = [](const std::string& name, std::vector<double> values) {
    return demo::fingerprint({{name, from_values(values, {static_cast<std::int64_t>(values.size())})}});
  };
  CHECK(f("a", {1, 2, 3}) == f("a", {1, 2, 3}));
  CHECK(f("a", {1, 2, 3}) != f("b", {1, 2, 3}));
  CHECK(f("a", {1, 2, 3}) != f("a", {1, 3, 2}));
  CHECK(f("a", {0, 1}) != f("a", {-0.0, 1}));
  CHECK(f("a", {1}).size() == 16);
}
#endif
