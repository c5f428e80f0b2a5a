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
  const std::size_t initialisers = code.find("\n    : ", code.find('('));
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

/// Lines of prose are joined; what is indented (an example in a comment) becomes a block of code.
std::string prose(const std::string& comment) {
  std::istringstream in(comment);
  std::string result, line, code;
  const auto flush = [&] {
    if (!code.empty()) result += "\n```c++\n" + code + "```\n\n";
    code.clear();
  };
  while (std::getline(in, line)) {
    if (starts_with(line, "    ") || (!code.empty() && line.empty())) {
      if (!line.empty()) code += line.substr(4) + "\n";
    } else {
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

/// Declarations with neither a comment, nor one on the declaration right above, nor a section that speaks for them.
std::vector<std::string> without_comment(const Header& header) {
  std::vector<std::string> found;
  for (const Section& section : header.sections) {
    bool spoken_for = !section.title.empty();
    for (const Declaration& d : section.declarations) {
      if (d.code.empty()) {
        spoken_for = !section.title.empty();
      } else if (!d.comment.empty()) {
        spoken_for = true;
      } else if (!spoken_for && d.code.find("///") == std::string::npos && !starts_with(d.code, "template <>")) {
        found.push_back(fmt::format("{}:{}: no comment: {}", header.path.generic_string(), d.line,
                                    d.code.substr(0, d.code.find('\n'))));
      }
    }
  }
  return found;
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
