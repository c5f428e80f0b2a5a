// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "numbers.h"
#include "output.h"
#include "step_formulas.h"
#include "text_lines.h"

namespace yhat::trace {
namespace {

const TraceOp& op(const Trace& trace, int o) { return trace.ops[static_cast<std::size_t>(o)]; }

bool is_matrix(const Shape& s) {
  if (s.size() < 2 || s.numel() < 2) return false;
  const std::int64_t rows = s[s.size() - 2];
  const std::int64_t cols = s[s.size() - 1];
  return rows * cols == s.numel() && rows > 1 && rows <= 8 && cols <= 8;
}

void put_tensor(std::vector<std::string>& lines, const std::string& key, const MaybeNumbers& v, const Shape& shape,
                bool full) {
  if (v && is_matrix(shape)) {
    put(lines, key, fmt::format("{}", shape));
    put_grid(lines, *v, shape[shape.size() - 2], shape[shape.size() - 1], full);
  } else {
    put(lines, key, show(v, shape, full));
  }
}

std::string settings(const TraceEvent& e) {
  std::string text = e.rule;
  for (const TraceAttribute& a : e.settings) {
    if (a.name == "lr" || a.values[0] != 0) text += fmt::format(", {} {}", a.name, show(a.values[0]));
  }
  return text;
}

std::string heading(const Trace& trace, const TraceEvent& e) {
  const std::string& x = tensor(trace, e.tensor).name;
  switch (e.kind) {
    case EventKind::value:
      return fmt::format("value     {}", x);
    case EventKind::forward:
      return fmt::format("forward   {}{}", op_label(trace, e.op),
                         op(trace, e.op).during_backward ? "     (during backward)" : "");
    case EventKind::seed:
      return fmt::format("seed      {}", x);
    case EventKind::backward: {
      std::string text = fmt::format("backward  {} -> {}", op_label(trace, e.op), x);
      if (e.parts > 1) {
        text += fmt::format("     ({} is used {}; contribution {} of {})", x,
                            e.parts == 2 ? "twice" : fmt::format("{} times", e.parts), e.part, e.parts);
      }
      return text;
    }
    case EventKind::stored:
      return fmt::format("stored    {}     (an earlier backward left a gradient)", x);
    case EventKind::update:
      return fmt::format("update    {}     ({})", x, settings(e));
    case EventKind::zero_grad:
      return fmt::format("zero_grad {}", x);
  }
  return "";
}

// While its question stands, what a step changes is not told.
bool kept_back(const Trace& trace, int k, const TextOptions& options) {
  return options.ask && !options.told && trace.events[static_cast<std::size_t>(k - 1)].question;
}

// `hidden` is the tensor whose change is not told, or -1.
void put_state(std::vector<std::string>& lines, const Trace& trace, int k, bool full, int hidden) {
  const Trace::State state = trace.at(k);
  const Trace::State before = trace.at(k - 1);
  std::string line = " ";
  for (std::size_t t = 0; t < trace.tensors.size(); ++t) {
    if (trace.tensors[t].shape.numel() > 1 || !state.value[t]) continue;
    const bool secret = static_cast<int>(t) == hidden;
    const std::string value = secret && state.value[t] != before.value[t] ? "?" : show(state.value[t], {}, full);
    const std::string grad = secret && state.grad[t] != before.grad[t] ? "?" : show(state.grad[t], {}, full);
    const std::string item = fmt::format(" {} {} [{}]", trace.tensors[t].name, value, grad);
    if (line.size() + item.size() + 2 > text_width) {
      lines.push_back(line);
      line.assign(1, ' ');
    }
    line += fmt::format("{}{}", line.size() > 1 ? "  " : "", item);
  }
  if (line.size() > 1) lines.push_back(line);
}

// Every step but a contribution to a gradient.
void put_value(std::vector<std::string>& lines, const Trace& trace, const TraceEvent& e, const StepFormulas& f,
               bool full) {
  const Shape& shape = tensor(trace, e.tensor).shape;
  if (e.kind != EventKind::value && e.kind != EventKind::forward) put(lines, "rule", to_text(f.rule));
  if (!empty(f.numbers) && !full) put(lines, "numbers", to_text(f.numbers));
  if (e.kind == EventKind::update || e.kind == EventKind::zero_grad) {
    put_tensor(lines, "before", e.before, shape, full);
    put_tensor(lines, "after", e.kind == EventKind::update ? MaybeNumbers(e.data) : MaybeNumbers(), shape, full);
  } else {
    put_tensor(lines, e.kind == EventKind::seed ? "after" : "value", e.data, shape, full);
  }
}

void put_gradient(std::vector<std::string>& lines, const Trace& trace, const TraceEvent& e, const StepFormulas& f,
                  bool full) {
  const Shape& shape = tensor(trace, e.tensor).shape;
  const LocalDerivative& local = e.local;
  put(lines, "rule", to_text(f.rule));
  const bool scalar = local.kind == LocalDerivative::Kind::scalar;
  if (!empty(f.local)) put(lines, "local", to_text(f.local));
  if (local.kind == LocalDerivative::Kind::jacobian && local.rows <= 8 && local.cols <= 8) {
    if (empty(f.local)) put(lines, "local", fmt::format("J, {} x {}", local.rows, local.cols));
    put_grid(lines, local.data, local.rows, local.cols, full);
    if (local.differs()) {
      put(lines, "formula", "RED: by the formula, J is");
      put_grid(lines, local.closed, local.rows, local.cols, full);
    }
  }
  if (scalar && !full) {
    put(lines, "numbers", to_text(f.numbers));
  } else if (e.kind == EventKind::backward) {
    put_tensor(lines, "upstream", e.upstream, tensor(trace, op(trace, e.op).output).shape, full);
    if (local.kind == LocalDerivative::Kind::elementwise) put_tensor(lines, "slope", local.data, shape, full);
    if (e.raw) put(lines, "raw", fmt::format("{} elements, summed over broadcast axes", e.raw->size()));
  }
  if (!scalar || full) {
    put_tensor(lines, "before", e.before, shape, full);
    put_tensor(lines, "adds", e.contribution, shape, full);
  }
  const std::string check = check_text(e);
  if (shape.numel() == 1) {
    const std::string after = show(e.after, shape, full);
    put(lines, "after", check.empty() ? after : fmt::format("{:<12} {}", after, check));
  } else {
    put_tensor(lines, "after", e.after, shape, full);
    if (!check.empty()) put(lines, "check", check);
  }
}

std::string ascii_only(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) > 126) c = '?';
  }
  return text;
}

}  // namespace

