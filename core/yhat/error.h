// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace yhat {

/// Every error that yhat throws. The text is one line:
/// `op (module.path): what was wrong, with the values (what is allowed); hint: what to do`.
/// An error is thrown before anything changes: parameters, gradients and files are as they were.
class Error : public std::runtime_error {
 public:
  /// `op` names the function the user called; the path of the open module, if any, is added by itself.
  Error(const std::string& op, const std::string& message);
  /// The function that the user called, as the text begins.
  const std::string& op() const { return op_; }

 private:
  std::string op_;
};

/// Sizes that do not fit together.
class ShapeError : public Error {
  using Error::Error;
};

/// An axis, index or label outside its range.
class IndexError : public Error {
  using Error::Error;
};

/// Any other argument outside what is allowed, mixed dtypes included.
class ArgumentError : public Error {
  using Error::Error;
};

/// A graph that cannot be differentiated as asked, or a gradient of the wrong shape.
class GraphError : public Error {
  using Error::Error;
};

/// A NaN, an infinity or a wrong gradient where none may be.
class NumericError : public Error {
  using Error::Error;
};

/// A file whose content is not what its format says.
class FormatError : public Error {
 public:
  /// `path` may be empty, for content that was not read from a file; `offset` is the byte at which the defect was
  /// found, -1 if it is not tied to one.
  FormatError(const std::string& op, const std::string& path, std::int64_t offset, const std::string& message);
  /// The file, empty if the content was not read from one.
  const std::string& path() const { return path_; }
  /// The byte at which the defect was found, -1 if it is not tied to one.
  std::int64_t offset() const { return offset_; }

 private:
  std::string path_;
  std::int64_t offset_;
};

/// A file that cannot be opened, read or written.
class IoError : public Error {
 public:
  /// `code` is the operating system's error number (errno).
  IoError(const std::string& op, const std::string& path, int code, const std::string& message);
  /// The file or folder.
  const std::string& path() const { return path_; }
  /// The operating system's error number (errno).
  int code() const { return code_; }

 private:
  std::string path_;
  int code_;
};

}  // namespace yhat
