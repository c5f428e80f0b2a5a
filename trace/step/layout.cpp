// SPDX-License-Identifier: MIT
#include "layout.h"

#include <algorithm>
#include <array>
#include <set>

// A layered layout in four moves: assign layers, put dummy nodes on long wires, order each layer so that few wires
// cross, pull each op to the height of its neighbours, with its parameters above.
namespace yhat::trace {
namespace {

constexpr int narrow_box = 148;
constexpr int wide_box = 204;  // holds three numbers
constexpr int box_height = 62;
constexpr int gap_x = 52;
constexpr int gap_y = 22;
constexpr int dummy_height = 14;
constexpr int margin = 14;
constexpr int sweeps = 8;

struct Place {
  int tensor = -1;  // -1: a bend of a long wire
  int layer = 0;
  int y = 0;  // of the middle
  std::vector<int> before, after;
  int height() const { return tensor < 0 ? dummy_height : box_height; }
};

class Layouter {
 public:
  explicit Layouter(const Trace& trace) : trace_(trace) {
    for (const TraceTensor& t : trace.tensors) {
      const std::int64_t n = t.shape.numel();
      if (n == 2 || n == 3) box_width_ = wide_box;
    }
  }

  Layout run() {
    assign_layers();
    connect();
    order();
    align();
    return result();
  }

 private:
  static std::size_t u(int i) { return static_cast<std::size_t>(i); }

  void assign_layers() {
    places_.resize(trace_.tensors.size());
    for (std::size_t t = 0; t < places_.size(); ++t) places_[t].tensor = static_cast<int>(t);
    for (const TraceOp& op : trace_.ops) {  // inputs come first, so one pass is enough
      for (int t : op.inputs) {
        if (t >= 0) places_[u(op.output)].layer = std::max(places_[u(op.output)].layer, places_[u(t)].layer + 1);
      }
    }
    for (std::size_t t = 0; t < places_.size(); ++t) {
      if (trace_.tensors[t].producer >= 0) continue;
      int first_use = -1;
      for (const TraceOp& op : trace_.ops) {
        const bool used = std::find(op.inputs.begin(), op.inputs.end(), static_cast<int>(t)) != op.inputs.end();
        const int layer = places_[u(op.output)].layer;
        if (used && (first_use < 0 || layer < first_use)) first_use = layer;
      }
      if (first_use > 0) places_[t].layer = first_use - 1;
    }
  }

  void link(int a, int b) {
    places_[u(a)].after.push_back(b);
    places_[u(b)].before.push_back(a);
  }

  void connect() {
    std::set<std::pair<int, int>> seen;
    for (const TraceOp& op : trace_.ops) {
      for (int t : op.inputs) {
        if (t < 0 || !seen.insert({t, op.output}).second) continue;
        std::vector<int> route = {t};
        for (int layer = places_[u(t)].layer + 1; layer < places_[u(op.output)].layer; ++layer) {
          Place bend;
          bend.layer = layer;
          places_.push_back(bend);
          route.push_back(static_cast<int>(places_.size()) - 1);
        }
        route.push_back(op.output);
        for (std::size_t i = 1; i < route.size(); ++i) link(route[i - 1], route[i]);
        routes_.push_back(std::move(route));
      }
    }
    for (int pass = 0; pass < 3; ++pass) {  // parameters above all, then other leaves, then ops
      for (std::size_t p = 0; p < places_.size(); ++p) {
        const bool is_leaf = leaf(static_cast<int>(p));
        const bool is_param = is_leaf && trace_.tensors[u(places_[p].tensor)].role == "param";
        if (pass != (is_param ? 0 : is_leaf ? 1 : 2)) continue;
        const auto layer = u(places_[p].layer);
        if (layers_.size() <= layer) layers_.resize(layer + 1);
        layers_[layer].push_back(static_cast<int>(p));
      }
    }
  }

  std::vector<int> positions() const {
    std::vector<int> at(places_.size());
    for (const auto& layer : layers_) {
      for (std::size_t i = 0; i < layer.size(); ++i) at[u(layer[i])] = static_cast<int>(i);
    }
    return at;
  }

