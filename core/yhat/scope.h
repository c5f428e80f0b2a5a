// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace yhat {

/// A named stretch of a computation: a module's forward, or a library function made of several ops. While a Scope is
/// alive, errors and observers see its path. Scopes nest, per thread; each must be destroyed in reverse order.
class Scope {
 public:
  /// `name` must outlive the scope (a string literal).
  explicit Scope(const char* name);
  virtual ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// The next scope outwards, null for the outermost.
  const Scope* outer() const { return outer_; }
  /// Grows with every scope that is opened: tells two calls of one module apart.
  std::uint64_t id() const { return id_; }
  /// What this scope adds to the path: its name, or nothing (modules name themselves from the outermost model).
  virtual std::string path() const;

  /// The innermost open scope of this thread, null if none is open.
  static const Scope* current();

 private:
  const char* name_;
  const Scope* outer_;
  std::uint64_t id_;
};

/// The path of the innermost open scope, "features.3"; empty if none is open.
std::string scope_path();

}  // namespace yhat
