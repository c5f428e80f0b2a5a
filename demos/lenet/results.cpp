// SPDX-License-Identifier: MIT
#include "lenet/results.h"

#include <fmt/format.h>

#include <algorithm>

namespace demo {

using namespace yhat;

namespace {

constexpr std::int64_t pictures_shown = 10;

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

const std::string& class_of(const Results& r, std::int64_t c) {
  return r.data.test.classes[static_cast<std::size_t>(c)];
}

/// Test image i as it was read: (28,28) in [0, 1].
Image picture_of(const Results& r, std::int64_t i) {
  const Tensor image = slice(r.data.test.images, 0, i, i + 1);
  return gray_image(reshape(image, {image.dim(2), image.dim(3)}));
}

std::string cut(const std::string& text, int width) {
  std::string shown = text;
  while (text_width(shown) > width) shown.pop_back();
  return shown + std::string(static_cast<std::size_t>(width - text_width(shown)), ' ');
}

/// What an image is, and the three classes that the model finds likeliest.
std::vector<std::string> caption(const Results& r, std::int64_t i) {
  const std::int64_t label = r.data.test.labels[static_cast<std::size_t>(i)];
  std::vector<std::string> lines = {class_of(r, label)};
  for (const std::int64_t c : likeliest(r.test.probabilities, i, 3)) {
    lines.push_back(
        fmt::format("{}{:3.0f} % {}", c == label ? "*" : " ", 100 * r.test.probabilities.at({i, c}), class_of(r, c)));
  }
  return lines;
}

void show_pictures(const Results& r, const Screen& screen) {
  constexpr int width = 18;
  constexpr int gap = 2;
  const std::int64_t count = std::min(pictures_shown, r.data.test.size());
  const std::int64_t per_row = std::clamp((screen.columns() + gap) / (width + gap), 1, 5);
  for (std::int64_t first = 0; first < count; first += per_row) {
    const std::int64_t last = std::min(count, first + per_row);
    std::vector<std::string> lines;
    auto append = [&](std::size_t line, const std::string& text) {
      if (lines.size() <= line) lines.resize(line + 1);
      if (!lines[line].empty()) lines[line] += std::string(gap, ' ');
      lines[line] += text;
    };
    for (std::int64_t i = first; i < last; ++i) {
      std::size_t line = 0;
      for (const std::string& row : screen.picture(picture_of(r, i), width)) append(line++, row);
      const std::vector<std::string> words = caption(r, i);
      append(line++, screen.strong(cut(words[0], width)));
      for (std::size_t w = 1; w < words.size(); ++w) {
        const std::string text = cut(words[w], width);
        append(line++, words[w][0] == '*' ? screen.good(text) : w == 1 ? screen.bad(text) : screen.faint(text));
      }
    }
    for (const std::string& line : lines) screen.line(line);
    screen.line("");
  }
}

std::vector<Picture> pictures(const Results& r, const std::vector<std::int64_t>& indices) {
  std::vector<Picture> all;
  for (const std::int64_t i : indices) {
    const std::int64_t label = r.data.test.labels[static_cast<std::size_t>(i)];
    const std::int64_t said = r.test.predicted[static_cast<std::size_t>(i)];
    Picture p{picture_of(r, i), fmt::format("test image {}, a picture of: {}", i, class_of(r, label)),
              class_of(r, label)};
    p.lines.push_back(said == label ? fmt::format("test image {}: right", i)
                                    : fmt::format("test image {}: taken for {}", i, class_of(r, said)));
    for (const std::int64_t c : likeliest(r.test.probabilities, i, 3)) {
      p.bars.push_back({class_of(r, c), r.test.probabilities.at({i, c}), c == label});
    }
    all.push_back(std::move(p));
  }
  return all;
}

/// The filters of the first layer (O,1,kh,kw), as pictures.
std::vector<Picture> filters(const Results& r) {
  const Tensor weight = r.model.parameters().front().detach();
  const double limit = max(abs(weight)).item();
  std::vector<Picture> all;
  for (std::int64_t o = 0; o < weight.dim(0); ++o) {
    const Tensor one = reshape(slice(slice(weight, 0, o, o + 1), 1, 0, 1), {weight.dim(2), weight.dim(3)});
    all.push_back({signed_image(one, limit > 0 ? limit : 1),
                   fmt::format("filter {} of the first convolution", o),
                   fmt::format("filter {}", o),
                   {fmt::format("{} to {}", format_number(-max(-one).item(), 3), format_number(max(one).item(), 3))}});
  }
  return all;
}

std::vector<Plot> curves(const Results& r) {
  Series train_loss{"train", {}, {}, 0, true};
  Series test_loss{"test", {}, {}, 1};
  Series train_accuracy = train_loss;
  Series test_accuracy = test_loss;
  for (const Epoch& e : r.history.epochs) {
    const auto x = static_cast<double>(e.number);
    for (Series* s : {&train_loss, &test_loss, &train_accuracy, &test_accuracy}) s->x.push_back(x);
    train_loss.y.push_back(e.train_loss);
    test_loss.y.push_back(e.test_loss);
    train_accuracy.y.push_back(100 * e.train_accuracy);
    test_accuracy.y.push_back(100 * e.test_accuracy);
  }
  return {{.title = "Loss",
           .x_label = "epoch",
           .y_label = "mean cross-entropy",
           .series = {train_loss, test_loss},
           .y_min = 0},
          {.title = "Accuracy", .x_label = "epoch", .y_label = "right, %", .series = {train_accuracy, test_accuracy}}};
}

Table epoch_table(const Results& r) {
  Table t{"The numbers behind the curves",
          {"epoch", "steps", "lr", "train loss", "train accuracy", "test loss", "test accuracy"},
          {},
          true};
  if (r.timing) t.header.push_back("seconds");
  for (const Epoch& e : r.history.epochs) {
    t.rows.push_back({fmt::to_string(e.number), fmt::to_string(e.steps), format_number(e.lr, 3),
                      fmt::format("{:.4f}", e.train_loss), percent(e.train_accuracy),
                      fmt::format("{:.4f}", e.test_loss), percent(e.test_accuracy)});
    if (r.timing) t.rows.back().push_back(fmt::format("{:.1f}", e.seconds));
  }
  return t;
}

}  // namespace

void show(const Results& r, const Screen& screen) {
  screen.heading("Test images by class");
  screen.line(r.confusion.class_table());
  screen.heading("Confusion matrix (rows: what it is; columns: what it was taken for)");
  screen.line(r.confusion.matrix(screen.columns()));
  screen.heading("The first test images (* is the true class)");
  show_pictures(r, screen);
  screen.heading("The most confident mistakes");
  std::vector<std::vector<std::string>> rows;
  for (const Mistake& m : r.mistakes) {
    rows.push_back({fmt::to_string(m.index), class_of(r, m.label), class_of(r, m.predicted), percent(m.p),
                    percent(r.test.probabilities.at({m.index, m.label}))});
  }
  screen.table({"image", "is", "taken for", "with p", "p(true)"}, rows);
}

Report report(const Results& r) {
  const Epoch& last = r.history.epochs.back();
  Report page(
      "LeNet-5 on " + std::string(class_of(r, 0) == "0" ? "handwritten digits" : "pictures of clothes"),
      fmt::format("A convolutional network with {} parameters, trained by the gradient yhat - y on {} images and "
                  "measured on {} that it has not seen.",
                  thousands(r.model.parameter_count()), thousands(r.data.train.size()), thousands(r.data.test.size())));
  std::vector<Tile> tiles = {
      {"top-1 error", percent(r.test.top1_error), "the likeliest class is wrong"},
      {"top-2 error", percent(r.test.top2_error), "neither of the two likeliest is right"},
      {"test loss", fmt::format("{:.4f}", r.test.loss),
       fmt::format("guessing: {:.4f} = ln {}", std::log(static_cast<double>(r.data.test.classes.size())),
                   r.data.test.classes.size())},
      {"epochs", fmt::to_string(last.number), r.history.stopped ? "stopped by Ctrl-C" : ""}};
  if (r.timing) {
    tiles.push_back({"time", fmt::format("{:.1f} s", r.history.seconds),
                     fmt::format("{} images/s", thousands(static_cast<long long>(last.images_per_second)))});
  }
  page.tiles(tiles);
  page.section("Curves",
               "Training numbers are means over an epoch, taken while the network changes; test numbers are "
               "taken at its end.")
      .plots(curves(r))
      .table(epoch_table(r));
  page.section("What is taken for what").confusion(r.confusion);
  page.section("Most confident mistakes",
               "Wrong answers to which the highest probability was given. A check mark is at "
               "the true class.");
  std::vector<std::int64_t> wrong;
  for (const Mistake& m : r.mistakes) wrong.push_back(m.index);
  page.pictures(pictures(r, wrong));
  std::vector<std::int64_t> first;
  for (std::int64_t i = 0; i < std::min(pictures_shown, r.data.test.size()); ++i) first.push_back(i);
  page.section("The first test images").pictures(pictures(r, first));
  page.section("Filters of the first convolution",
               "What each channel looks for: red weighs bright pixels positively, "
               "blue negatively.")
      .pictures(filters(r), 72);
  page.section("The run").facts(r.banner);
  return page;
}

}  // namespace demo
