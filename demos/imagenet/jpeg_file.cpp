// SPDX-License-Identifier: MIT
#include "imagenet/jpeg_file.h"

#include <fmt/format.h>
#include <yhat/error.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#ifdef YHAT_HAVE_JPEG
#include <jpeglib.h>  // after <cstdio>, whose types it uses
#endif

namespace demo {

#ifdef YHAT_HAVE_JPEG
namespace {

// (3,H,W) in [0, 1] -> rows of red, green, blue bytes
std::vector<unsigned char> rows_of(const yhat::Tensor& image) {
  const auto x = image.data<float>();
  const std::size_t plane = x.size() / 3;
  std::vector<unsigned char> rows(x.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const float v = std::clamp(x[i % 3 * plane + i / 3], 0.0F, 1.0F);
    rows[i] = static_cast<unsigned char>(std::lround(255 * v));
  }
  return rows;
}

}  // namespace

bool can_write_jpeg() { return true; }

// Written to memory, where libjpeg can fail only for want of memory; then it ends the program.
void write_jpeg(const std::string& path, const yhat::Tensor& image, int quality) {
  if (image.ndim() != 3 || image.dim(0) != 3 || image.size() == 0) {
    throw yhat::ShapeError("write_jpeg", fmt::format("image {} (must be [3, H, W], not empty)", image.shape()));
  }
  std::vector<unsigned char> rows = rows_of(image);
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_height = static_cast<JDIMENSION>(image.dim(1));
  info.image_width = static_cast<JDIMENSION>(image.dim(2));
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.dct_method = JDCT_ISLOW;  // the same bytes on every processor
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = rows.data() + std::size_t{3} * info.image_width * info.next_scanline;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  out.close();
  std::free(bytes);
  if (!out) throw yhat::IoError("write_jpeg", path, EIO, "cannot be written");
}

#else

bool can_write_jpeg() { return false; }

void write_jpeg(const std::string& path, const yhat::Tensor&, int) {
  throw yhat::ArgumentError("write_jpeg", path + ": this build has no libjpeg; hint: install it (Debian: libjpeg-dev)");
}

#endif

}  // namespace demo
