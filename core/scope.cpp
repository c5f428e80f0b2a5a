// SPDX-License-Identifier: MIT
#include "yhat/scope.h"

namespace yhat {
namespace {
thread_local const Scope* innermost = nullptr;
}

Scope::Scope(const char* name) : name_(name), outer_(innermost) { innermost = this; }
Scope::~Scope() { innermost = outer_; }
const Scope* Scope::current() { return innermost; }
std::string Scope::path() const {
  std::string outside = outer_ ? outer_->path() : "";
  return outside.empty() ? name_ : outside + "." + name_;
}
std::string scope_path() { return innermost ? innermost->path() : ""; }

}  // namespace yhat
