// SPDX-License-Identifier: MIT
#include "data/readers/jpeg.h"

#include <fmt/format.h>

#include "yhat/error.h"

#ifdef YHAT_HAVE_JPEG
#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>  // after <cstdio>, whose types it uses
#endif

namespace yhat::files {

#ifdef YHAT_HAVE_JPEG
namespace {

constexpr std::uint64_t most_pixels = std::uint64_t{1} << 26;
constexpr int most_scans = 500;  // each scan of a progressive picture costs a pass over all of it

/// libjpeg ends the program at an error unless it is made to jump away. A jump runs no destructors, so that the two
/// functions that can be jumped out of have none to run: all they touch lives here, in their caller.
struct Decoder {
  jpeg_decompress_struct info;  // first: its address is that of the whole
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf start;
  char message[JMSG_LENGTH_MAX];
};
Decoder& decoder_of(j_common_ptr info) { return *reinterpret_cast<Decoder*>(info); }

[[noreturn]] void jump(j_common_ptr info) {
  Decoder& d = decoder_of(info);
  (*info->err->format_message)(info, d.message);
  std::longjmp(d.start, 1);
}
void take_message(j_common_ptr info, int level) {
  if (level < 0) jump(info);  // a warning: data are damaged and would be guessed
}
void count_scans(j_common_ptr info) {
  Decoder& d = decoder_of(info);
  if (d.info.input_scan_number <= most_scans) return;
  std::snprintf(d.message, sizeof d.message, "more than %d scans", most_scans);
  std::longjmp(d.start, 1);
}

bool read_header(Decoder& d, const unsigned char* data, unsigned long size) {
  if (setjmp(d.start) != 0) return false;
  jpeg_create_decompress(&d.info);
  d.info.progress = &d.progress;
  jpeg_mem_src(&d.info, data, size);
  jpeg_read_header(&d.info, TRUE);
  return true;
}

bool read_rows(Decoder& d, unsigned char* rows) {
  if (setjmp(d.start) != 0) return false;
  d.info.out_color_space = JCS_RGB;
  d.info.dct_method = JDCT_ISLOW;  // the exact one, the same on every processor
  jpeg_start_decompress(&d.info);
  while (d.info.output_scanline < d.info.output_height) {
    JSAMPROW row = rows + std::size_t{3} * d.info.output_width * d.info.output_scanline;
    jpeg_read_scanlines(&d.info, &row, 1);
  }
  jpeg_finish_decompress(&d.info);
  return true;
}

struct Destroy {
  Decoder& d;
  ~Destroy() { jpeg_destroy_decompress(&d.info); }
};

}  // namespace

Tensor read_jpeg(const Source& source, Bytes bytes) {
  Decoder d{};
  d.info.err = jpeg_std_error(&d.errors);
  d.errors.error_exit = jump;
  d.errors.emit_message = take_message;
  d.progress.progress_monitor = count_scans;
  const Destroy destroy{d};
  const auto consumed = [&] {
    return d.info.src == nullptr ? 0 : static_cast<std::int64_t>(bytes.size() - d.info.src->bytes_in_buffer);
  };
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (!read_header(d, data, static_cast<unsigned long>(bytes.size()))) {
    source.fail(consumed(), fmt::format("damaged JPEG ({})", d.message));
  }
  if (d.info.jpeg_color_space == JCS_CMYK || d.info.jpeg_color_space == JCS_YCCK) {
    source.fail(consumed(), "JPEG with CMYK colours (must be RGB or grey); hint: convert it, or skip it");
  }
  const std::uint64_t pixels = std::uint64_t{d.info.image_width} * d.info.image_height;
  // A block of 64 pixels takes at least one bit per colour in one scan, so that more pixels than this are not there.
  const std::uint64_t possible = 1024 * std::uint64_t{bytes.size()};
  if (pixels == 0 || pixels > most_pixels || pixels > possible) {
    source.fail(consumed(), fmt::format("{} x {} pixels in {} bytes (1 to 2^26 and at most 1024 per byte)",
                                        d.info.image_height, d.info.image_width, bytes.size()));
  }
  std::vector<unsigned char> rows(static_cast<std::size_t>(3 * pixels));
  if (!read_rows(d, rows.data())) source.fail(consumed(), fmt::format("damaged JPEG ({})", d.message));
  if (d.info.src->bytes_in_buffer != 0) {
    source.fail(consumed(),
                fmt::format("{} bytes follow the picture (nothing may follow)", d.info.src->bytes_in_buffer));
  }
  Tensor image =
      empty(Shape{3, static_cast<std::int64_t>(d.info.output_height), static_cast<std::int64_t>(d.info.output_width)});
  const std::span<float> out = image.mutable_data<float>();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out[i % 3 * static_cast<std::size_t>(pixels) + i / 3] = static_cast<float>(rows[i]) / 255.0F;
  }
  return image;
}

#else
Tensor read_jpeg(const Source& source, Bytes) {
  source.fail(-1, "is a JPEG and this build has no libjpeg; hint: install it (Debian: libjpeg-dev) and rebuild");
}
#endif

}  // namespace yhat::files
