// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>

#include "micro.h"
#include "numbers.h"

namespace yhat::trace {
namespace {

Grid grid(std::string name, const Shape& shape, Numbers data) {
  const std::int64_t cols = shape.empty() ? 1 : shape[shape.size() - 1];
  return {std::move(name), cols > 0 ? shape.numel() / cols : 0, cols, std::move(data), {}};
}

// Calls f(place in x, kh, kw) for the cells of one channel that the window of output (i, j) covers, padding left out.
template <class F>
void each_cell(const Window& win, const Shape& xs, std::int64_t plane, std::int64_t i, std::int64_t j, F f) {
  for (std::int64_t a = 0; a < win.kernel_h; ++a) {
    for (std::int64_t b = 0; b < win.kernel_w; ++b) {
      const std::int64_t h = i * win.stride_h - win.pad_h + a * win.dil_h;
      const std::int64_t w = j * win.stride_w - win.pad_w + b * win.dil_w;
      if (h >= 0 && h < xs[2] && w >= 0 && w < xs[3]) f((plane * xs[2] + h) * xs[3] + w, a, b);
    }
  }
}

// Calls f(n, channel, i, j, place) for every cell of a tensor of shape (N,C,H,W).
template <class F>
void each_output(const Shape& ys, F f) {
  std::int64_t place = 0;
  for (std::int64_t n = 0; n < ys[0]; ++n) {
    for (std::int64_t c = 0; c < ys[1]; ++c) {
      for (std::int64_t i = 0; i < ys[2]; ++i) {
        for (std::int64_t j = 0; j < ys[3]; ++j) f(n, c, i, j, place++);
      }
    }
  }
}

MicroStep step(std::string say, std::vector<Grid> grids) { return {std::move(say), "", "", std::move(grids), {}}; }

std::string cell(std::int64_t i, std::int64_t j) { return fmt::format("({},{})", i, j); }

// Where max-pooling's window has its maximum: the first of ties, the first NaN.
std::int64_t winner(const Numbers& x, const Shape& xs, const Window& win, std::int64_t plane, std::int64_t i,
                    std::int64_t j) {
  std::int64_t best = -1;
  each_cell(win, xs, plane, i, j, [&](std::int64_t at, std::int64_t, std::int64_t) {
    if (best < 0 || x[u(at)] > x[u(best)] || (std::isnan(x[u(at)]) && !std::isnan(x[u(best)]))) best = at;
  });
  return best;
}

}  // namespace

std::vector<MicroStep> conv_steps(const Numbers& x, const Shape& xs, const Numbers& w, const Shape& ws, const Shape& ys,
                                  const Window& win, std::int64_t groups, const Numbers& bias) {
  std::vector<MicroStep> steps;
  Numbers y(u(ys.numel()), 0.0);
  const std::int64_t per_group = ws[0] / groups;
  each_output(ys, [&](std::int64_t n, std::int64_t o, std::int64_t i, std::int64_t j, std::int64_t place) {
    Grid input = grid("input", xs, x);
    double sum = bias.empty() ? 0 : bias[u(o)];
    std::string terms;
    int shown = 0;
    for (std::int64_t c = 0; c < ws[1]; ++c) {
      const std::int64_t channel = o / per_group * ws[1] + c;
      each_cell(win, xs, n * xs[1] + channel, i, j, [&](std::int64_t at, std::int64_t a, std::int64_t b) {
        const double k = w[u(((o * ws[1] + c) * win.kernel_h + a) * win.kernel_w + b)];
        sum += x[u(at)] * k;
        input.lit.push_back(at);
        if (shown++ < 3) terms += (terms.empty() ? "" : " + ") + show(x[u(at)]) + "*" + show(k);
      });
    }
    y[u(place)] = sum;
    Grid output = grid("output so far", ys, y);
    output.lit = {place};
    steps.push_back(step(fmt::format("output {} = {}{} = {}", cell(i, j), terms, shown > 3 ? " + ..." : "", show(sum)),
                         {std::move(output), std::move(input)}));
  });
  return steps;
}

std::vector<MicroStep> conv_scatter_steps(const Numbers& g, const Shape& gs, const Numbers& w, const Shape& ws,
                                          const Shape& xs, const Window& win, std::int64_t groups) {
  std::vector<MicroStep> steps;
  Numbers dx(u(xs.numel()), 0.0);
  const std::int64_t per_group = ws[0] / groups;
  each_output(gs, [&](std::int64_t n, std::int64_t o, std::int64_t i, std::int64_t j, std::int64_t place) {
    std::vector<std::int64_t> window;
    for (std::int64_t c = 0; c < ws[1]; ++c) {
      const std::int64_t channel = o / per_group * ws[1] + c;
      each_cell(win, xs, n * xs[1] + channel, i, j, [&](std::int64_t at, std::int64_t a, std::int64_t b) {
        dx[u(at)] += g[u(place)] * w[u(((o * ws[1] + c) * win.kernel_h + a) * win.kernel_w + b)];
        window.push_back(at);
      });
    }
    Grid target = grid("dL/dx so far", xs, dx);
    target.lit = std::move(window);
    Grid upstream = grid("upstream", gs, g);
    upstream.lit = {place};
    steps.push_back(step(
        fmt::format("upstream {} = {} times the kernel, added into its input window", cell(i, j), show(g[u(place)])),
        {std::move(target), std::move(upstream), grid("kernel", ws, w)}));
  });
  return steps;
}

MicroStep conv_turned_step(const Numbers& g, const Shape& gs, const Numbers& w, const Shape& ws, const Shape& xs,
                           const Window& win, std::int64_t groups) {
  const std::int64_t room_h = win.dil_h * (win.kernel_h - 1);
  const std::int64_t room_w = win.dil_w * (win.kernel_w - 1);
  const Shape spread_shape{gs[0], gs[1], xs[2] + room_h, xs[3] + room_w};
  Numbers spread(u(spread_shape.numel()), 0.0);
  each_output(gs, [&](std::int64_t n, std::int64_t o, std::int64_t i, std::int64_t j, std::int64_t place) {
    const std::int64_t h = room_h - win.pad_h + i * win.stride_h;
    const std::int64_t v = room_w - win.pad_w + j * win.stride_w;
    if (h < 0 || h >= spread_shape[2] || v < 0 || v >= spread_shape[3]) return;  // its window lies in the padding
    spread[u(((n * gs[1] + o) * spread_shape[2] + h) * spread_shape[3] + v)] = g[u(place)];
  });
  Numbers turned(w.size());
  const std::int64_t cells = win.kernel_h * win.kernel_w;
  for (std::int64_t k = 0; k < ws.numel(); ++k) turned[u(k)] = w[u(k / cells * cells + cells - 1 - k % cells)];

  const std::int64_t per_group = ws[0] / groups;
  const auto slide = [&](const Numbers& kernel) {
    Numbers dx(u(xs.numel()), 0.0);
    each_output(xs, [&](std::int64_t n, std::int64_t channel, std::int64_t h, std::int64_t v, std::int64_t place) {
      const std::int64_t c = channel % ws[1];
      for (std::int64_t o = channel / ws[1] * per_group; o < (channel / ws[1] + 1) * per_group; ++o) {
        for (std::int64_t a = 0; a < win.kernel_h; ++a) {
          for (std::int64_t b = 0; b < win.kernel_w; ++b) {
            const std::int64_t row = (n * gs[1] + o) * spread_shape[2] + h + a * win.dil_h;
            dx[u(place)] += spread[u(row * spread_shape[3] + v + b * win.dil_w)] *
                            kernel[u(((o * ws[1] + c) * win.kernel_h + a) * win.kernel_w + b)];
          }
        }
      }
    });
    return dx;
  };
  const Numbers wrong = slide(w);
  std::string row;
  for (std::int64_t j = 0; j < xs[3]; ++j) row += (j ? ", " : "") + show(wrong[u(j)]);
  return step(
      fmt::format("The same numbers another way: pad the upstream{} and slide the kernel over it, turned by 180 "
                  "degrees. Not turned, the first row would be {}.",
                  win.stride_h > 1 || win.stride_w > 1 ? ", spread out by the stride," : "", row),
      {grid("dL/dx, all windows", xs, slide(turned)), grid("upstream, padded", spread_shape, spread),
       grid("kernel, turned", ws, turned)});
}

std::vector<MicroStep> conv_weight_steps(const Numbers& g, const Shape& gs, const Numbers& x, const Shape& xs,
                                         const Shape& ws, const Window& win, std::int64_t groups) {
  std::vector<MicroStep> steps;
  Numbers dw(u(ws.numel()), 0.0);
  const std::int64_t per_group = ws[0] / groups;
  each_output(gs, [&](std::int64_t n, std::int64_t o, std::int64_t i, std::int64_t j, std::int64_t place) {
    Grid input = grid("input", xs, x);
    Grid upstream = grid("upstream", gs, g);
    upstream.lit = {place};
    for (std::int64_t c = 0; c < ws[1]; ++c) {
      const std::int64_t channel = o / per_group * ws[1] + c;
      each_cell(win, xs, n * xs[1] + channel, i, j, [&](std::int64_t at, std::int64_t a, std::int64_t b) {
        dw[u(((o * ws[1] + c) * win.kernel_h + a) * win.kernel_w + b)] += g[u(place)] * x[u(at)];
        input.lit.push_back(at);
      });
    }
    steps.push_back(
        step(fmt::format("upstream {} = {} times its input window, added to dL/dw", cell(i, j), show(g[u(place)])),
             {grid("dL/dw so far", ws, dw), std::move(input), std::move(upstream)}));
  });
  return steps;
}

std::vector<MicroStep> pool_steps(const Numbers& x, const Shape& xs, const Shape& ys, const Window& win, bool max) {
  std::vector<MicroStep> steps;
  Numbers y(u(ys.numel()), 0.0);
  each_output(ys, [&](std::int64_t n, std::int64_t c, std::int64_t i, std::int64_t j, std::int64_t place) {
    const std::int64_t plane = n * xs[1] + c;
    Grid input = grid("input", xs, x);
    double sum = 0;
    each_cell(win, xs, plane, i, j, [&](std::int64_t at, std::int64_t, std::int64_t) {
      sum += x[u(at)];
      input.lit.push_back(at);
    });
    const std::int64_t best = winner(x, xs, win, plane, i, j);
    const std::size_t covered = input.lit.size();
    y[u(place)] = max ? x[u(best)] : sum / static_cast<double>(covered);
    Grid output = grid("output so far", ys, y);
    output.lit = {place};
    const std::string how =
        max ? fmt::format("the maximum of its window, at {}", cell(best / xs[3] % xs[2], best % xs[3]))
            : fmt::format("{} / {}", show(sum), covered);
    steps.push_back(step(fmt::format("output {} = {} = {}", cell(i, j), show(y[u(place)]), how),
                         {std::move(output), std::move(input)}));
  });
  return steps;
}

std::vector<MicroStep> pool_backward_steps(const Numbers& x, const Shape& xs, const Numbers& g, const Shape& gs,
                                           const Window& win, bool max) {
  std::vector<MicroStep> steps;
  Numbers dx(u(xs.numel()), 0.0);
  each_output(gs, [&](std::int64_t n, std::int64_t c, std::int64_t i, std::int64_t j, std::int64_t place) {
    const std::int64_t plane = n * xs[1] + c;
    std::vector<std::int64_t> lit;
    std::string how;
    if (max) {
      const std::int64_t best = winner(x, xs, win, plane, i, j);
      dx[u(best)] += g[u(place)];
      lit = {best};
      how = fmt::format("added to the winner of its window, {}", cell(best / xs[3] % xs[2], best % xs[3]));
    } else {
      each_cell(win, xs, plane, i, j, [&](std::int64_t at, std::int64_t, std::int64_t) { lit.push_back(at); });
      const double share = g[u(place)] / static_cast<double>(lit.size());
      for (std::int64_t at : lit) dx[u(at)] += share;
      how = fmt::format("divided by {}: {} is added to each cell of its window", lit.size(), show(share));
    }
    Grid target = grid("dL/dx so far", xs, dx);
    target.lit = std::move(lit);
    Grid upstream = grid("upstream", gs, g);
    upstream.lit = {place};
    steps.push_back(step(fmt::format("upstream {} = {}, {}", cell(i, j), show(g[u(place)]), how),
                         {std::move(target), std::move(upstream)}));
  });
  return steps;
}

}  // namespace yhat::trace
