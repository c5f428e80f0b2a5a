// SPDX-License-Identifier: MIT
#include "yhat/imagenet.h"

#include <fmt/format.h>

#include "tests/files/support.h"
#include "tests/near.h"
#include "yhat/dataset.h"
#include "yhat/ops.h"

using namespace yhat;
using near::error_of;

namespace {

const std::string four = "1\tn03000004\n2\tn01000001\twords, of any kind\n3\tn02000003\r\n4\tn01500002\n";

std::string synset_error(const std::string& text) {
  return error_of<FormatError>([&] { parse_synsets(text, "s.txt"); });
}

constexpr const char* hint = "; hint: data/convert/meta_to_synsets.py makes the file from the devkit's meta.mat";

}  // namespace

TEST_CASE("synsets: classes are the ranks of the WNIDs, not the IDs, ancestors are left out") {
  const Synsets s = parse_synsets(four + "1001\tn00001740\n1860\tn00001930\tancestor\n\n");
  CHECK(s.size() == 4);
  CHECK(s.wnids == std::vector<std::string>{"n01000001", "n01500002", "n02000003", "n03000004"});
  CHECK(s.by_id == std::vector<std::int64_t>{3, 0, 2, 1});
  CHECK(s.ids == std::vector<std::int64_t>{2, 4, 3, 1});
  CHECK(s.words == std::vector<std::string>{"words, of any kind", "", "", ""});
  CHECK(s.class_of("n02000003") == 2);
  CHECK(s.class_of("n02000004") == -1);
  CHECK(s.class_of("n09999999") == -1);
}

TEST_CASE("synsets: lines of another form, repetitions and gaps are named") {
  CHECK(synset_error("1 n01000001\n") ==
        fmt::format("read_synsets: s.txt: line 1 is '1 n01000001' (must be ID, tab, WNID such as n02119789){}", hint));
  for (const char* bad :
       {"x\tn01000001", "0\tn01000001", "1\tn0100001", "1\tm01000001", "1\tn0100000a", "\t", "n01\t1"}) {
    CAPTURE(bad);
    CHECK(synset_error(four + bad).find("read_synsets: s.txt: line 5 is ") == 0);
  }
  CHECK(synset_error(four + "3\tn05000000\n") == "read_synsets: s.txt: line 5: ID 3 again (each once)");
  CHECK(synset_error(four + "5\tn02000003\n") ==
        "read_synsets: s.txt: line 5: n02000003 again, as in line 3 (each once)");
  CHECK(synset_error(four + "6\tn05000000\n") ==
        "read_synsets: s.txt: ID 5 is missing (there are 5 up to 6, none may be left out)");
  CHECK(synset_error("1001\tn00001740\n") ==
        "read_synsets: s.txt: has no synset with an ID of 1 to 1000 (at least one)");
  CHECK(synset_error("") == "read_synsets: s.txt: has no synset with an ID of 1 to 1000 (at least one)");
  CHECK_THROWS_AS(read_synsets("/no/such/file"), IoError);
}

TEST_CASE("synsets: a thousand IDs in alphabetical order are not the devkit's") {
  std::string sorted, swapped;
  for (int i = 1; i <= 1000; ++i) {
    sorted += fmt::format("{}\tn{:08}\n", i, i);
    swapped += fmt::format("{}\tn{:08}\n", i, i < 999 ? i : 1999 - i);
  }
  CHECK(synset_error(sorted) ==
        fmt::format("read_synsets: s.txt: IDs 1 to 1000 follow the alphabet (the devkit's do not: its ID 1 is "
                    "n02119789){}",
                    hint));
  CHECK(parse_synsets(swapped).by_id[999] == 998);
}

TEST_CASE("ground truth: IDs become classes, anything else is named with its line") {
  const yhat::test::TempFolder folder;
  const Synsets s = parse_synsets(four, "s.txt");
  const auto classes = [&](const std::string& text) {
    yhat::test::write_file(folder / "truth.txt", text);
    return read_ground_truth(folder / "truth.txt", s);
  };
  CHECK(classes("1\n2\r\n4\n3\n1\n") == std::vector<std::int64_t>{3, 0, 1, 2, 3});
  for (const char* bad : {"5", "0", "-1", "1.0", "n01000001", "", "1 2"}) {
    CAPTURE(bad);
    CHECK(error_of<FormatError>([&] { classes("1\n" + std::string(bad) + "\n2\n"); }) ==
          fmt::format("read_ground_truth: {}: line 2 is '{}' (an ID of s.txt, 1 to 4)", folder / "truth.txt", bad));
  }
  CHECK(error_of<FormatError>([&] { classes("\n"); }) ==
        fmt::format("read_ground_truth: {}: is empty (one ID per line)", folder / "truth.txt"));
}

