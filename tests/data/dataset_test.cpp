// SPDX-License-Identifier: MIT
#include "yhat/dataset.h"

#include <cstdint>

#include "tests/environment.h"
#include "tests/files/support.h"

namespace {

using yhat::test::big_endian;
using yhat::test::TempFolder;

std::string images(std::uint32_t n, std::uint32_t side = 28, char first = '\0') {
  return big_endian(0x803) + big_endian(n) + big_endian(side) + big_endian(side) +
         std::string(std::size_t{n} * side * side, first);
}
std::string labels(const std::string& values) {
  return big_endian(0x801) + big_endian(static_cast<std::uint32_t>(values.size())) + values;
}
void write_four(const TempFolder& folder, const std::string& joint = "-") {
  yhat::test::write_file(folder / ("train-images" + joint + "idx3-ubyte"), images(3, 28, '\xFF'));
  yhat::test::write_file(folder / ("train-labels" + joint + "idx1-ubyte"), labels("\1\2\1"));
  yhat::test::write_file(folder / ("t10k-images" + joint + "idx3-ubyte"), images(2));
  yhat::test::write_file(folder / ("t10k-labels" + joint + "idx1-ubyte"), labels(std::string("\0\x09", 2)));
}
template <class E, class F>
std::string message(F f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a folder of four files becomes images in [0, 1], labels and class names") {
  for (const char* joint : {"-", "."}) {
    const TempFolder folder;
    write_four(folder, joint);
    const yhat::FashionMnist data(folder.path());
    CHECK(data.train.images.shape() == yhat::Shape{3, 1, 28, 28});
    CHECK(data.train.images.dtype() == yhat::Dtype::f32);
    CHECK(data.train.images.at({2, 0, 27, 27}) == 1);
    CHECK(data.test.images.at({0, 0, 0, 0}) == 0);
    CHECK(data.test.labels == std::vector<std::int64_t>{0, 9});
    CHECK(data.train.class_counts() == std::vector<std::int64_t>{0, 2, 1, 0, 0, 0, 0, 0, 0, 0});
    CHECK(data.train.classes[9] == "Ankle boot");
    CHECK(yhat::FashionMnist(folder.path(), "digits").test.classes[9] == "9");
    CHECK(data.source == folder.path());
    CHECK(yhat::describe(data) == folder.path() + ": 3 training and 2 test images of 10 classes");
  }
}

TEST_CASE("80 a folder that is not there or lacks a file says what is there") {
  const TempFolder folder;
  CHECK(message<yhat::IoError>([] { yhat::FashionMnist("/no/such/folder"); }) ==
        "FashionMnist: /no/such/folder: no such folder; hint: --data names the folder with the four files");
  CHECK(message<yhat::IoError>([&] { yhat::FashionMnist{folder.path()}; }) ==
        "FashionMnist: " + folder.path() + ": no train-images-idx3-ubyte(.gz); found nothing");
  yhat::test::write_file(folder / "b.csv", "");
  yhat::test::write_file(folder / "a.csv", "");
  CHECK(message<yhat::IoError>([&] { yhat::FashionMnist{folder.path()}; }) ==
        "FashionMnist: " + folder.path() + ": no train-images-idx3-ubyte(.gz); found a.csv, b.csv");
  CHECK(message<yhat::IoError>([&] { yhat::FashionMnist{folder / "a.csv"}; }).find("is not a folder") !=
        std::string::npos);
  for (int i = 0; i < 20; ++i) yhat::test::write_file(folder / std::to_string(i), "");
  CHECK(message<yhat::IoError>([&] { yhat::FashionMnist{folder.path()}; }).find("14, 15, ...") != std::string::npos);
}

TEST_CASE("80 files that do not belong together: count mismatch, size, empty set, swapped files") {
  const TempFolder folder;
  write_four(folder);
  const auto error = [&] { return message<yhat::FormatError>([&] { yhat::FashionMnist{folder.path()}; }); };
  const std::string train_images = folder / "train-images-idx3-ubyte";
  const std::string train_labels = folder / "train-labels-idx1-ubyte";
  yhat::test::write_file(train_labels, labels("\1\2"));
  CHECK(error() ==
        "load_idx: " + train_labels + ": byte 4: 2 labels, " + train_images + " has 3 images (must be equal)");
  yhat::test::write_file(train_labels, labels("\1\2\x0A"));
  CHECK(error() == "load_idx: " + train_labels + ": byte 10: label 10 (valid: [0, 9])");
  yhat::test::write_file(train_labels, images(3));
  CHECK(error() ==
        "load_idx: " + train_labels + ": magic 0x00000803 (labels: 0x00000801); hint: this is an image file");
  yhat::test::write_file(train_images, labels("\1\2"));
  CHECK(error() == "load_idx: " + train_images + ": magic 0x00000801 (images: 0x00000803); hint: this is a label file");
  yhat::test::write_file(train_images, images(3, 32));
  CHECK(error() == "load_idx: " + train_images + ": byte 8: images are 32 x 32 (must be 28 x 28)");
  yhat::test::write_file(train_images, images(0));
  CHECK(error() == "load_idx: " + train_images + ": byte 4: 0 images (at least 1)");
  yhat::test::write_file(train_images, images(3).substr(0, 1016));
  CHECK(error() == "load_idx: " + train_images +
                       ": header says 3 x 28 x 28 = 2368 bytes, file has 1016; hint: truncated, copy it again");
}

TEST_CASE("a plain file is taken before a packed one") {
  const TempFolder folder;
  write_four(folder);
  yhat::test::write_file(folder / "train-images-idx3-ubyte.gz", "not gzip");
  CHECK(yhat::FashionMnist(folder.path()).train.size() == 3);
}

TEST_CASE("which data: the folder given, then the environment, then the sample, and never a fall-back") {
  const TempFolder folder;
  write_four(folder);
  const yhat::test::Environment data("YHAT_DATA", "/no/such/folder");
  CHECK(yhat::open_dataset({.folder = folder.path()}).train.size() == 3);
  CHECK(message<yhat::IoError>([] { yhat::open_dataset(); }).find("FashionMnist: /no/such/folder: ") == 0);
  data.set(folder.path());
  CHECK(yhat::open_dataset().train.size() == 3);
  CHECK(message<yhat::IoError>([] { yhat::open_dataset({.folder = "/not/there"}); }).find("/not/there") !=
        std::string::npos);
  CHECK(message<yhat::ArgumentError>([] { yhat::open_dataset({.names = "cats"}); }) ==
        "class_names: 'cats' (fashion or digits)");
  data.set("");
#ifdef YHAT_TEST_EMBED_SAMPLE
  CHECK(yhat::open_dataset().sample);
  CHECK(message<yhat::ArgumentError>([] { yhat::open_dataset({.names = "digits"}); }).find("the built-in sample is") !=
        std::string::npos);
#else
  CHECK(message<yhat::IoError>([] { yhat::open_dataset(); }).find("this build has none") != std::string::npos);
#endif
}

#ifdef YHAT_TEST_EMBED_SAMPLE
TEST_CASE("the sample has 2,000 and 1,000 images with the known number per class, mean and deviation") {
  const yhat::TrainTest data = yhat::fashion_mnist_sample();
  CHECK(data.train.images.shape() == yhat::Shape{2000, 1, 28, 28});
  CHECK(data.test.images.shape() == yhat::Shape{1000, 1, 28, 28});
  CHECK(data.train.class_counts() == std::vector<std::int64_t>{194, 216, 202, 195, 186, 200, 194, 215, 198, 200});
  CHECK(data.test.class_counts() == std::vector<std::int64_t>{107, 105, 111, 93, 115, 87, 97, 95, 95, 95});
  const yhat::Normalisation statistics = yhat::channel_statistics(data.train.images);
  CHECK(statistics.mean[0] == doctest::Approx(0.2839).epsilon(2e-4));
  CHECK(statistics.std[0] == doctest::Approx(0.3535).epsilon(2e-4));
  CHECK(data.train.labels[0] == 9);  // the ankle boot that every introduction shows
  CHECK(yhat::describe(data).find("built-in sample: 2000 training and 1000 test images of 10 classes; hint: ") == 0);
}
#endif

TEST_CASE("the full Fashion-MNIST, where it is installed") {
  const std::string folder = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: " << folder << " is not there (Debian: dataset-fashion-mnist)");
    return;  // CTest reads the message
  }
#ifdef YHAT_TEST_ZLIB
  const yhat::FashionMnist data(folder);
  CHECK(data.train.class_counts() == std::vector<std::int64_t>(10, 6000));
  CHECK(data.test.class_counts() == std::vector<std::int64_t>(10, 1000));
  const yhat::Normalisation statistics = yhat::channel_statistics(data.train.images);
  CHECK(statistics.mean[0] == doctest::Approx(0.2860).epsilon(2e-4));
  CHECK(statistics.std[0] == doctest::Approx(0.3530).epsilon(2e-4));
#ifdef YHAT_TEST_EMBED_SAMPLE
  const yhat::TrainTest sample = yhat::fashion_mnist_sample();
  const auto all = data.train.images.data<float>();
  const auto first = sample.train.images.data<float>();
  CHECK(std::memcmp(all.data(), first.data(), first.size_bytes()) == 0);
#endif
#else
  CHECK(message<yhat::FormatError>([&] { yhat::FashionMnist{folder}; }).find("hint: gunzip -k /usr") !=
        std::string::npos);
#endif
}
