// SPDX-License-Identifier: MIT
// NumPy's .npy: "\x93NUMPY", version, length of the header, the header (the text of a Python dictionary), the data.
#include "yhat/npy.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "core/files/atomic_file.h"
#include "core/files/bytes.h"
#include "yhat/error.h"

namespace yhat {
namespace {

using files::Bytes;
using files::in_quotes;
using files::Source;

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = 10'000;
constexpr const char* convert = "hint: np.save(path, np.ascontiguousarray(a, dtype=\"<f4\"))";

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::size_t data_at = 0;
};

/// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } and nothing else of Python.
class DictionaryReader {
 public:
  DictionaryReader(const Source& source, std::string_view text, std::size_t text_at)
      : source_(source), text_(text), text_at_(text_at) {}

  Header read() {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::uint64_t>> shape;
    expect('{');
    while (!take('}')) {
      const std::size_t key_at = at_;
      const std::string key = string();
      expect(':');
      if (key == "descr" && !descr) {
        descr = type();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = truth();
      } else if (key == "shape" && !shape) {
        shape = tuple();
      } else {
        fail(key_at, fmt::format("key {} (descr, fortran_order and shape, each once)", in_quotes(key)));
      }
      if (take('}')) break;
      expect(',');
    }
    skip_blanks();
    if (at_ != text_.size()) fail(at_, "more text after the dictionary (only blanks)");
    if (!descr) fail(0, "the header has no 'descr'");
    if (!fortran_order) fail(0, "the header has no 'fortran_order'");
    if (!shape) fail(0, "the header has no 'shape'");
    return {*descr, *fortran_order, *shape, 0};
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& message) const {
    source_.fail(static_cast<std::int64_t>(text_at_ + at), message);
  }
  [[noreturn]] void unexpected(const std::string& wanted) const {
    fail(at_, at_ < text_.size()
                  ? fmt::format("{} in the header (expected {})", in_quotes(text_.substr(at_, 1)), wanted)
                  : fmt::format("the header ends (expected {})", wanted));
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) unexpected(fmt::format("'{}'", c));
  }
  std::string string() {
    skip_blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') unexpected("a text in quotes");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail(at_, "a text without its closing quote");
    std::string result(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return result;
  }
  std::string type() {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '[') fail(at_, fmt::format("a structured dtype is not read; {}", convert));
    return string();
  }
  bool truth() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return word == "True";
      }
    }
    unexpected("True or False");
  }
  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> sizes;
    expect('(');
    while (!take(')')) {
      skip_blanks();
      std::uint64_t size = 0;
      const char* first = text_.data() + at_;
      const auto [last, error] = std::from_chars(first, text_.data() + text_.size(), size);
      if (error == std::errc::result_out_of_range) fail(at_, "a size of 2^64 or more (at most 2^63 - 1 bytes)");
      if (error != std::errc()) unexpected("a size >= 0");
      at_ += static_cast<std::size_t>(last - first);
      sizes.push_back(size);
      if (take(',')) continue;
      if (sizes.size() == 1) unexpected("',': a tuple of one size is (3,)");
      expect(')');
      break;
    }
    return sizes;
  }

  const Source& source_;
  std::string_view text_;
  std::size_t text_at_;
  std::size_t at_ = 0;
};

/// Reads the header and checks that the file has exactly the data it announces.
Header read_header(const Source& source, std::string_view allowed, std::uint64_t (*width_of)(std::string_view)) {
  std::byte start[12] = {};
  const std::size_t there = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), sizeof start));
  source.read(0, std::span(start, there));
  const Bytes bytes(start);
  if (there < magic.size() || std::memcmp(start, magic.data(), magic.size()) != 0) {
    source.fail(0, "does not begin with \\x93NUMPY (must be a .npy file)");
  }
  const auto truncated = [&](std::uint64_t needed) {
    source.fail(-1, fmt::format("file has {} bytes, its header ends at {}; hint: truncated, copy it again",
                                source.size(), needed));
  };
  if (there < 8) truncated(8);
  const int major = std::to_integer<int>(start[6]);
  const int minor = std::to_integer<int>(start[7]);
  if (major < 1 || major > 3 || minor != 0)
    source.fail(6, fmt::format("version {}.{} (1.0, 2.0 or 3.0)", major, minor));
  const std::size_t text_at = major == 1 ? 10 : 12;
  if (there < text_at) truncated(text_at);
  const std::uint64_t length =
      major == 1 ? files::little_endian<std::uint16_t>(bytes, 8) : files::little_endian<std::uint32_t>(bytes, 8);
  if (length > longest_header) source.fail(8, fmt::format("header of {} bytes (at most {})", length, longest_header));
  if (source.size() < text_at + length) truncated(text_at + length);
  std::string text(static_cast<std::size_t>(length), ' ');
  source.read(text_at, std::as_writable_bytes(std::span(text)));
  Header header = DictionaryReader(source, text, text_at).read();
  header.data_at = text_at + text.size();

  const auto at = static_cast<std::int64_t>(text_at);
  const std::uint64_t width = width_of(header.descr);
  if (width == 0) {
    const bool object = header.descr.find('O') != std::string::npos;
    source.fail(at, fmt::format("dtype {} ({}){}; {}", in_quotes(header.descr), allowed,
                                object ? ": an object array is a pickle, which can run any program" : "", convert));
  }
  if (header.fortran_order && header.shape.size() > 1) {
    source.fail(at, fmt::format("Fortran order (must be C order); {}", convert));
  }
  if (header.shape.size() > Shape::max_ndim) {
    source.fail(at, fmt::format("{} axes (at most {})", header.shape.size(), Shape::max_ndim));
  }
  std::uint64_t data_bytes = 0;
  if (!files::array_bytes(header.shape, width, data_bytes)) {
    source.fail(at, fmt::format("shape ({}) overflows (at most 2^63 - 1 bytes)", fmt::join(header.shape, ", ")));
  }
  source.require_size(header.data_at + data_bytes, fmt::format("{} bytes of header + {} x ({})", header.data_at,
                                                               header.descr, fmt::join(header.shape, ", ")));
  return header;
}

