// SPDX-License-Identifier: MIT
#include "yhat/module.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "../core/tensor_impl.h"
#include "yhat/autograd.h"
#include "yhat/error.h"
#include "yhat/layer_info.h"

namespace yhat {
namespace {

thread_local ModuleObserver* module_observer = nullptr;

std::string join(const std::string& prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : fmt::format("{}.{}", prefix, name);
}

// visit() may not change anything, but hands out references through which others may.
Module& mutable_(const Module& m) { return const_cast<Module&>(m); }

/// Walks over everything a module is made of and calls what has been set, with the path.
class Walk : private Parts {
 public:
  std::function<void(const std::string&, Tensor&)> parameter, buffer;
  std::function<void(Rng&)> generator;
  std::function<bool(const std::string&, Module&)> module;  // false: do not go inside

  void run(const Module& root) { into("", mutable_(root)); }

 private:
  void into(const std::string& path, Module& m) {
    if (module && !module(path, m)) return;
    const std::string outer = std::exchange(prefix_, path);
    m.visit(*this);
    prefix_ = outer;
  }
  void on_parameter(std::string_view name, Tensor& value) override {
    if (parameter) parameter(join(prefix_, name), value);
  }
  void on_buffer(std::string_view name, Tensor& value) override {
    if (buffer) buffer(join(prefix_, name), value);
  }
  void on_child(std::string_view name, Module& m) override { into(join(prefix_, name), m); }
  void on_generator(std::string_view, Rng& rng) override {
    if (generator) generator(rng);
  }

  std::string prefix_;
};

}  // namespace

LayerInfo Module::info(const Shape& input) const { return {.output = input}; }

Tensor Module::operator()(const Tensor& x) {
  const ModuleScope scope(*this);
  if (!module_observer) return forward(x);
  ModuleObserver& observer = *module_observer;
  observer.enter(scope, x);
  Tensor y = forward(x);
  observer.leave(scope, x, y);
  return y;
}

WatchModules::WatchModules(ModuleObserver& observer) : before_(module_observer) { module_observer = &observer; }
WatchModules::~WatchModules() { module_observer = before_; }

// --- Paths ---

std::string Module::path_of(const Module& inner) const {
  std::string found = "?";
  Walk walk;
  walk.module = [&](const std::string& path, Module& m) {
    if (&m == &inner) found = path;
    return found == "?";
  };
  walk.run(*this);
  return found;
}

std::string ModuleScope::path() const {
  const ModuleScope* outermost = this;
  const ModuleScope* nearest = nullptr;  // the module around this one
  for (const Scope* s = outer(); s != nullptr; s = s->outer()) {
    if (const auto* m = dynamic_cast<const ModuleScope*>(s)) {
      outermost = m;
      if (!nearest) nearest = m;
    }
  }
  const std::string outside = outermost->outer() ? outermost->outer()->path() : "";
  std::string inside = outermost->module_.path_of(module_);
  // A module that its caller's visit() does not name shows the path of its caller.
  if (inside == "?") return nearest->path();
  return outside.empty() || inside.empty() ? outside + inside : outside + "." + inside;
}

Module& Module::at(std::string_view wanted) {
  Module* found = nullptr;
  std::string names;
  Walk walk;
  walk.module = [&](const std::string& path, Module& m) {
    if (path == wanted) found = &m;
    if (!path.empty() && path.find('.') == std::string::npos) names += (names.empty() ? "" : ", ") + path;
    return true;
  };
  walk.run(*this);
  if (!found) throw ArgumentError("Module::at", fmt::format("no module '{}' (there are: {})", wanted, names));
  return *found;
}

void Module::wrong_type(std::string_view path) {
  throw ArgumentError("Module::at", fmt::format("module '{}' is of another type than asked for", path));
}

// --- Parameters ---

namespace {
// "weight" may become "conv1.weight", but a name that somebody gave stays.
bool may_rename(const std::string& label, const std::string& path) {
  return label.empty() || (path.size() > label.size() && path.ends_with("." + label));
}
}  // namespace

Tensors Module::parameters() const {
  Tensors list;
  for (auto& [path, value] : named_parameters()) {
    bool listed = false;
    for (const Tensor& other : list) listed = listed || other.impl() == value.impl();
    if (listed) continue;
    if (may_rename(value.label(), path)) value.label(path);
    list.push_back(value);
  }
  return list;
}

StateDict Module::named_parameters() const {
  StateDict list;
  Walk walk;
  walk.parameter = [&](const std::string& path, Tensor& value) { list.emplace_back(path, value); };
  walk.run(*this);
  return list;
}

StateDict Module::named_buffers() const {
  StateDict list;
  Walk walk;
  walk.buffer = [&](const std::string& path, Tensor& value) { list.emplace_back(path, value); };
  walk.run(*this);
  return list;
}

std::int64_t Module::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& p : parameters()) count += p.size();
  return count;
}

