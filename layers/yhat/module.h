// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "yhat/ops.h"
#include "yhat/scope.h"
#include "yhat/state_dict.h"
#include "yhat/tensor.h"

namespace yhat {

class Module;

/// What a module is made of, as told by Module::visit. Names are unique within a module and contain no dot.
class Parts {
 public:
  virtual ~Parts() = default;
  /// Trained by an optimiser. An undefined tensor (no bias) is left out.
  void parameter(std::string_view name, Tensor& value) {
    if (value.defined()) on_parameter(name, value);
  }
  /// Kept with the model but not trained: running statistics, fixed prototypes.
  void buffer(std::string_view name, Tensor& value) {
    if (value.defined()) on_buffer(name, value);
  }
  /// A module inside this one.
  void child(std::string_view name, Module& module) { on_child(name, module); }
  /// A source of randomness used while training: what a checkpoint needs besides the state dict.
  void generator(std::string_view name, Rng& rng) { on_generator(name, rng); }

 private:
  virtual void on_parameter(std::string_view, Tensor&) {}
  virtual void on_buffer(std::string_view, Tensor&) {}
  virtual void on_child(std::string_view, Module&) {}
  virtual void on_generator(std::string_view, Rng&) {}
};

struct LayerInfo;

/// A part of a model: a function of one tensor, with parameters. To make one, write what it computes and what it is
/// made of:
///
///     struct TwoLayers : Module {
///       Linear fc1, fc2;
///       explicit TwoLayers(Rng& rng) : fc1(rng, {.in = 784, .out = 100}), fc2(rng, {.in = 100, .out = 10}) {}
///       Tensor forward(const Tensor& x) override { return fc2(relu(fc1(x))); }
///       void visit(Parts& p) override { p.child("fc1", fc1), p.child("fc2", fc2); }
///     };
///     Rng rng{42};
///     fmt::print("{}\n", TwoLayers(rng).parameter_count());
///     > 79510
///
/// Everything else follows from visit. Modules can be moved but not copied: a copy would share its weights in silence.
class Module {
 public:
  Module() = default;
  Module(Module&&) = default;
  Module& operator=(Module&&) = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  /// What the module computes; call it as `module(x)`, which also names it in errors.
  virtual Tensor forward(const Tensor& x) = 0;
  /// Names the parts. Must not change anything.
  virtual void visit(Parts&) {}
  /// What the layer does to an input of this shape (C,H,W) or (F), without batch axis, and what that costs: a row in
  /// tables (yhat/layer_info.h). By default no row, as for modules that are made of others.
  virtual LayerInfo info(const Shape& input) const;

  /// forward(x), inside a scope: errors and observers see the module's path ("features.3").
  Tensor operator()(const Tensor& x);

  /// Each parameter once, in the order of visit. Gives a parameter without label its path as label ("conv1.weight").
  Tensors parameters() const;
  /// Every path and its parameter; one that is shared by two modules appears under both paths.
  StateDict named_parameters() const;
  /// Every path and its buffer.
  StateDict named_buffers() const;
  /// The number of trainable elements, shared parameters counted once.
  std::int64_t parameter_count() const;
  /// The module at a path, "features.3". Throws ArgumentError if there is none.
  Module& at(std::string_view path);
  /// The module at a path as a type: `net.at<Conv2d>("conv1").weight`. Throws ArgumentError if it is of another type.
  template <class M>
  M& at(std::string_view path) {
    Module& found = at(path);
    if (M* m = dynamic_cast<M*>(&found)) return *m;
    wrong_type(path);
  }
  /// The path of a module inside this one: empty for this module itself, "?" if it is not inside.
  std::string path_of(const Module& inner) const;
  /// Every module inside, this one first, before its children.
  std::vector<Module*> modules();
  /// The sources of randomness inside, in order: save their states with a checkpoint to resume bit for bit.
  std::vector<Rng*> generators();

  /// Forgets all gradients: has_grad() is false afterwards.
  void zero_grad();
  /// Converts parameters and buffers in place, so that an optimiser made before keeps its hold on them; gradients are
  /// forgotten. Training in f32 and checking gradients in f64 is one call.
  Module& to(Dtype dtype);
  /// Training or evaluation, which dropout and batch norm tell apart. A new module is in training.
  void train(bool on = true);
  /// train(false).
  void eval() { train(false); }
  /// Whether it is in training.
  bool training() const { return training_; }
  /// Whether gradients flow to the parameters: `requires_grad_(false)` freezes them. Independent of train and eval.
  void requires_grad_(bool on);

 private:
  [[noreturn]] static void wrong_type(std::string_view path);
  bool training_ = true;
};

/// The arrays of a model with their paths: parameters, then buffers, then those of the children, in the order of visit.
/// The tensors share memory with the model: clone() what must outlive the next step.
StateDict state_dict(const Module& model);

/// Copies values into a model, converting the dtype. Strict: throws FormatError that lists the names missing, extra and
/// of wrong shape (the first 20, then a count), before anything has changed.
void load_state_dict(Module& model, const StateDict& state);

/// The scope of a module's forward pass. It knows its module; the path is worked out when somebody asks.
class ModuleScope : public Scope {
 public:
  /// Opens the scope of `module`, which must outlive it.
  explicit ModuleScope(const Module& module) : Scope("module"), module_(module) {}
  /// Whose forward pass it is.
  const Module& module() const { return module_; }
  /// The path from the outermost open module.
  std::string path() const override;

 private:
  const Module& module_;
};

/// Is told of every module's call on its thread while a WatchModules scope is open.
class ModuleObserver {
 public:
  virtual ~ModuleObserver() = default;
  /// A forward pass is about to start. `scope` is already open: scope.path() is the module's path.
  virtual void enter(const ModuleScope&, const Tensor& /*input*/) {}
  /// A forward pass has ended.
  virtual void leave(const ModuleScope&, const Tensor& /*input*/, const Tensor& /*output*/) {}
};

/// Lets `observer` watch the modules called on this thread until the scope ends.
class WatchModules {
 public:
  /// `observer` must outlive the scope; an inner scope replaces an outer one.
  explicit WatchModules(ModuleObserver& observer);
  ~WatchModules();
  WatchModules(const WatchModules&) = delete;
  WatchModules& operator=(const WatchModules&) = delete;

 private:
  ModuleObserver* before_;
};

}  // namespace yhat