std::string op_label(const Trace& trace, int o) { return to_text(op_formula(trace, op(trace, o))); }

std::vector<std::string> render_step(const Trace& trace, int k, const TextOptions& options) {
  const bool full = options.full;
  const TraceEvent& e = trace.events[static_cast<std::size_t>(k - 1)];
  std::vector<std::string> lines;
  std::string head = fmt::format("[{}/{}] {}", k, trace.events.size(), heading(trace, e));
  if (head.size() > text_width && head.find("     (") != std::string::npos) {
    const std::size_t cut = head.find("     (");
    lines = {head.substr(0, cut), fmt::format("  {}", head.substr(cut))};
  } else {
    lines = {head};
  }
  for (std::string& line : lines) line = line.substr(0, text_width);
  const StepFormulas f = formulas_of(trace, k, trace.at(k - 1));
  const bool secret = kept_back(trace, k, options);
  if (secret) {
    if (e.kind != EventKind::value && e.kind != EventKind::forward) put(lines, "rule", to_text(f.rule));
  } else if (e.kind == EventKind::backward || e.kind == EventKind::stored) {
    put_gradient(lines, trace, e, f, full);
  } else {
    put_value(lines, trace, e, f, full);
  }
  if (!e.reason.empty() && !secret) put(lines, "why", e.reason);
  if (!e.note.empty() && !secret) put(lines, "note", e.note, true);
  if (e.question && options.ask) put(lines, "predict", e.question->ask, true);
  put_state(lines, trace, k, full, secret ? e.tensor : -1);
  if (options.ascii) {
    for (std::string& line : lines) line = ascii_only(line);
  }
  return lines;
}

std::vector<std::string> render_micro(const Trace& trace, int k, int inside, const TextOptions& options) {
  const auto& micro = trace.events[static_cast<std::size_t>(k - 1)].micro;
  const MicroStep& step = micro[static_cast<std::size_t>(inside)];
  std::vector<std::string> lines;
  const std::string key = fmt::format("{}.{} of {}", k, inside + 1, micro.size());
  if (options.ask && !options.told && step.question) {
    put(lines, key, "predict: " + step.question->ask, true);
    return lines;
  }
  put(lines, key, step.say, true);
  if (!step.formula.empty()) put(lines, "", step.formula, true);
  for (const Grid& g : step.grids) {
    if (g.rows > 1 && g.rows <= 8 && g.cols <= 8) {
      put(lines, "", g.name);
      put_grid(lines, g.data, g.rows, g.cols, options.full);
    } else {
      put(lines, "",
          fmt::format("{}{}{}", g.name, g.name.empty() ? "" : " = ",
                      show(g.data, Shape{g.rows, g.cols}, options.full)));
    }
  }
  return lines;
}

