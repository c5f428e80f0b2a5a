// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cstdio>
#include <string>

using namespace yhat;

namespace {

double fake_time = 0;

/// What `run` writes to a stream that counts as a terminal of `columns`.
template <class F>
std::string written(int columns, bool terminal, F run) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  {
    Progress progress(
        {.stream = file, .even_if_no_terminal = terminal, .columns = columns, .clock = [] { return fake_time; }});
    run(progress);
  }
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("a progress line drops from the right what does not fit") {
  const ProgressState state{"epoch 3/8", 41, 63, {"loss 0.71", "acc 74.0 %"}, 41 * 0.038};
  const std::string full = "epoch 3/8 [============>       ] 41/63 loss 0.71 acc 74.0 % 38 ms/step ETA 00:01";
  CHECK(progress_line(state, 200) == full);
  CHECK(progress_line(state, static_cast<int>(full.size())) == full);
  CHECK(progress_line(state, static_cast<int>(full.size()) - 1) ==
        "epoch 3/8 [============>       ] 41/63 loss 0.71 acc 74.0 % 38 ms/step");
  CHECK(progress_line(state, 39) == "epoch 3/8 [============>       ] 41/63");
  CHECK(progress_line(state, 12) == "epoch 3/8");
  CHECK(progress_line(state, 8).empty());
  for (int width = 0; width < 90; ++width) {
    CAPTURE(width);
    CHECK(full.rfind(progress_line(state, width), 0) == 0);
    CHECK(static_cast<int>(progress_line(state, width).size()) <= width);
  }
}

TEST_CASE("a progress line without a known total has no bar, and a long time left is told in hours") {
  CHECK(progress_line({"reading", 0, 0, {}, 0}, 80) == "reading");
  CHECK(progress_line({"t", 1, 7201, {}, 1}, 80) == "t [                    ] 1/7201 1000 ms/step ETA 2:00:00");
  CHECK(progress_line({"t", 7, 7, {}, 0.007}, 80) == "t [====================] 7/7 1.0 ms/step ETA 00:00");
}

TEST_CASE("progress writes nothing to what is not a terminal") {
  const std::string text = written(80, false, [](Progress& p) {
    p.start("epoch 1/1", 10);
    for (int i = 1; i <= 10; ++i) p.update(i, {"loss 1"});
  });
  CHECK(text.empty());
}

TEST_CASE("progress draws at most ten times a second, with carriage returns and blanks only, and leaves a blank line") {
  fake_time = 0;
  const std::string text = written(60, true, [](Progress& p) {
    p.start("epoch 1/1", 1000);
    for (int i = 1; i <= 1000; ++i) {
      fake_time += 0.002;  // two seconds in all
      p.update(i, {"a field that comes " + std::string(i < 500 ? "and goes" : "")});
    }
  });
  int draws = 0;
  for (const char c : text) {
    draws += c == '\r';
    CHECK((c == '\r' || (c >= ' ' && c <= '~')));
  }
  CHECK(draws >= 18);
  CHECK(draws <= 23);
  std::size_t at = 0;
  std::string screen(60, ' ');  // what the terminal shows
  std::size_t column = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\r') {
      column = 0;
    } else {
      REQUIRE(column < 59);
      screen[column++] = text[at];
    }
  }
  CHECK(screen == std::string(60, ' '));
  CHECK(column == 0);
}