std::vector<Module*> Module::modules() {
  std::vector<Module*> list;
  Walk walk;
  walk.module = [&](const std::string&, Module& m) {
    list.push_back(&m);
    return true;
  };
  walk.run(*this);
  return list;
}

std::vector<Rng*> Module::generators() {
  std::vector<Rng*> list;
  Walk walk;
  walk.generator = [&](Rng& rng) { list.push_back(&rng); };
  walk.run(*this);
  return list;
}

// --- Changing all of them ---

void Module::zero_grad() {
  for (Tensor& p : parameters()) p.zero_grad();
}

void Module::requires_grad_(bool on) {
  for (Tensor& p : parameters()) p.requires_grad_(on);
}

void Module::train(bool on) {
  Walk walk;
  walk.module = [on](const std::string&, Module& m) {
    m.training_ = on;
    return true;
  };
  walk.run(*this);
}

namespace {
void convert(Tensor& x, Dtype dtype) {
  if (x.dtype() == dtype) return;
  const bool wants_grad = x.requires_grad();
  const Tensor converted = x.detach().to(dtype);
  Tensor::Impl& impl = *x.impl();
  converted.impl()->buffer->version = impl.buffer->version + 1;  // a graph that saved the old values will notice
  converted.impl()->buffer->changed_by = "to";
  impl.buffer = converted.impl()->buffer;
  impl.dtype = dtype;
  impl.node = nullptr;
  x.requires_grad_(wants_grad);
}
}  // namespace

Module& Module::to(Dtype dtype) {
  Walk walk;
  walk.parameter = walk.buffer = [dtype](const std::string&, Tensor& x) { convert(x, dtype); };
  walk.run(*this);
  return *this;
}

// --- State dicts ---

StateDict state_dict(const Module& model) {
  StateDict state;
  Walk walk;
  walk.parameter = walk.buffer = [&](const std::string& path, Tensor& x) { state.emplace_back(path, x); };
  walk.run(model);
  return state;
}

namespace {

// "missing 'fc2.bias'; extra 'fc3.bias'; 'fc1.weight' is [10, 84] (model has [84, 120])", the first 20 of them.
std::string join_defects(const std::vector<std::string>& defects) {
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t i = 0; i < defects.size() && i < most; ++i) text += (i ? "; " : "") + defects[i];
  if (defects.size() > most) text += fmt::format("; and {} more", defects.size() - most);
  return text;
}

const Tensor* find(const StateDict& state, const std::string& name) {
  for (const auto& [n, value] : state) {
    if (n == name) return &value;
  }
  return nullptr;
}

}  // namespace

void load_state_dict(Module& model, const StateDict& state) {
  const StateDict own = state_dict(model);
  std::vector<std::string> defects;
  for (const auto& [name, value] : own) {
    if (!find(state, name)) defects.push_back(fmt::format("missing '{}'", name));
  }
  for (std::size_t i = 0; i < state.size(); ++i) {
    const std::string& name = state[i].first;
    if (!find(own, name)) defects.push_back(fmt::format("extra '{}'", name));
    if (find(state, name) != &state[i].second) defects.push_back(fmt::format("'{}' is there twice", name));
  }
  for (const auto& [name, value] : own) {
    const Tensor* given = find(state, name);
    if (given && given->shape() != value.shape()) {
      defects.push_back(fmt::format("'{}' is {} (model has {})", name, given->shape(), value.shape()));
    }
  }
  if (!defects.empty()) throw FormatError("load_state_dict", "", -1, join_defects(defects));
  // The state may hold the model's own arrays, under other names too: they are read before any is written.
  Tensors sources;
  for (const auto& [name, target] : own) {
    Tensor source = find(state, name)->detach().to(target.dtype());
    for (const auto& [other, value] : own) {
      if (other != name && source.shares_storage_with(value)) {
        source = source.clone();
        break;
      }
    }
    sources.push_back(std::move(source));
  }
  for (std::size_t k = 0; k < own.size(); ++k) {
    Tensor target = own[k].second;
    if (sources[k].shares_storage_with(target)) continue;
    dispatch(target.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto from = sources[k].data<T>();
      const auto into = target.mutable_data<T>("load_state_dict");
      for (std::size_t i = 0; i < from.size(); ++i) into[i] = from[i];
    });
  }
}

}  // namespace yhat