  int crossings_between(std::size_t left) const {
    const std::vector<int> at = positions();
    std::vector<std::pair<int, int>> wires;
    for (int p : layers_[left]) {
      for (int q : places_[u(p)].after) wires.emplace_back(at[u(p)], at[u(q)]);
    }
    int count = 0;
    for (std::size_t i = 0; i < wires.size(); ++i) {
      for (std::size_t j = i + 1; j < wires.size(); ++j) {
        count += (wires[i].first - wires[j].first) * (wires[i].second - wires[j].second) < 0;
      }
    }
    return count;
  }
  int all_crossings() const {
    int count = 0;
    for (std::size_t l = 0; l + 1 < layers_.size(); ++l) count += crossings_between(l);
    return count;
  }

  void order() {
    std::vector<std::vector<int>> best = layers_;
    int fewest = all_crossings();
    for (int sweep = 0; sweep < sweeps && fewest > 0; ++sweep) {
      for (std::size_t i = 0; i < layers_.size(); ++i) {
        const bool forward = sweep % 2 == 0;
        by_barycentre(layers_[forward ? i : layers_.size() - 1 - i], forward);
      }
      swap_neighbours();
      const int now = all_crossings();
      if (now < fewest) {
        fewest = now;
        best = layers_;
      }
    }
    layers_ = best;
  }

  void by_barycentre(std::vector<int>& layer, bool forward) {
    const std::vector<int> at = positions();
    std::vector<std::pair<double, int>> keys;
    for (int p : layer) {
      const auto& neighbours = forward ? places_[u(p)].before : places_[u(p)].after;
      double sum = 0;
      for (int q : neighbours) sum += at[u(q)];
      keys.emplace_back(neighbours.empty() ? at[u(p)] : sum / static_cast<double>(neighbours.size()), p);
    }
    std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = keys[i].second;
  }

  void swap_neighbours() {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const auto around = [&] {
        return (l > 0 ? crossings_between(l - 1) : 0) + (l + 1 < layers_.size() ? crossings_between(l) : 0);
      };
      for (std::size_t i = 0; i + 1 < layers_[l].size(); ++i) {
        const int before = around();
        std::swap(layers_[l][i], layers_[l][i + 1]);
        if (around() >= before) std::swap(layers_[l][i], layers_[l][i + 1]);
      }
    }
  }

  int distance(int a, int b) const { return (places_[u(a)].height() + places_[u(b)].height()) / 2 + gap_y; }

  // Each box wants the middle of its neighbours; boxes of a layer keep their order and distance.
  void align() {
    for (auto& layer : layers_) {
      int y = 0;
      for (std::size_t i = 0; i < layer.size(); ++i) {
        if (i > 0) y += distance(layer[i - 1], layer[i]);
        places_[u(layer[i])].y = y;
      }
    }
    for (int sweep = 0; sweep < 2 * sweeps; ++sweep) {
      for (std::size_t i = 0; i < layers_.size(); ++i) {
        settle(layers_[sweep % 2 == 0 ? i : layers_.size() - 1 - i], sweep % 2 == 0);
      }
    }
    int top = 0;
    bool first = true;
    for (const Place& p : places_) {
      const int upper = p.y - p.height() / 2;
      if (first || upper < top) top = upper;
      first = false;
    }
    for (Place& p : places_) p.y += margin - top;
  }

  bool leaf(int p) const {
    const int t = places_[u(p)].tensor;
    return t >= 0 && trace_.tensors[u(t)].producer < 0;
  }

  // Where a box wants to be: the middle of the ops it is wired to; of leaves only the lowest counts.
  int wanted(int p, bool forward) const {
    const auto& near = forward ? places_[u(p)].before : places_[u(p)].after;
    const auto& others = near.empty() ? (forward ? places_[u(p)].after : places_[u(p)].before) : near;
    int sum = 0;
    int count = 0;
    int lowest = places_[u(p)].y;
    for (std::size_t i = 0; i < others.size(); ++i) {
      const int y = places_[u(others[i])].y;
      lowest = i == 0 ? y : std::max(lowest, y);
      if (leaf(others[i])) continue;
      sum += y;
      ++count;
    }
    return count > 0 ? sum / count : lowest;
  }