TEST_CASE("validation pictures are found by number, missing and unexpected ones are named") {
  const yhat::test::TempFolder folder;
  const Synsets s = parse_synsets(four);
  const std::vector<std::int64_t> labels = {3, 0, 1};
  const auto picture = [&](const std::string& name) { yhat::test::write_file(folder / name, "P5 1 1 255 a"); };
  const auto error = [&] { return error_of<Error>([&] { validation_pictures(folder.path(), labels, s); }); };
  picture("ILSVRC2012_val_00000002.JPEG");
  picture("readme.txt");
  CHECK(error() == fmt::format("validation_pictures: {}: lacks 2 of 3 pictures: ILSVRC2012_val_00000001, "
                               "ILSVRC2012_val_00000003; hint: partial (--partial) takes those that are there",
                               folder.path()));
  const ImageList some = validation_pictures(folder.path(), labels, s, {.partial = true});
  REQUIRE(some.size() == 1);
  CHECK(some.items[0].label == 0);
  picture("ILSVRC2012_val_00000001.ppm");
  picture("ILSVRC2012_val_00000003.jpg");
  const ImageList all = validation_pictures(folder.path(), labels, s);
  REQUIRE(all.size() == 3);
  CHECK(all.classes == s.wnids);
  CHECK(all.items[0].path == folder / "ILSVRC2012_val_00000001.ppm");
  CHECK(all.items[0].label == 3);
  CHECK(all.items[2].label == 1);
  picture("ILSVRC2012_val_00000003.ppm");
  CHECK(error() == fmt::format("validation_pictures: {}: has 'ILSVRC2012_val_00000003.jpg' and "
                               "'ILSVRC2012_val_00000003.ppm' (one file per picture)",
                               folder.path()));
  std::filesystem::remove(folder / "ILSVRC2012_val_00000003.ppm");
  picture("ILSVRC2012_val_00000004.ppm");
  CHECK(error() == fmt::format("validation_pictures: {}: has no line in the ground truth (3 lines)",
                               folder / "ILSVRC2012_val_00000004.ppm"));
  CHECK_THROWS_AS(validation_pictures(folder / "none", labels, s), IoError);
}

TEST_CASE("a folder per synset: classes by WNID however many folders there are") {
  const yhat::test::TempFolder folder;
  const Synsets s = parse_synsets(four, "s.txt");
  for (const char* name : {"n03000004", "n01500002"}) {
    std::filesystem::create_directory(folder / name);
    yhat::test::write_file(folder / (std::string(name) + "/a.ppm"), "P5 1 1 255 a");
  }
  CHECK(error_of<IoError>([&] { synset_pictures(folder.path(), s); }) ==
        fmt::format("synset_pictures: {}: has no pictures for 2 of 4 synsets: n01000001, n02000003; hint: partial "
                    "(--partial) takes those that are there",
                    folder.path()));
  const ImageList list = synset_pictures(folder.path(), s, {.partial = true});
  REQUIRE(list.size() == 2);
  CHECK(list.items[0].label == 1);  // n01500002; among the folders alone it would be 0
  CHECK(list.items[1].label == 3);
  CHECK(list.classes == s.wnids);
  std::filesystem::create_directory(folder / "n01999999");
  CHECK(error_of<FormatError>([&] { synset_pictures(folder.path(), s, {.partial = true}); }) ==
        fmt::format("synset_pictures: {}: is none of the 4 synsets of s.txt", folder / "n01999999"));
}

TEST_CASE("folders that are numbers of different lengths would be sorted wrongly and are refused") {
  const yhat::test::TempFolder folder;
  for (const char* name : {"1", "2", "10"}) {
    std::filesystem::create_directory(folder / name);
    yhat::test::write_file(folder / (std::string(name) + "/a.ppm"), "P5 1 1 255 a");
  }
  CHECK(error_of<FormatError>([&] { ImageFolder all(folder.path()); }) ==
        fmt::format("ImageFolder: {}: classes '1' and '10' are numbers of different lengths (sorted by name, 10 comes "
                    "before 2); hint: write them with leading zeros",
                    folder.path()));
  std::filesystem::remove_all(folder / "10");
  CHECK(ImageFolder(folder.path()).size() == 2);
}

