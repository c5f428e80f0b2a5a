// SPDX-License-Identifier: MIT
// The code in the documentation is compiled and run, and what it prints is compared with what the page says.
//   snippets generate OUT.cpp PAGE.md...         one program; the cpp blocks of a page, in order, share one scope
//   snippets check PAGE.md PROGRAM NUMBER ROOT   runs the page of that number, compares its output block by block
// A text block is the expected output of the cpp block before it. A comment on the line before a block changes how it
// is taken: <!-- file --> puts it at namespace scope, <!-- tol 1e-3 --> compares the numbers of a text block with that
// relative tolerance, <!-- quoted from FILE --> says that it is not run, but stands in that file of the project word
// for word. A block with an `int main()` is a program of its own.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Block {
  std::string language, comment, text;
  int line = 0;  // of its first line in the page
};

std::vector<Block> read_blocks(const std::string& page) {
  std::ifstream in(page);
  if (!in) throw std::runtime_error("cannot open " + page);
  std::vector<Block> blocks;
  std::string line;
  std::string comment;
  bool inside = false;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.rfind("```", 0) == 0) {
      inside = !inside;
      if (inside) blocks.push_back({line.substr(3), comment, "", number + 1});
      comment = "";
    } else if (inside) {
      blocks.back().text += line + "\n";
    } else if (!line.empty()) {
      comment = line.rfind("<!--", 0) == 0 ? line : "";
    }
  }
  return blocks;
}

// The file that a block quotes, empty if it does not.
std::string quoted_file(const Block& block) {
  const std::string mark = "<!-- quoted from ";
  if (block.comment.rfind(mark, 0) != 0) return "";
  return block.comment.substr(mark.size(), block.comment.find(' ', mark.size()) - mark.size());
}

bool runs(const Block& block) { return block.language == "cpp" && quoted_file(block).empty(); }

std::string at_line(const std::string& page, const Block& block) {
  return fmt::format("#line {} \"{}\"\n", block.line, page);
}

// A whole program inside the page: its includes are dropped (all of them are there already), its main is renamed.
std::string as_function(const std::string& text, std::size_t number) {
  std::istringstream in(text);
  std::string line;
  std::string result;
  while (std::getline(in, line)) {
    if (line.rfind("#include", 0) == 0) line = "";
    const std::size_t main = line.find("int main()");
    if (main != std::string::npos) line.replace(main, 10, fmt::format("void program_{}()", number));
    result += line + "\n";
  }
  return result;
}

// The code of one page: what stands at namespace scope, and a function `page` that runs the rest.
std::string code_of(const std::string& page) {
  std::string scope;
  std::string body;
  std::size_t number = 0;
  for (const Block& block : read_blocks(page)) {
    if (!runs(block)) continue;
    ++number;
    if (block.text.find("int main()") != std::string::npos) {
      scope += at_line(page, block) + as_function(block.text, number);
      body += fmt::format("  program_{}();\n", number);
    } else if (block.comment.find("<!-- file -->") != std::string::npos) {
      scope += at_line(page, block) + block.text;
    } else {
      body += at_line(page, block) + block.text;
    }
    body += "  end_of_block();\n";
  }
  return fmt::format("{}#line 1 \"main of {}\"\nvoid page() {{\n{}}}\n", scope, page, body);
}

// All pages become one program, so that the headers are read once. It runs the page whose number it is given.
void generate(const std::string& target, const std::vector<std::string>& pages) {
  std::ofstream out(target);
  out << "// Generated from the pages of the documentation.\n"
      << "#include <fmt/format.h>\n#include <fmt/ranges.h>\n#include <yhat/yhat.h>\n#include <cmath>\n#include "
         "<cstdio>\n#include <cstdlib>\n#include <vector>\nusing namespace yhat;\n"
      << "namespace { void end_of_block() { std::fputs(\"\\x1e\\n\", stdout); std::fflush(stdout); } }\n";
  for (std::size_t i = 0; i < pages.size(); ++i) {
    out << fmt::format("namespace page_{} {{ namespace {{\n{}}} }}\n", i, code_of(pages[i]));
  }
  out << "int main(int, char** argv) {\n  switch (std::atoi(argv[1])) {\n";
  for (std::size_t i = 0; i < pages.size(); ++i) out << fmt::format("    case {0}: page_{0}::page(); break;\n", i);
  out << "  }\n}\n";
  if (!out) throw std::runtime_error("cannot write " + target);
}

