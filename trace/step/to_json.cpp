// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "json.h"
#include "layout.h"
#include "numbers.h"
#include "output.h"
#include "step_formulas.h"

namespace yhat::trace {
namespace {

constexpr std::size_t most_written = 256;
constexpr std::int64_t heat_size = 32;

// JSON's own reader, unlike strtod, knows no locale.
double to_three_digits(double v) { return Json::parse(fmt::format("{:.3g}", v)).get<double>(); }

// The last two axes of one plane, averaged down to the size of a picture. Three digits are enough for a tint.
Json picture(const double* values, std::int64_t n, std::int64_t rows, std::int64_t cols) {
  const std::int64_t height = std::min(rows, heat_size);
  const std::int64_t width = std::min(cols, heat_size);
  Json data = Json::array();
  for (std::int64_t i = 0; i < height; ++i) {
    for (std::int64_t j = 0; j < width; ++j) {
      double sum = 0;
      std::int64_t count = 0;
      for (std::int64_t r = i * rows / height; r < std::max((i + 1) * rows / height, i * rows / height + 1); ++r) {
        for (std::int64_t c = j * cols / width; c < std::max((j + 1) * cols / width, j * cols / width + 1); ++c) {
          if (r * cols + c >= n) continue;
          sum += values[r * cols + c];
          ++count;
        }
      }
      const double mean = count ? sum / static_cast<double>(count) : 0;
      data.push_back(std::isfinite(mean) ? Json(to_three_digits(mean)) : json_number(mean));
    }
  }
  return data;
}

Json heat_map(const Numbers& values, const Shape& shape, int planes) {
  const auto n = static_cast<std::int64_t>(values.size());
  const bool vector = shape.size() < 2 || shape[shape.size() - 1] == n;
  const std::int64_t cols = vector ? std::min<std::int64_t>(n, 32) : shape[shape.size() - 1];
  const std::int64_t rows = vector ? (n + cols - 1) / cols : shape[shape.size() - 2];
  const std::int64_t size = rows * cols;
  const std::int64_t all = std::max<std::int64_t>(1, n / size);
  Json heat = {{"rows", std::min(rows, heat_size)}, {"cols", std::min(cols, heat_size)}, {"planes", all}};
  heat["data"] = picture(values.data(), n, rows, cols);
  Json more = Json::array();
  for (std::int64_t p = 1; p < std::min<std::int64_t>(all, planes); ++p) {
    more.push_back(picture(values.data() + p * size, size, rows, cols));
  }
  if (!more.empty()) heat["more"] = std::move(more);
  return heat;
}

Json settings_json(const std::vector<TraceAttribute>& attributes) {
  Json out = Json::object();
  for (const TraceAttribute& a : attributes) {
    out[a.name] = a.values.size() == 1 ? json_number(a.values[0]) : json_numbers(a.values);
  }
  return out;
}

Json shape_json(const Shape& shape) {
  Json out = Json::array();
  for (std::int64_t n : shape) out.push_back(n);
  return out;
}

Json question_json(const Question& q) { return {{"q", q.ask}, {"a", q.answer}}; }

Json grid_json(const Grid& g) {
  return {{"name", g.name},
          {"data", json_tensor(g.data, Shape{g.rows, g.cols})},
          {"rows", g.rows},
          {"cols", g.cols},
          {"lit", g.lit}};
}

Json micro_json(const MicroStep& m) {
  Json grids = Json::array();
  for (const Grid& g : m.grids) grids.push_back(grid_json(g));
  Json j = {{"say", m.say}, {"grids", std::move(grids)}};
  if (!m.mathml.empty()) j["formula"] = {{"mathml", m.mathml}, {"text", m.formula}};
  if (m.question) j["ask"] = question_json(*m.question);
  return j;
}

const char* kind_name(EventKind kind) {
  switch (kind) {
    case EventKind::value:
      return "value";
    case EventKind::forward:
      return "forward";
    case EventKind::seed:
      return "seed";
    case EventKind::backward:
      return "backward";
    case EventKind::stored:
      return "stored";
    case EventKind::update:
      return "update";
    case EventKind::zero_grad:
      return "zero_grad";
  }
  return "";
}

const char* state_name(NumericCheck::State state) {
  switch (state) {
    case NumericCheck::State::none:
      return "none";
    case NumericCheck::State::partial:
      return "partial";
    case NumericCheck::State::ok:
      return "ok";
    case NumericCheck::State::not_smooth:
      return "not smooth here";
    case NumericCheck::State::red:
      return "red";
  }
  return "";
}

// The values of one tensor, and how many pictures they get.
struct Values {
  const TraceTensor& tensor;
  Json operator()(const Numbers& values) const { return json_tensor(values, tensor.shape, tensor.planes); }
};

Json backward_json(const Trace& trace, const TraceEvent& e, const Values& values) {
  using Kind = LocalDerivative::Kind;
  Json j;
  if (e.kind == EventKind::backward) {
    const TraceOp& op = trace.ops[static_cast<std::size_t>(e.op)];
    j["input"] = e.input;
    j["from"] = op.output;
    j["upstream"] = Values{trace.tensors[static_cast<std::size_t>(op.output)]}(e.upstream);
    Json local = {{"kind", e.local.kind == Kind::scalar        ? "scalar"
                           : e.local.kind == Kind::elementwise ? "elementwise"
                           : e.local.kind == Kind::jacobian    ? "jacobian"
                                                               : "rule"},
                  {"rows", e.local.rows},
                  {"cols", e.local.cols}};
    if (!e.local.data.empty()) local["data"] = json_numbers(e.local.data);
    if (!e.local.closed.empty()) local["closed"] = json_numbers(e.local.closed);
    if (e.local.differs()) local["differs"] = true;
    j["local"] = std::move(local);
    if (e.raw) j["raw"] = {{"elements", e.raw->size()}, {"summed", e.summed_axes}};
    j["part"] = {e.part, e.parts};
    j["released"] = e.released;
  }
  j["contrib"] = values(e.contribution);
  j["before"] = e.before ? values(*e.before) : Json(nullptr);
  j["after"] = values(e.after);
  Json check = {{"state", state_name(e.check.state)}, {"text", check_text(e)}};
  if (!e.check.numeric.empty()) {
    check["elements"] = e.check.elements;
    check["numeric"] = json_numbers(e.check.numeric);
    check["h"] = e.check.step;
    check["max_rel"] = json_number(e.check.max_rel);
  }
  j["check"] = std::move(check);
  return j;
}

Json event_json(const Trace& trace, int k, const Trace::State& before) {
  const TraceEvent& e = trace.events[static_cast<std::size_t>(k - 1)];
  const Values values{trace.tensors[static_cast<std::size_t>(e.tensor)]};
  Json j = {{"k", k}, {"kind", kind_name(e.kind)}, {"tensor", e.tensor}, {"say", say(trace, k)}};
  j["text"] = render_step(trace, k, {});
  if (e.op >= 0) j["op"] = e.op;
  const StepFormulas f = formulas_of(trace, k, before);
  Json subst = Json::object();
  const std::pair<const char*, const Expr*> rows[] = {
      {"rule", &f.rule}, {"numbers", &f.numbers}, {"result", &f.result}, {"local", &f.local}};
  for (const auto& [key, expr] : rows) {
    if (!empty(*expr)) subst[key] = expr == &f.result ? to_mathml_in_parts(*expr) : to_mathml(*expr);
  }
  j["subst"] = std::move(subst);
  if (e.kind == EventKind::backward || e.kind == EventKind::stored) {
    j.update(backward_json(trace, e, values));
  } else if (e.kind == EventKind::zero_grad) {
    j["before"] = values(*e.before);
    j["after"] = nullptr;
  } else {
    j[e.kind == EventKind::forward ? "out" : e.kind == EventKind::update ? "after" : "data"] = values(e.data);
    if (e.kind == EventKind::update) {
      j["before"] = values(*e.before);
      j["rule"] = e.rule;
      j["settings"] = settings_json(e.settings);
    }
  }
  if (!e.micro.empty()) {
    Json micro = Json::array();
    for (const MicroStep& m : e.micro) micro.push_back(micro_json(m));
    j["micro"] = std::move(micro);
  }
  if (!e.reason.empty()) j["reason"] = e.reason;
  if (!e.note.empty()) j["note"] = e.note;
  if (e.question) j["ask"] = question_json(*e.question);
  return j;
}

Json layout_json(const Trace& trace) {
  const Layout layout = lay_out(trace);
  Json nodes = Json::array();
  for (const Box& b : layout.boxes) {
    const bool op = trace.tensors[static_cast<std::size_t>(b.tensor)].producer >= 0;
    nodes.push_back({{"t", op ? "op" : "tensor"}, {"id", b.tensor}, {"x", b.x}, {"y", b.y}, {"w", b.w}, {"h", b.h}});
  }
  Json edges = Json::array();
  for (const Wire& w : layout.wires) edges.push_back({{"from", w.from}, {"to", w.to}, {"pts", w.pts}});
  return {{"w", layout.w}, {"h", layout.h}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

}  // namespace

Json json_number(double value) {
  if (std::isfinite(value)) return value;
  return show(value);
}

Json json_numbers(const Numbers& values) {
  Json out = Json::array();
  for (double v : values) out.push_back(json_number(v));
  return out;
}

Json json_tensor(const Numbers& values, const Shape& shape, int planes) {
  if (values.size() <= most_written) return json_numbers(values);
  const Summary s = summarise(values);
  return {{"shape", shape_json(shape)},
          {"min", json_number(s.min)},
          {"mean", json_number(s.mean)},
          {"max", json_number(s.max)},
          {"zeros", s.zeros},
          {"nonfinite", s.nonfinite},
          {"heat", heat_map(values, shape, planes)}};
}

std::string dump(const Json& json) {
  std::string out;
  for (char c : json.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

Json trace_json(const Trace& trace) {
  Json j = {{"schema", "yhat.trace/1"}, {"title", trace.title}, {"page", "stepper"}, {"command", trace.command}};
  j["engine"] = {{"version", trace.version}, {"dtype", trace.dtype}, {"seed", trace.seed}};
  j["expects_red"] = trace.expects_red;
  Json tensors = Json::array();
  for (std::size_t i = 0; i < trace.tensors.size(); ++i) {
    const TraceTensor& t = trace.tensors[i];
    tensors.push_back({{"id", i},
                       {"name", t.name},
                       {"shape", shape_json(t.shape)},
                       {"role", t.role},
                       {"requires_grad", t.requires_grad}});
  }
  j["tensors"] = std::move(tensors);
  Json ops = Json::array();
  Json formulas = Json::object();
  for (std::size_t i = 0; i < trace.ops.size(); ++i) {
    const TraceOp& op = trace.ops[i];
    const std::string key = fmt::format("op{}", i);
    Json made = {{"id", i},
                 {"name", op.name},
                 {"in", op.inputs},
                 {"out", op.output},
                 {"attrs", settings_json(op.attributes)},
                 {"formula", key},
                 {"path", op.path},
                 {"label", op_label(trace, static_cast<int>(i))}};
    if (op.during_backward) made["during_backward"] = true;
    if (!op.inner.empty()) made["inner"] = op.inner;
    const auto put = [&](const std::string& at, const Expr& f) {
      formulas[at] = {{"mathml", to_mathml(f)}, {"text", to_text(f)}};
    };
    put(key, op_formula(trace, op));
    for (std::size_t n = 0; n < op.inputs.size(); ++n) {
      const bool has_gradient =
          op.inputs[n] >= 0 && trace.tensors[static_cast<std::size_t>(op.inputs[n])].requires_grad;
      if (has_gradient) put(fmt::format("{}.{}", key, n), vjp_formula(trace, op, n));
      made["vjp"].push_back(has_gradient ? Json(fmt::format("{}.{}", key, n)) : Json(nullptr));
    }
    ops.push_back(std::move(made));
  }
  j["ops"] = std::move(ops);
  j["layout"] = layout_json(trace);
  j["formulas"] = std::move(formulas);
  Json events = Json::array();
  for (int k = 1; k <= static_cast<int>(trace.events.size()); ++k) {
    events.push_back(event_json(trace, k, trace.at(k - 1)));
  }
  j["events"] = std::move(events);
  Json phases = Json::array();
  for (const TracePhase& p : trace.phases) phases.push_back({{"name", p.name}, {"from", p.from}, {"to", p.to}});
  j["phases"] = std::move(phases);
  j["lead"] = trace.lead;
  j["tail"] = trace.tail;
  return j;
}

std::string to_json(const Trace& trace) { return dump(trace_json(trace)) + "\n"; }

}  // namespace yhat::trace
