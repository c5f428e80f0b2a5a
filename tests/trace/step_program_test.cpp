// SPDX-License-Identifier: MIT
#ifdef YHAT_STEP_PROGRAM
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/files/support.h"
#include "tests/program.h"

// The program as a user calls it: exit codes, files, what it prints.
namespace {

using yhat::test::Run;

Run yhat_step(const std::string& arguments, const std::string& before = "") {
  return yhat::test::run(before + " '" YHAT_STEP_PROGRAM "' " + arguments + " 2>&1 </dev/null");
}

// `yhat_step diamond` on a terminal, with these keys typed ahead. "\x04" at the start of a line is the end of input.
Run typed(const std::string& keys, const std::string& before = "unset NO_COLOR;") {
  yhat::test::Terminal terminal(before + " '" YHAT_STEP_PROGRAM "' diamond", 80);
  for (char key : keys) terminal.press(key);
  return terminal.finish();
}

// A folder of its own, empty again afterwards.
struct Folder {
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const char* name) const { return path + "/" + name; }
  std::size_t files() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path)) ++n;
    return n;
  }
  std::string path = "step_program_test_" + std::to_string(getpid());  // several of these tests may run at once
};

}  // namespace

TEST_CASE("yhat_step: the list names every example, and help is help") {
  const Run list = yhat_step("--list");
  CHECK(list.code == 0);
  for (const char* name :
       {"neuron", "diamond", "zero_grad", "softmax", "mse", "conv", "pool", "lenet", "gap120", "bug"}) {
    CHECK(("\n" + list.out).find(std::string("\n") + name + " ") != std::string::npos);
  }
  CHECK(yhat_step("--help").code == 0);
}

TEST_CASE("yhat_step: without a terminal it prints the golden file, the same in another locale and without colour") {
  const std::string golden = yhat::test::read_text(YHAT_TEST_SOURCE_DIR "/tests/trace/golden/diamond.txt");
  const Run plain = yhat_step("diamond");
  CHECK(plain.code == 0);
  CHECK(plain.out == golden);
  CHECK(yhat_step("diamond", "env LC_ALL=de_DE.UTF-8 NO_COLOR=1").out == golden);
  CHECK(plain.out.find('\033') == std::string::npos);
  CHECK(yhat_step("diamond --ascii").out == golden);
  CHECK(yhat_step("gap120 --digits full").out.find("-Infinity") != std::string::npos);
}

TEST_CASE("yhat_step: on a terminal it goes step by step, in colour unless NO_COLOR is set") {
  if (!yhat::test::have_terminals()) return;
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  const Run coloured = typed("\np\ng 9\nq\n");
  CHECK(coloured.code == 0);
  for (const char* head : {"\033[1;34m[1/11] value", "\033[1;34m[2/11] forward", "\033[1;33m[9/11] backward"}) {
    CHECK(has(coloured.out, head));
  }
  CHECK(has(coloured.out, "Enter next  p back"));
  CHECK_FALSE(has(coloured.out, "[3/11]"));
  CHECK(coloured.out.rfind("[1/11]") > coloured.out.find("[2/11]"));  // p went back
  const Run plain = typed("\np\ng 9\nq\n", "NO_COLOR=1");
  CHECK(plain.code == 0);
  CHECK(has(plain.out, "[9/11] backward"));
  CHECK_FALSE(has(plain.out, "\033"));
  const Run ended = typed("\n\x04");
  CHECK(ended.code == 0);
  CHECK(has(ended.out, "[2/11]"));
}

TEST_CASE("yhat_step: files are written whole, twice the same, and nothing is left when it fails") {
  const Folder folder;
  for (const char* kind : {"html", "json", "dot"}) {
    CAPTURE(kind);
    const std::string file = folder / kind;
    CHECK(yhat_step("softmax --" + std::string(kind) + " " + file).code == 0);
    const std::string first = yhat::test::read_text(file);
    CHECK(!first.empty());
    CHECK(yhat_step("softmax --" + std::string(kind) + " " + file, "env LC_ALL=de_DE.UTF-8").out.empty());
    CHECK(yhat::test::read_text(file) == first);
  }
  CHECK(folder.files() == 3);
  const Run missing = yhat_step("softmax --html " + folder.path + "/no/page.html");
  CHECK(missing.code == 2);
  CHECK(missing.out.find("no/page.html") != std::string::npos);
  CHECK(yhat_step("softmax --label 7 --html " + (folder / "bad.html")).code == 2);
  CHECK(folder.files() == 3);
}

TEST_CASE("yhat_step: own numbers, also when the first is negative") {
  const Run a = yhat_step("softmax --logits -2,0,8 --label 0");
  CHECK(a.code == 0);
  CHECK(yhat_step("softmax --logits=-2,0,8 --label 0").out == a.out);
  CHECK(a.out.find("(-2, 0, 8)") != std::string::npos);
  CHECK(yhat_step("neuron --w -3 --b 0.5 --x 2 --y 1").out.find("w -3 [") != std::string::npos);
  const Folder folder;
  CHECK(yhat_step("softmax --logits 8,0,-2 --label 2 --logits 0,0,1 --label 1 --json " + (folder / "two.json")).code ==
        0);
  CHECK(yhat::test::read_text(folder / "two.json")
            .find("yhat_step softmax --logits 8,0,-2 --logits 0,0,1 --label 2 --label 1") != std::string::npos);
  CHECK(yhat_step("softmax --logits ' 1, 2.50' --label 0 --json " + (folder / "blank.json")).code == 0);
  CHECK(yhat::test::read_text(folder / "blank.json").find("\"yhat_step softmax --logits 1,2.5 --label 0\"") !=
        std::string::npos);
}