std::string output_of(const std::string& program, const std::string& number) {
  FILE* pipe = popen(("\"" + program + "\" " + number).c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + program);
  std::string output;
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  if (pclose(pipe) != 0) throw std::runtime_error("the page's program failed after printing:\n" + output);
  return output;
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> result;
  for (std::string word; in >> word;) result.push_back(word);
  return result;
}

// Equal up to white space, numbers within the tolerance. Brackets and commas around a number belong to its word.
bool matches(const std::string& expected, const std::string& actual, double tolerance) {
  const std::vector<std::string> a = words(expected);
  const std::vector<std::string> b = words(actual);
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    const std::size_t digit = a[i].find_first_of("-.0123456789");
    if (tolerance == 0 || digit == std::string::npos || b[i].size() < digit) return false;
    const double u = std::strtod(a[i].c_str() + digit, nullptr);
    const double v = std::strtod(b[i].c_str() + digit, nullptr);
    if (!(std::abs(u - v) <= tolerance * std::max(std::abs(u), std::abs(v)))) return false;
  }
  return true;
}

// Whether the block's lines stand in the file, one after the other.
bool is_in(const std::string& path, const Block& block) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path);
  const std::string text = "\n" + std::string(std::istreambuf_iterator<char>(in), {});
  return text.find("\n" + block.text) != std::string::npos;
}

int check(const std::string& page, const std::string& program, const std::string& number, const std::string& root) {
  const std::string output = output_of(program, number);
  std::vector<std::string> parts;
  for (std::size_t start = 0, end; (end = output.find("\x1e\n", start)) != std::string::npos; start = end + 2) {
    parts.push_back(output.substr(start, end - start));
  }
  const std::vector<Block> blocks = read_blocks(page);
  int failures = 0;
  std::size_t ran = 0, quoted = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (const std::string file = quoted_file(blocks[i]); !file.empty()) {
      ++quoted;
      if (is_in(root + "/" + file, blocks[i])) continue;
      ++failures;
      fmt::print("{}:{}: these lines do not stand in {}\n{}\n", page, blocks[i].line, file, blocks[i].text);
    }
    if (!runs(blocks[i])) continue;
    if (ran >= parts.size()) throw std::runtime_error("the program stopped early");
    const std::string& actual = parts[ran++];
    const bool shown = i + 1 < blocks.size() && blocks[i + 1].language == "text";
    const std::string expected = shown ? blocks[i + 1].text : "";
    const std::string& comment = shown ? blocks[i + 1].comment : "";
    const std::size_t tol = comment.find("tol ");
    const double tolerance = tol == std::string::npos ? 0 : std::strtod(comment.c_str() + tol + 4, nullptr);
    if (matches(expected, actual, tolerance)) continue;
    ++failures;
    fmt::print("{}:{}: the code prints\n{}\nthe page says\n{}\n", page, blocks[i].line, actual, expected);
  }
  fmt::print("{}: {} blocks run, {} quoted from sources, {} differ\n", page, ran, quoted, failures);
  return ran == 0 || failures > 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (argc > 3 && arguments[0] == "generate")
      return generate(arguments[1], {arguments.begin() + 2, arguments.end()}), 0;
    if (argc == 6 && arguments[0] == "check") return check(arguments[1], arguments[2], arguments[3], arguments[4]);
    fmt::print(stderr, "usage: snippets generate OUT.cpp PAGE.md... | snippets check PAGE.md PROGRAM NUMBER ROOT\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "snippets: {}\n", error.what());
  }
  return 2;
}