  // The ops of a layer go where they want to be, so that a chain of them stays straight; leaves stand above the op they
  // come before. A layer of leaves only is held by its last.
  void settle(const std::vector<int>& layer, bool forward) {
    std::vector<std::size_t> held;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      if (!leaf(layer[i])) held.push_back(i);
    }
    if (held.empty()) held.push_back(layer.size() - 1);
    const auto apart = [&](std::size_t from, std::size_t to) {
      int sum = 0;
      for (std::size_t i = from; i < to; ++i) sum += distance(layer[i], layer[i + 1]);
      return sum;
    };
    std::vector<int> down;
    down.reserve(held.size());
    for (std::size_t i : held) down.push_back(wanted(layer[i], forward));
    std::vector<int> up = down;
    for (std::size_t n = 1; n < held.size(); ++n)
      down[n] = std::max(down[n], down[n - 1] + apart(held[n - 1], held[n]));
    for (std::size_t n = held.size(); n-- > 1;) up[n - 1] = std::min(up[n - 1], up[n] - apart(held[n - 1], held[n]));
    for (std::size_t n = 0; n < held.size(); ++n) {
      int y = (down[n] + up[n]) / 2;
      if (n > 0) y = std::max(y, places_[u(layer[held[n - 1]])].y + apart(held[n - 1], held[n]));
      places_[u(layer[held[n]])].y = y;
      const std::size_t first = n == 0 ? 0 : held[n - 1] + 1;
      for (std::size_t i = held[n]; i-- > first;) {
        places_[u(layer[i])].y = places_[u(layer[i + 1])].y - distance(layer[i], layer[i + 1]);
      }
    }
    for (std::size_t i = held.back() + 1; i < layer.size(); ++i) {
      places_[u(layer[i])].y = places_[u(layer[i - 1])].y + distance(layer[i - 1], layer[i]);
    }
  }

  Layout result() const {
    Layout out;
    for (std::size_t t = 0; t < trace_.tensors.size(); ++t) {
      const Place& p = places_[t];
      const int x = margin + p.layer * (box_width_ + gap_x);
      out.boxes.push_back({static_cast<int>(t), x, p.y - box_height / 2, box_width_, box_height});
      out.w = std::max(out.w, x + box_width_ + margin);
    }
    for (const Place& p : places_) out.h = std::max(out.h, p.y + p.height() / 2 + margin);
    for (const auto& route : routes_) {
      Wire wire{route.front(), route.back(), {}};
      for (std::size_t i = 0; i < route.size(); ++i) {
        const Place& p = places_[u(route[i])];
        const int x = margin + p.layer * (box_width_ + gap_x);
        if (i > 0) wire.pts.emplace_back(x, p.y);
        if (i + 1 < route.size()) wire.pts.emplace_back(x + box_width_, p.y);
      }
      out.wires.push_back(std::move(wire));
    }
    return out;
  }

  const Trace& trace_;
  int box_width_ = narrow_box;
  std::vector<Place> places_;  // tensors first, then bends
  std::vector<std::vector<int>> layers_;
  std::vector<std::vector<int>> routes_;
};

}  // namespace

Layout lay_out(const Trace& trace) { return Layouter(trace).run(); }

int crossings(const Layout& layout) {
  std::vector<std::array<int, 4>> parts;  // x, y to x, y between two layers
  for (const Wire& w : layout.wires) {
    for (std::size_t i = 1; i < w.pts.size(); i += 2) {
      parts.push_back({w.pts[i - 1].first, w.pts[i - 1].second, w.pts[i].first, w.pts[i].second});
    }
  }
  int count = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = i + 1; j < parts.size(); ++j) {
      if (parts[i][0] != parts[j][0]) continue;
      const auto side = [&](std::size_t k) { return parts[i][k] - parts[j][k]; };
      count += (side(1) > 0 && side(3) < 0) || (side(1) < 0 && side(3) > 0);
    }
  }
  return count;
}

}  // namespace yhat::trace
