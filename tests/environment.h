// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace yhat::test {

/// Sets an environment variable for a scope, or takes it away.
class Environment {
 public:
  Environment(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    set(value);
  }
  ~Environment() { set(old_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  void set(const std::optional<std::string>& value) const {
#ifdef _WIN32
    _putenv_s(name_, value.value_or("").c_str());
#else
    value ? setenv(name_, value->c_str(), 1) : unsetenv(name_);
#endif
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace yhat::test