TEST_CASE("yhat_step: wrong usage is 2, with one line that says what is right") {
  const struct {
    const char *arguments, *says;
  } wrong[] = {{"", "which example?"},
               {"nothing", "no example 'nothing'"},
               {"diamond --wrong", "unknown option --wrong"},
               {"diamond --htm page.html", "did you mean --html?"},
               {"softmax --logits 1,2,x --label 0", "'1,2,x' is not a list of numbers"},
               {"softmax --logits 1,nan --label 0", "'1,nan' is not a list of numbers"},
               {"softmax --logits 1,2,3 --label 3", "label 3 (0 to 2"},
               {"softmax --logits 1,2,3 --label one", "'one' is not a whole number"},
               {"softmax --logits 1 --label 0", "(2 to 16)"},
               {"diamond --dtype f16", "f16"},
               {"diamond --variant other", "it has none"},
               {"diamond --x ''", "--x"},
               {"diamond --html ''", "--html"},
               {"diamond --html same.html --json ./same.html", "same.html is to be written twice"},
               {"gap120 --dtype f64", "f64 (gap120 shows what happens in f32)"},
               {"loss --w 3", "--w: the loss page takes --logits and --label only"},
               {"loss --x nan", "--x: 'nan' is no number"},
               {"--diff a.json b.json --json c.json", "--diff: takes two traces and --html only"},
               {"diamond --diff a.json b.json", "--diff: takes two traces and --html only"},
               {"--diff no_such.json neither.json", "no_such.json"}};
  for (const auto& w : wrong) {
    CAPTURE(w.arguments);
    const Run r = yhat_step(w.arguments);
    CHECK(r.code == 2);
    CHECK(r.out.find(w.says) != std::string::npos);
    CHECK(std::count(r.out.begin(), r.out.end(), '\n') == 1);
  }
}

#ifdef __linux__
TEST_CASE("yhat_step: text that cannot be written is an error") {
  for (const char* arguments : {"diamond", "--list", "loss"}) {
    CAPTURE(arguments);
    CHECK(yhat_step(std::string(arguments) + " >/dev/full").code == 2);
  }
}
#endif

TEST_CASE("yhat_step: --diff is 0 for equal runs and 1 for others, and writes the page") {
  const Folder folder;
  const std::string a = folder / "a.json";
  const std::string b = folder / "b.json";
  CHECK(yhat_step("diamond --json " + a).code == 0);
  CHECK(yhat_step("diamond --x 3 --json " + b).code == 0);
  const Run same = yhat_step("--diff " + a + " " + a);
  CHECK(same.code == 0);
  CHECK(same.out == "no difference in 11 steps\n");
  const Run other = yhat_step("--diff " + a + " " + b + " --html " + (folder / "page.html"));
  CHECK(other.code == 1);
  CHECK(other.out.starts_with("first difference: step 1 of 11, value x\n"));
  CHECK(yhat::test::read_text(folder / "page.html").find("Compared with the reference") != std::string::npos);
}

// What the page is made of must be well-formed by other programs' standards, where these are installed.
TEST_CASE("yhat_step: xmllint accepts graph and formulas, dot accepts the graph") {
  const Folder folder;
  const auto installed = [](const char* tool) {
    return std::system((std::string("command -v ") + tool + " >/dev/null 2>&1").c_str()) == 0;
  };
  for (const char* example : {"neuron", "softmax", "conv", "gap120", "lenet"}) {
    CAPTURE(example);
    if (yhat_step(std::string(example) + " --html " + (folder / "p.html") + " --dot " + (folder / "p.dot")).code != 0) {
      CHECK(std::string(example) == "lenet");  // a build without sample images
      continue;
    }
    const std::string page = yhat::test::read_text(folder / "p.html");
    std::string parts = "<parts>";
    for (const std::string tag : {"svg", "math"}) {
      std::size_t end = 0;
      for (std::size_t at = page.find("<" + tag); at != std::string::npos; at = page.find("<" + tag, end)) {
        end = page.find("</" + tag + ">", at) + tag.size() + 3;
        if (page[at + tag.size() + 1] == ' ' || page[at + tag.size() + 1] == '>') parts += page.substr(at, end - at);
      }
    }
    std::ofstream(folder / "parts.xml") << parts << "</parts>";
    CHECK(parts.size() > 1000);
    if (installed("xmllint")) CHECK(std::system(("xmllint --noout " + (folder / "parts.xml")).c_str()) == 0);
    if (installed("dot")) CHECK(std::system(("dot -Tcanon -o /dev/null " + (folder / "p.dot")).c_str()) == 0);
  }
}

TEST_CASE("yhat_step: a red check that is expected is no failure") {
  CHECK(yhat_step("bug").code == 0);
  CHECK(yhat_step("bug --variant B").code == 0);
  CHECK(yhat_step("gap120").code == 0);
}
#endif