Tensor read_tensor(const Source& source) {
  const Header header = read_header(source, "<f4 or <f8", [](std::string_view descr) -> std::uint64_t {
    return descr == "<f4" ? 4 : descr == "<f8" ? 8 : 0;
  });
  std::vector<std::int64_t> sizes;
  for (const std::uint64_t size : header.shape) sizes.push_back(static_cast<std::int64_t>(size));
  Tensor x = empty(Shape(sizes), header.descr == "<f4" ? Dtype::f32 : Dtype::f64);
  dispatch(x.dtype(), [&](auto zero) {
    const auto values = x.mutable_data<decltype(zero)>();
    source.read(header.data_at, std::as_writable_bytes(values));
    files::swap_unless_little(values);
  });
  return x;
}

std::vector<std::int64_t> read_labels(const Source& source) {
  const Header header = read_header(source, "|u1, <i4 or <i8 for labels", [](std::string_view descr) -> std::uint64_t {
    return descr == "|u1" ? 1 : descr == "<i4" ? 4 : descr == "<i8" ? 8 : 0;
  });
  if (header.shape.size() != 1) {
    source.fail(static_cast<std::int64_t>(magic.size()), fmt::format("{} axes (labels have 1)", header.shape.size()));
  }
  const std::vector<std::byte> bytes = source.read_all();
  const Bytes data = Bytes(bytes).subspan(header.data_at);
  std::vector<std::int64_t> labels(static_cast<std::size_t>(header.shape[0]));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] = header.descr == "|u1"   ? std::to_integer<std::int64_t>(data[i])
                : header.descr == "<i4" ? files::little_endian<std::int32_t>(data, 4 * i)
                                        : files::little_endian<std::int64_t>(data, 8 * i);
  }
  return labels;
}

/// Header and data, passed on in two pieces.
template <class Sink>
void write(const char* op, const Tensor& x, const Sink& sink) {
  if (!x.defined()) throw ArgumentError(op, "the tensor is undefined");
  const char* one = x.ndim() == 1 ? "," : "";
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                 x.dtype() == Dtype::f32 ? "<f4" : "<f8", fmt::join(x.shape(), ", "), one);
  text.append(63 - (10 + text.size()) % 64, ' ');  // with the line feed, the data begin at a multiple of 64
  text += '\n';
  std::string head(magic);
  head += {'\1', '\0', static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
  head += text;
  sink(std::as_bytes(std::span(head)));
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::endian::native == std::endian::little) {
      sink(std::as_bytes(x.data<T>()));
    } else {
      std::vector<T> swapped(x.data<T>().begin(), x.data<T>().end());
      files::swap_unless_little(std::span(swapped));
      sink(std::as_bytes(std::span<const T>(swapped)));
    }
  });
}

}  // namespace

Tensor load_npy(const std::string& path) { return read_tensor(Source("load_npy", path)); }
Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  return read_tensor(Source("load_npy", bytes, name));
}
std::vector<std::int64_t> load_npy_labels(const std::string& path) {
  return read_labels(Source("load_npy_labels", path));
}
std::vector<std::int64_t> parse_npy_labels(std::span<const std::byte> bytes, const std::string& name) {
  return read_labels(Source("load_npy_labels", bytes, name));
}

void save_npy(const std::string& path, const Tensor& x) {
  files::AtomicFile file("save_npy", path);
  write("save_npy", x, [&](Bytes bytes) { file.write(bytes); });
  file.commit();
}

std::vector<std::byte> npy_bytes(const Tensor& x) {
  std::vector<std::byte> out;
  write("npy_bytes", x, [&](Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); });
  return out;
}

}  // namespace yhat
