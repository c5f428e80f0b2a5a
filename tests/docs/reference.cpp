// SPDX-License-Identifier: MIT
// The reference in docs/reference/ is made of the comments in the public headers.
//   reference write ROOT    writes a page per header
//   reference check ROOT    fails if a page is not what the header says, or a declaration has no comment
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

/// What stands in a header between two blank lines or declarations.
struct Declaration {
  std::string comment;  // its /// lines
  std::string code;     // without function bodies and private parts
  int line = 0;
};

/// "--- Reductions. All axes or some. ---" and what follows it.
struct Section {
  std::string title;
  std::vector<Declaration> declarations;
};

struct Header {
  fs::path path;        // relative to the root
  std::string comment;  // of the file
  std::vector<Section> sections;
};

bool starts_with(const std::string& text, const std::string& beginning) { return text.rfind(beginning, 0) == 0; }

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

/// The change of depth of braces that a line of code makes; comments do not count.
int braces(const std::string& line) {
  const std::string code = line.substr(0, line.find("//"));
  return static_cast<int>(std::count(code.begin(), code.end(), '{') - std::count(code.begin(), code.end(), '}'));
}

/// A function's declaration without its body: `int f() const { return 1; }` becomes `int f() const;`.
std::string without_body(const std::string& code) {
  const std::size_t brace = code.find('{');
  const std::size_t call = code.rfind(')', brace);
  if (brace == std::string::npos || call == std::string::npos || starts_with(code, "enum")) return code;
  std::size_t end = brace;
  const std::size_t initialisers = code.find("\n      : ", code.find('('));
  const std::size_t inline_initialisers = code.find(") : ");
  if (initialisers < end) end = initialisers;
  if (inline_initialisers < end) end = inline_initialisers + 1;
  return trimmed(code.substr(0, end)) + ";";
}

/// A class without what is private, and without the bodies of its functions.
std::string public_part(const std::string& code) {
  std::istringstream in(code);
  std::string result, line, member;
  bool hidden =
      starts_with(code, "class") || starts_with(code, "template") ? code.find("class ") < code.find('{') : false;
  int depth = 0;
  while (std::getline(in, line)) {
    const int before = depth;
    depth += braces(line);
    const std::string text = trimmed(line);
    if (before == 0 || depth == 0) {  // the head and the end of the class
      result += line + "\n";
      continue;
    }
    if (before == 1 && (text == "public:" || text == "private:" || text == "protected:")) {
      hidden = text == "private:";
      continue;
    }
    if (hidden) continue;
    if (before == 1 && (text.empty() || starts_with(text, "//"))) {
      if (text.empty() ? !result.ends_with("{\n") : !starts_with(text, "// ")) result += line + "\n";
      continue;
    }
    member += line + "\n";
    if (depth == 1 && (text.ends_with(";") || text.ends_with("}") || text.find(";  ///<") != std::string::npos)) {
      const bool nested = starts_with(trimmed(member), "struct") || starts_with(trimmed(member), "class");
      result += nested || text.find("///<") != std::string::npos ? member : "  " + without_body(trimmed(member)) + "\n";
      member.clear();
    }
  }
  while (result.find("\n\n}") != std::string::npos) result.erase(result.find("\n\n}"), 1);
  return result;
}

std::string code_of(const std::string& code) {
  const std::size_t brace = code.find('{');
  const std::string head = code.substr(0, brace);
  const bool is_class = head.find('(') == std::string::npos &&
                        (head.find("class ") != std::string::npos || head.find("struct ") != std::string::npos);
  return trimmed(brace != std::string::npos && is_class ? public_part(code) : without_body(code));
}

Header read_header(const fs::path& root, const fs::path& path) {
  Header header{path, "", {{"", {}}}};
  std::ifstream in(root / path);
  std::string line, comment, code;
  bool inside = false, skipping = false;  // the namespace; an implementation detail
  int depth = 0, number = 0, first = 0;
  while (std::getline(in, line)) {
    ++number;
    const std::string text = trimmed(line);
    if (!inside) {
      if (starts_with(text, "///")) header.comment += text.substr(std::min<std::size_t>(4, text.size())) + "\n";
      inside = starts_with(text, "namespace yhat {");
      continue;
    }
    if (code.empty() && starts_with(text, "// --- ")) {
      std::string title = text.substr(7);
      while (!title.empty() && std::string(" -.").find(title.back()) != std::string::npos) title.pop_back();
      skipping = title == "Implementation";
      header.sections.push_back({title, {}});
      continue;
    }
    if (code.empty() && starts_with(text, "namespace detail")) {
      int nested = braces(line);
      while (nested > 0 && std::getline(in, line)) nested += braces(line), ++number;
      continue;
    }
    if (code.empty() && (text == "}" || starts_with(text, "}  // namespace yhat"))) break;
    if (code.empty() && starts_with(text, "///")) {
      comment += text.substr(std::min<std::size_t>(4, text.size())) + "\n";
      continue;
    }
    if (code.empty() && (text.empty() || starts_with(text, "//"))) {
      if (text.empty()) comment.clear();
      if (text.empty() && !header.sections.back().declarations.empty())
        header.sections.back().declarations.push_back({});
      continue;
    }
    if (code.empty()) first = number;
    code += line.substr(0, line.find("  // NOLINT")) + "\n";
    depth += braces(line);
    const std::string statement = trimmed(line.substr(0, line.find("  //")));
    if (depth != 0 || !(statement.ends_with(";") || statement.ends_with("}"))) continue;
    const bool forward =
        (starts_with(code, "class ") || starts_with(code, "struct ")) && code.find('{') == std::string::npos;
    if (!forward && !skipping) header.sections.back().declarations.push_back({comment, code_of(code), first});
    code.clear();
    comment.clear();
  }
  return header;
}

