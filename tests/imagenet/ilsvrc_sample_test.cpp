// SPDX-License-Identifier: MIT
#include "imagenet/ilsvrc_sample.h"

#include <cmath>
#include <set>

#include "imagenet/jpeg_file.h"
#include "tests/imagenet/support.h"
#include "tests/near.h"

using namespace yhat;

#ifdef YHAT_TEST_EMBED_SAMPLE
TEST_CASE("the sample folder has the shape of ILSVRC and shows what its labels say") {
  const yhat::test::Ilsvrc ilsvrc;
  CHECK(ilsvrc.sample.train.size() == 50);
  REQUIRE(ilsvrc.sample.val.size() == 50);
  const Synsets synsets = read_synsets(ilsvrc.synsets());
  CHECK(synsets.size() == 10);
  CHECK_FALSE(std::is_sorted(synsets.by_id.begin(), synsets.by_id.end()));  // the two orders differ, as ImageNet's do
  const std::vector<std::int64_t> truth = read_ground_truth(ilsvrc.truth(), synsets);
  const ImageList val = validation_pictures(ilsvrc.val(), truth, synsets);
  CHECK(synset_pictures(ilsvrc.by_synset(), synsets).size() == 50);
  const TrainTest fashion = fashion_mnist_sample();
  std::set<std::string> endings;
  std::set<std::vector<std::int64_t>> sizes;
  for (std::size_t i = 0; i < 50; ++i) {
    const demo::SamplePicture& p = ilsvrc.sample.val[i];
    CHECK(val.items[i].path == ilsvrc.folder / p.path);
    const std::string& wnid = synsets.wnids[static_cast<std::size_t>(truth[i])];
    CHECK(wnid == p.wnid);
    for (const demo::SampleSynset& s : demo::sample_synsets()) {
      if (wnid == s.wnid) CHECK(fashion.test.labels[static_cast<std::size_t>(p.source)] == s.kind);
    }
    endings.insert(std::filesystem::path(p.path).extension().string());
    const Tensor image = read_image(val.items[i].path);
    sizes.insert({image.dim(1), image.dim(2)});
    // Shrunk again, it is the image it was made of: as its red channel tells (edges apart).
    const std::int64_t side = std::min(image.dim(1), image.dim(2));
    const Tensor small = resize(centre_crop(image, side), {.height = 28, .width = 28});
    const Tensor source = reshape(slice(fashion.test.images, 0, p.source, p.source + 1), {1, 28, 28});
    const Tensor red = slice(small, 0, 0, 1);
    const double both = sum(red * source).item();
    CHECK(both / std::sqrt(sum(red * red).item() * sum(source * source).item()) > 0.95);
  }
  CHECK(sizes.size() == 4);
  CHECK(endings == (demo::can_write_jpeg() ? std::set<std::string>{".JPEG", ".ppm"} : std::set<std::string>{".ppm"}));
  CHECK(near::error_of<ArgumentError>([&] { demo::write_ilsvrc_sample(ilsvrc.folder.path(), fashion, 1000); }) ==
        "ilsvrc_sample: 1000 pictures per synset (there are 202 of 'Pullover')");
}
#endif
