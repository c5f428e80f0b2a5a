// SPDX-License-Identifier: MIT
// The program that `./run.sh demo` ends with, as a user calls it: exit status, files, what it shows.
#if defined(YHAT_LENET_PROGRAM) && defined(YHAT_TEST_EMBED_SAMPLE)
#include <fmt/format.h>
#include <yhat/yhat.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "tests/files/support.h"
#include "tests/matches.h"
#include "tests/program.h"

namespace {

using yhat::test::Run;
using yhat::test::TempFolder;

/// The line of the shell that calls the program in this folder.
std::string lenet_in(const TempFolder& folder, const std::string& arguments) {
  return fmt::format("cd '{}' && exec env LC_ALL=C '" YHAT_LENET_PROGRAM "' --threads 1 {}", folder.path(), arguments);
}

/// The three files of a run, whole: metrics by name, weights that can be loaded, a page that ends.
std::vector<std::string> whole_files(const std::string& out) {
  std::vector<std::string> files;
  for (const char* name : {"metrics.csv", "model.safetensors", "report.html"})
    files.push_back(yhat::test::read_text(out + "/" + name));
  const char* metrics = "epoch,step,split,loss,accuracy,lr,seconds\n([0-9]+,[0-9]+,(train|test)(,[^,\n]*){4}\n)+";
  CHECK_FALSE(yhat::test::whole_match(files[0], metrics).empty());
  CHECK(yhat::load_safetensors(out + "/model.safetensors").size() == 10);  // weight and bias of five layers
  CHECK(files[2].size() < 1'000'000);
  CHECK(files[2].ends_with("</html>\n"));
  return files;
}

double top1_error(const std::string& text) {
  const std::vector<yhat::test::Match> found = yhat::test::matches(text, "top-1 error ([0-9.]+) %");
  REQUIRE(!found.empty());
  return std::strtod(found[0][1].c_str(), nullptr);
}

/// The lines that are left on a screen: after a carriage return, text replaces what stood there.
std::vector<std::string> screen_lines(const std::string& out) {
  std::vector<std::string> lines;
  std::istringstream in(out);
  for (std::string written; std::getline(in, written);) {
    std::string line;
    std::istringstream parts(written);
    for (std::string part; std::getline(parts, part, '\r');) line.replace(0, std::min(part.size(), line.size()), part);
    lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  }
  return lines;
}

}  // namespace

TEST_CASE("lenet: in a pipe it prints plain ASCII, learns, and writes the same three files twice") {
  const TempFolder folder;
  const std::string command = lenet_in(folder, "--no-timing --epochs 8 --out a 2>&1");
  const Run first = yhat::test::run(command);
  CAPTURE(first.out);
  REQUIRE(first.code == 0);
  CHECK(std::all_of(first.out.begin(), first.out.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  CHECK(top1_error(first.out) <= 30);
  const std::vector<std::string> files = whole_files(folder / "a");
  const Run second = yhat::test::run(command);
  CHECK(second.out == first.out);
  CHECK((whole_files(folder / "a") == files));

  // A learning rate far too large: one line says where it ended, and the files of the run before stay.
  const Run diverged = yhat::test::run(lenet_in(folder, "--lr 1e6 --out a 2>&1 >/dev/null"));
  CHECK(diverged.code == 1);
  CAPTURE(diverged.out);
  const char* error =
      "error: lenet: loss is [^\n]* at epoch 1, batch [0-9]+, lr 1e\\+06; first non-finite: [^\n]*; hint: lower --lr\n";
  CHECK_FALSE(yhat::test::whole_match(diverged.out, error).empty());
  CHECK((whole_files(folder / "a") == files));
}

TEST_CASE("lenet: data that is not there or cut off is one line on stderr and exit status 2") {
  const TempFolder folder;
  const auto refused = [&](const std::string& data) {
    const Run r = yhat::test::run(lenet_in(folder, "--data " + data + " 2>&1 >/dev/null"));
    CHECK(r.code == 2);
    CHECK(std::count(r.out.begin(), r.out.end(), '\n') == 1);
    return r.out;
  };
  CHECK(refused("/none").find("error: FashionMnist: /none: no such folder; hint: ") == 0);
  using yhat::test::big_endian;
  const std::string header = big_endian(0x803) + big_endian(60000) + big_endian(28) + big_endian(28);
  std::filesystem::create_directory(folder / "cut");
  for (const char* name : {"train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"})
    yhat::test::write_file(folder / fmt::format("cut/{}-ubyte", name), header + std::string(1000, '\0'));
  CHECK(refused("cut") ==
        "error: load_idx: cut/train-images-idx3-ubyte: header says 60000 x 28 x 28 = 47040016 bytes, file has 1016; "
        "hint: truncated, copy it again\n");
}

TEST_CASE("lenet: Ctrl-C after the first epoch ends with 130 and whole files") {
  if (!yhat::test::have_terminals()) return;
  const TempFolder folder;
  yhat::test::Terminal terminal(lenet_in(folder, "--epochs 1000 --out c"), 80);
  REQUIRE(terminal.shows("test loss"));
  terminal.press('\x03');
  const Run r = terminal.finish();
  CAPTURE(r.out);
  CHECK(r.code == 130);
  CHECK(r.out.find("stopped by Ctrl-C in epoch ") != std::string::npos);
  whole_files(folder / "c");
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "c"), {}) == 3);
}

TEST_CASE("lenet: a terminal of 40 columns has no longer line and is left clean, with and without colour") {
  if (!yhat::test::have_terminals()) return;
  for (const bool color : {true, false}) {
    CAPTURE(color);
    const TempFolder folder;
    yhat::test::Terminal terminal(
        fmt::format("export TERM=xterm NO_COLOR={} && {}", color ? "" : "1", lenet_in(folder, "--epochs 1 --out d")),
        40);
    const Run r = terminal.finish();
    CHECK(r.code == 0);
    CHECK(r.out.find("\repoch 1/1 [") != std::string::npos);  // the progress was shown, and is gone:
    const std::string plain = yhat::test::replaced(r.out, "\033\\[[0-9;]*m", "");
    for (const yhat::test::Match& wide : yhat::test::matches(plain, "[^\r\n]{41,}")) CHECK(wide[0] == "");
    for (const std::string& line : screen_lines(plain)) CHECK(line.find("1/1 [") == std::string::npos);
    REQUIRE((r.out.find('\033') != std::string::npos) == color);
    if (color) CHECK(r.out.substr(r.out.rfind('\033'), 4) == "\033[0m");
    CHECK(r.out.ends_with("\r\n"));
  }
}
#endif