std::vector<std::string> render_table(const Trace& trace, int k, const TextOptions& options) {
  const Trace::State state = trace.at(k);
  const int changed = trace.events[static_cast<std::size_t>(k - 1)].tensor;
  std::vector<std::string> lines = {fmt::format("  {:<12}{:<32}{}", "tensor", "value", "gradient")};
  for (std::size_t t = 0; t < trace.tensors.size(); ++t) {
    const Shape& s = trace.tensors[t].shape;
    const bool secret = kept_back(trace, k, options) && static_cast<int>(t) == changed;
    std::string line =
        fmt::format("  {:<11} {:<31} {}", trace.tensors[t].name, secret ? "?" : show(state.value[t], s, options.full),
                    secret ? "?" : show(state.grad[t], s, options.full));
    if (line.size() > text_width) line = line.substr(0, text_width - 3) + "...";
    lines.push_back(options.ascii ? ascii_only(line) : line);
  }
  return lines;
}

std::string render_all(const Trace& trace, const TextOptions& options) {
  std::string out = trace.title + "\n";
  for (const std::string& s : trace.lead) {
    std::vector<std::string> lines;
    put(lines, "", s, true);
    for (const std::string& line : lines) out += line.substr(10) + "\n";
  }
  const auto n = static_cast<int>(trace.events.size());
  for (int k = 1; k <= n; ++k) {
    for (const TracePhase& p : trace.phases) {
      if (p.from == k) out += fmt::format("\n== {} ==\n", p.name);
    }
    out += "\n";
    for (const std::string& line : render_step(trace, k, options)) out += line + "\n";
  }
  if (!trace.tail.empty()) out += "\n";
  for (const std::string& s : trace.tail) {
    std::vector<std::string> lines;
    put(lines, "", s, true);
    for (const std::string& line : lines) out += line.substr(10) + "\n";
  }
  if (options.ask) {
    out += "\nAnswers\n";
    for (int k = 1; k <= n; ++k) {
      const TraceEvent& e = trace.events[static_cast<std::size_t>(k - 1)];
      if (!e.question) continue;
      std::vector<std::string> lines;
      put(lines, fmt::format("step {}", k), e.question->answer, true);
      lines.emplace_back();
      TextOptions told = options;
      told.told = true;
      const std::vector<std::string> step = render_step(trace, k, told);
      lines.insert(lines.end(), step.begin(), step.end());
      lines.emplace_back();
      for (const std::string& line : lines) out += line + "\n";
    }
  }
  return options.ascii ? ascii_only(out) : out;
}

std::string say(const Trace& trace, int k) {
  const TraceEvent& e = trace.events[static_cast<std::size_t>(k - 1)];
  const TraceTensor& t = tensor(trace, e.tensor);
  const std::string at = fmt::format("Step {} of {}", k, trace.events.size());
  const auto text = [&](const MaybeNumbers& v) { return v ? show(*v, t.shape) : std::string("not computed yet"); };
  switch (e.kind) {
    case EventKind::value:
      return fmt::format("{}, value: {} is {}.", at, t.name, text(e.data));
    case EventKind::forward:
      return fmt::format("{}, forward: {}, which is {}.", at, op_label(trace, e.op), text(e.data));
    case EventKind::seed:
      return fmt::format("{}, seed: L is {}, and dL/dL is {}.", at, t.name, text(e.data));
    case EventKind::backward: {
      const std::string from = tensor(trace, op(trace, e.op).output).name;
      std::string s = fmt::format("{}, backward, from {} to {}. ", at, from, t.name);
      if (e.local.kind == LocalDerivative::Kind::scalar) {
        const std::string product = fmt::format("{} times {}", text(e.upstream), text(e.local.data));
        s += e.before ? fmt::format("{} plus {} is {}.", text(e.before), product, text(e.after))
                      : fmt::format("{} is {}, the first contribution.", product, text(e.after));
      } else {
        s += e.before ? fmt::format("{} is added; the gradient is now {}.", text(e.contribution), text(e.after))
                      : fmt::format("The first contribution is {}.", text(e.contribution));
      }
      return e.reason.empty() ? s : fmt::format("{} {}.", s, e.reason);
    }
    case EventKind::stored:
      return fmt::format("{}: {} had the gradient {} from an earlier backward; {} is added, so it is {}.", at, t.name,
                         text(e.before), text(e.contribution), text(e.after));
    case EventKind::update:
      return fmt::format("{}, update: {} goes from {} to {} ({}).", at, t.name, text(e.before), text(e.data),
                         settings(e));
    case EventKind::zero_grad:
      return fmt::format("{}, zero_grad: the gradient {} of {} is removed.", at, text(e.before), t.name);
  }
  return at;
}

}  // namespace yhat::trace
