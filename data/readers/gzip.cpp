// SPDX-License-Identifier: MIT
#include "data/readers/gzip.h"

#include <fmt/format.h>

#include <algorithm>

#include "yhat/error.h"

#ifdef YHAT_HAVE_ZLIB
#include <zlib.h>
#endif

namespace yhat::files {

bool is_gzip(Bytes bytes) { return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B}; }

#ifdef YHAT_HAVE_ZLIB
namespace {

class Inflater {
 public:
  Inflater(const Source& source, Bytes packed) : source_(source), packed_(packed) {
    // 15: the largest window; 16: a gzip wrapper and no other, whose checksum and length inflate() verifies at its end.
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw IoError(source.op(), source.path(), ENOMEM, "zlib cannot start");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool ended() const { return ended_; }
  std::size_t consumed() const { return consumed_; }

  /// Unpacks until `out` is full or the member ends; the number of bytes. A full `out` does not mean that the member
  /// goes on: only a further byte asked for shows its end.
  std::size_t read(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size() && !ended_) {
      // zlib counts in unsigned int.
      const auto in_part = static_cast<uInt>(std::min<std::size_t>(packed_.size() - consumed_, 1U << 30));
      const auto out_part = static_cast<uInt>(std::min<std::size_t>(out.size() - done, 1U << 30));
      stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed_.data() + consumed_));
      stream_.avail_in = in_part;
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + done);
      stream_.avail_out = out_part;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t took = in_part - stream_.avail_in;
      const std::size_t made = out_part - stream_.avail_out;
      consumed_ += took;
      done += made;
      if (status == Z_STREAM_END) {
        ended_ = true;
      } else if (status == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        source_.fail(static_cast<std::int64_t>(consumed_),
                     fmt::format("damaged gzip data ({})", stream_.msg != nullptr ? stream_.msg : "no reason given"));
      } else if (took == 0 && made == 0) {
        source_.fail(static_cast<std::int64_t>(packed_.size()),
                     "the gzip data end early; hint: truncated, copy it again");
      }
    }
    return done;
  }

 private:
  const Source& source_;
  Bytes packed_;
  z_stream stream_{};
  std::size_t consumed_ = 0;
  bool ended_ = false;
};

}  // namespace

std::vector<std::byte> gunzip(const Source& source, Bytes packed, std::size_t head,
                              const std::function<std::uint64_t(Bytes)>& announced) {
  std::vector<std::byte> first(head);
  Inflater look(source, packed);
  first.resize(look.read(first));
  const std::uint64_t size = announced(first);
  const std::uint64_t limit = 1032 * std::uint64_t{packed.size()} + 1024;
  if (size > limit) {
    source.fail(-1, fmt::format("header says {} bytes, {} packed bytes hold at most {} (deflate's limit is 1032 : 1)",
                                size, packed.size(), limit));
  }
  std::vector<std::byte> out(static_cast<std::size_t>(size));
  Inflater inflater(source, packed);
  const std::size_t got = inflater.read(out);
  std::byte more;
  const bool longer = got == out.size() && inflater.read(std::span(&more, 1)) != 0;
  if (got < out.size() || longer) {
    source.fail(-1,
                fmt::format("header says {} bytes, unpacked there are {}{}", size, longer ? "more than " : "", got));
  }
  if (inflater.consumed() != packed.size()) {
    source.fail(static_cast<std::int64_t>(inflater.consumed()),
                fmt::format("{} bytes follow the gzip data (exactly one member, nothing after it)",
                            packed.size() - inflater.consumed()));
  }
  return out;
}

#else
std::vector<std::byte> gunzip(const Source& source, Bytes, std::size_t, const std::function<std::uint64_t(Bytes)>&) {
  source.fail(-1, fmt::format("is compressed and this build has no zlib; hint: gunzip -k {}, or install zlib (Debian: "
                              "zlib1g-dev) and rebuild",
                              source.path()));
}
#endif

}  // namespace yhat::files