/// An example, which the tests run with the other pages' code. One that begins with a function stands at namespace
/// scope.
std::string example(const std::string& code, const std::string& output) {
  if (code.empty()) return "";
  const std::string first = code.substr(0, code.find('\n'));
  const bool definition = starts_with(first, "Tensor ") && first.ends_with(") {");
  std::string text = fmt::format("\n{}```cpp\n{}```\n\n", definition ? "<!-- file -->\n" : "", code);
  if (!output.empty()) text += "```text\n" + output + "```\n\n";
  return text;
}

/// Lines of prose are joined; what is indented becomes an example, and of that what begins with > its output.
std::string prose(const std::string& comment) {
  std::istringstream in(comment);
  std::string result, line, code, output;
  const auto flush = [&] {
    result += example(code, output);
    code.clear(), output.clear();
  };
  while (std::getline(in, line)) {
    if (starts_with(line, "    > ")) {
      output += line.substr(6) + "\n";
    } else if (starts_with(line, "    ")) {
      code += line.substr(4) + "\n";
    } else if (code.empty() || !line.empty()) {
      flush();
      std::replace(line.begin(), line.end(), '<', '\x01');
      for (char c : line) result += c == '\x01' ? "&lt;" : std::string(1, c);
      result += "\n";
    }
  }
  flush();
  for (std::size_t at; (at = result.find("\n\n\n")) != std::string::npos;) result.erase(at, 1);
  return trimmed(result) + "\n";
}

std::string page_of(const Header& header) {
  const std::string name = header.path.filename().string();
  std::string page =
      fmt::format("# {0}\n\n`#include <yhat/{0}>`, or all of them by `<yhat/yhat.h>`. Source: [{1}](../../{1}).\n",
                  name, header.path.generic_string());
  if (!header.comment.empty()) page += "\n" + prose(header.comment);
  for (const Section& section : header.sections) {
    if (!section.title.empty()) page += "\n## " + section.title + "\n";
    bool open = false;
    for (std::size_t i = 0; i < section.declarations.size(); ++i) {
      const Declaration& d = section.declarations[i];
      if (d.code.empty()) continue;
      const bool joins = open && d.comment.empty();  // no comment of its own: it shares the one before
      if (!joins)
        page +=
            (open ? "```\n" : "") + std::string("\n") + (d.comment.empty() ? "" : prose(d.comment) + "\n") + "```c++\n";
      page += d.code + "\n";
      open = true;
    }
    if (open) page += "```\n";
  }
  return page;
}

bool is_class(const std::string& code) { return starts_with(code, "class ") || starts_with(code, "struct "); }

/// "zeros", "operator+"; a class by its first line, so that it is not taken for its constructor.
std::string name_in(std::string code) {
  if (starts_with(code, "template")) code = trimmed(code.substr(code.find('\n') + 1));
  if (is_class(code) || starts_with(code, "enum")) return code.substr(0, code.find('\n'));
  if (starts_with(code, "requires")) {
    std::size_t end = code.find('(');
    for (int depth = 0; end < code.size(); ++end) {
      depth += code[end] == '(' ? 1 : code[end] == ')' ? -1 : 0;
      if (depth == 0) break;
    }
    code = trimmed(code.substr(end + 1));
  }
  if (const std::size_t at = code.find("operator"); at != std::string::npos) {
    return code.substr(at, code.find('(', at + 9) - at);  // "operator()" has a bracket in its name
  }
  if (starts_with(code, "decltype(auto) ")) code.erase(0, 15);
  const std::string head = code.substr(0, std::min(code.find('('), code.find(" =")));
  return head.substr(head.find_last_of(" \n&*") + 1);
}