TEST_CASE("preprocessing of torchvision: shorter side 256, the middle 224, channels normalised") {
  Rng rng(1);
  const Tensor image = uniform({3, 256, 300}, 0, 1, rng);  // 256 already: the resizing changes nothing
  const Preprocessing by = torchvision_preprocessing();
  const Tensor x = prepared_crops(image, by, 1);
  CHECK(x.shape() == Shape{1, 3, 224, 224});
  const double mean[] = {0.485, 0.456, 0.406};
  const double deviation[] = {0.229, 0.224, 0.225};
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto k = static_cast<std::size_t>(c);
    for (const std::int64_t i : {0, 100, 223}) {
      CHECK(x.at({0, c, i, 5}) ==
            doctest::Approx((image.at({c, i + 16, 5 + 38}) - mean[k]) / deviation[k]).epsilon(1e-5));
    }
  }
  // An odd difference is rounded to the even half, as Python's round() does: 31 / 2 to 16, 33 / 2 to 16.
  const std::vector<std::pair<std::int64_t, std::int64_t>> rounded = {{257, 16}, {259, 18}, {261, 18}, {263, 20}};
  for (const auto& [width, left] : rounded) {
    const Tensor wide = uniform({3, 256, width}, 0, 1, rng);
    CHECK(prepared_crops(wide, by, 1).at({0, 0, 0, 0}) ==
          doctest::Approx((wide.at({0, 16, left}) - mean[0]) / deviation[0]).epsilon(1e-5));
  }
  CHECK(prepared_crops(image, by, 10).shape() == Shape{10, 3, 224, 224});
  CHECK(prepare(uniform({3, 40, 20}, 0, 1, rng), by).shape() == Shape{3, 512, 256});
  CHECK(error_of<ArgumentError>([&] { prepared_crops(image, by, 5); }) == "prepared_crops: count 5 (1 or 10)");
}

TEST_CASE("preprocessing of the AlexNet paper: the middle square, 0 to 255, less the mean of each pixel") {
  Rng rng(2);
  const Tensor image = uniform({3, 256, 300}, 0, 1, rng);
  const Tensor mean = uniform({3, 256, 256}, 0, 1, rng);
  const Tensor x = prepared_crops(image, alexnet_preprocessing(mean), 1);
  CHECK(x.shape() == Shape{1, 3, 227, 227});
  CHECK(x.at({0, 1, 2, 3}) == doctest::Approx(255 * (image.at({1, 16, 17 + 22}) - mean.at({1, 16, 17}))).epsilon(1e-4));
  const Tensor ten = prepared_crops(image, alexnet_preprocessing(mean), 10);
  CHECK(ten.at({1, 0, 0, 0}) == doctest::Approx(255 * (image.at({0, 0, 29 + 22}) - mean.at({0, 0, 29}))).epsilon(1e-4));
  const Tensor colour = prepared_crops(image, alexnet_preprocessing(), 1);
  CHECK(colour.at({0, 2, 0, 0}) == doctest::Approx(255 * (image.at({2, 14, 14 + 22}) - 0.406)).epsilon(1e-4));
  CHECK(error_of<ShapeError>([&] {
          prepare(image, alexnet_preprocessing(zeros({3, 227, 227})));
        }) == "prepare: mean [3, 227, 227] for an image that has become [3, 256, 256] (must be [3] or [3, 256, 256])");
  Preprocessing none = torchvision_preprocessing();
  none.mean = {};
  CHECK(error_of<ArgumentError>([&] { prepare(image, none); }) ==
        "prepare: torchvision: no mean (one number per channel)");
}

TEST_CASE("no labels and no synsets are refused") {
  const yhat::test::TempFolder folder;
  CHECK(error_of<ArgumentError>([&] { validation_pictures(folder.path(), {}, parse_synsets(four, "s.txt")); }) ==
        "validation_pictures: 0 labels (at least 1)");
  CHECK(error_of<ArgumentError>([&] { synset_pictures(folder.path(), Synsets{}); }) ==
        "synset_pictures: 0 synsets (at least 1)");
}

TEST_CASE("a picture that has gone is skipped like one that is damaged") {
  ImageList list;
  list.items = {{"/nowhere/a.ppm", 0}};
  std::vector<std::string> skipped;
  CHECK(list.load(
                {0}, [](const Tensor& x) { return x; }, &skipped)
            .labels.empty());
  REQUIRE(skipped.size() == 1);
  CHECK(skipped[0].find("/nowhere/a.ppm") != std::string::npos);
}