/// Member functions that the class's comment, or the function they override, speaks for.
bool speaks_for_itself(const std::string& member, const std::string& name) {
  for (const char* word : {" = default;", " = delete;", " override;", "///<"}) {
    if (member.find(word) != std::string::npos) return true;
  }
  return starts_with(name, "~") || starts_with(member, name + "()");  // a destructor, a constructor without arguments
}

/// Remembers what was commented last: overloads of one name that stand together share a comment.
class CommentCheck {
 public:
  explicit CommentCheck(std::string header) : header_(std::move(header)) {}

  void declaration(const std::string& name, bool commented, const std::string& code, int line) {
    if (commented) spoken_for_ = name;
    if (name == spoken_for_) return;
    complaints_.push_back(fmt::format("{}:{}: no comment: {}", header_, line, code.substr(0, code.find('\n'))));
  }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  std::string header_, spoken_for_;
  std::vector<std::string> complaints_;
};

/// The member functions of a class, as public_part leaves them.
void check_members(const Declaration& d, CommentCheck& check) {
  std::istringstream in(d.code);
  std::string line, member;
  bool commented = false;
  int depth = 0;
  while (std::getline(in, line) && !line.ends_with("{")) continue;  // "class Tensor {"
  while (std::getline(in, line)) {
    const std::string text = trimmed(line);
    if (text.empty() || (member.empty() && starts_with(text, "///"))) {
      commented = !text.empty();
      continue;
    }
    member += text + "\n";
    depth += braces(line);
    if (depth != 0 || !(text.ends_with(";") || text.find(";  ///<") != std::string::npos)) continue;
    const std::string code = trimmed(member);
    const std::size_t bracket = code.find('(');
    const bool function = bracket < code.find(" =") && bracket < code.find('{') && !starts_with(code, "using");
    const std::string name = name_in(code);
    if (function && (commented || !speaks_for_itself(code, name))) check.declaration(name, commented, code, d.line);
    commented = false;
    member.clear();
  }
}

/// Public functions, classes and member functions without a comment, of their own or of an overload right above.
std::vector<std::string> without_comment(const Header& header) {
  CommentCheck check(header.path.generic_string());
  for (const Section& section : header.sections) {
    for (const Declaration& d : section.declarations) {
      if (d.code.empty() || starts_with(d.code, "template <>")) continue;
      check.declaration(name_in(d.code), !d.comment.empty(), d.code, d.line);
      if (d.code.find("{\n") != std::string::npos && !starts_with(d.code, "enum")) check_members(d, check);
    }
  }
  return check.complaints();
}

std::map<std::string, std::string> pages_of(const fs::path& root, std::vector<std::string>& complaints) {
  std::map<std::string, std::string> pages;
  std::string index =
      "# Reference\n\nEvery public header with what it declares. These pages are made of the comments in the "
      "headers.\n";
  for (const char* folder : {"core", "layers", "losses", "optim", "models", "data", "trace"}) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(root / folder / "yhat")) {
      if (entry.path().extension() == ".h") paths.push_back(fs::relative(entry.path(), root));
    }
    std::sort(paths.begin(), paths.end());
    index += fmt::format("\n**{}/**: ", folder);
    for (const fs::path& path : paths) {
      const Header header = read_header(root, path);
      const std::string page = path.stem().string() + ".md";
      pages[page] = page_of(header);
      index += fmt::format("{}[{}]({})", path == paths.front() ? "" : ", ", path.filename().string(), page);
      for (const std::string& complaint : without_comment(header)) complaints.push_back(complaint);
    }
    index += "\n";
  }
  pages["README.md"] = index;
  return pages;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int run(const std::string& mode, const fs::path& root) {
  std::vector<std::string> complaints;
  const std::map<std::string, std::string> pages = pages_of(root, complaints);
  const fs::path folder = root / "docs" / "reference";
  if (mode == "write") fs::create_directories(folder);
  for (const auto& [name, text] : pages) {
    if (mode == "write") {
      std::ofstream(folder / name, std::ios::binary) << text;
    } else if (read(folder / name) != text) {
      complaints.push_back(fmt::format("docs/reference/{}: differs from its header; hint: reference write .", name));
    }
  }
  if (fs::exists(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (pages.count(entry.path().filename().string()) == 0) {
        complaints.push_back(
            fmt::format("docs/reference/{}: there is no such header", entry.path().filename().string()));
      }
    }
  }
  for (const std::string& complaint : complaints) fmt::print("{}\n", complaint);
  fmt::print("{} pages\n", pages.size());
  return complaints.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc == 3 ? argv[1] : "";
  if (mode == "write" || mode == "check") return run(mode, argv[2]);
  fmt::print(stderr, "usage: reference write|check ROOT\n");
  return 2;
}
