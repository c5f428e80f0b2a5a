// SPDX-License-Identifier: MIT
#include "lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "lexer.h"

namespace yhat::labs {
namespace {

/// Whether a text names a check: 2.1 neither as a part of 12.1 nor of 2.10.
bool lists(const std::string& text, const std::string& id) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id, at + 1)) {
    const std::size_t end = at + id.size();
    const bool begins = at == 0 || !(digit(text[at - 1]) || text[at - 1] == '.');
    if (begins && (end == text.size() || !digit(text[end]))) return true;
  }
  return false;
}

class Lint {
 public:
  Lint(const Sources& sources, const Manifest& lab) : sources_(sources), lab_(lab) {}

  std::vector<std::string> run() {
    holes();
    checks();
    handout();
    mutants();
    return std::move(found_);
  }

 private:
  void say(const std::string& where, const std::string& what) { found_.push_back(fmt::format("{}: {}", where, what)); }
  std::string at(const char* key, std::size_t i) const { return fmt::format("{}: /{}/{}", lab_.path.string(), key, i); }

  void holes() {
    for (std::size_t i = 0; i < lab_.holes.size(); ++i) {
      const Hole& h = lab_.holes[i];
      try {
        const std::string source = sources_.solution(lab_, h.file);
        find_function(source, h.file, h.function, h.signature);
        for (const std::string& name : h.remove) removed(source, h.file, name);
      } catch (const std::exception& error) {
        say(at("holes", i), error.what());
      }
      const bool called = std::any_of(lab_.checks.begin(), lab_.checks.end(), [&](const Check& c) {
        return std::find(c.holes.begin(), c.holes.end(), h.id) != c.holes.end();
      });
      if (!called) say(at("holes", i), "no check names \"" + h.id + "\" among its holes");
    }
    if (!found_.empty()) return;
    for (const std::string& file : lab_.editable_files()) {
      try {
        sources_.starter(lab_, file);
      } catch (const std::exception& error) {
        say(lab_.path.string(), error.what());
      }
    }
  }

  void checks() {
    static const std::map<std::string, const char*> banned = {
        {"Approx", "doctest::Approx: 1.00001 == Approx(1), and 1e-9 == Approx(0)"},
        {"CHECK_THROWS", "CHECK_THROWS without a type: a TODO passes; use CHECK_THROWS_AS"},
        {"REQUIRE_THROWS", "REQUIRE_THROWS without a type: a TODO passes; use REQUIRE_THROWS_AS"},
        {"should_fail", "should_fail: the exit status is 0"},
        {"may_fail", "may_fail: the exit status is 0"},
        {"expected_failures", "expected_failures: the exit status is 0"},
        {"skip", "skip: the exit status is 0"},
        {"chrono", "clocks: time is a limit, never a score"},
        {"ifstream", "files"},
        {"ofstream", "files"},
        {"fopen", "files"},
        {"socket", "network"}};
    std::map<std::string, int> cases;
    for (const fs::path& path : sources_.check_sources(lab_)) {
      const std::string source = read_file(path);
      std::vector<Token> tokens;
      try {
        tokens = tokenize(source, path.string());
      } catch (const SourceError& error) {
        found_.push_back(error.what());
        continue;
      }
      const auto text = [&](std::size_t i) {
        return i < tokens.size() ? source.substr(tokens[i].begin, tokens[i].end - tokens[i].begin) : std::string();
      };
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string word = text(i);
        const std::string where = fmt::format("{}:{}", path.string(), tokens[i].line);
        if (tokens[i].kind == TokenKind::directive) {
          for (const char* header : {"<chrono>", "<fstream>", "<ctime>", "<filesystem>"}) {
            if (word.find(header) != std::string::npos)
              say(where, fmt::format("a check has no clock and no files: {}", header));
          }
        }
        if (tokens[i].kind != TokenKind::identifier) continue;
        if (banned.count(word) > 0) say(where, std::string("banned in checks: ") + banned.at(word));
        if (word.starts_with("WARN")) say(where, "banned in checks: WARN is not counted");
        if (word == "TEST_CASE" && text(i + 1) == "(") {
          std::string name;
          for (std::size_t k = i + 2; k < tokens.size() && tokens[k].kind == TokenKind::text; ++k) {
            name += text(k).substr(1, text(k).size() - 2);
          }
          ++cases[name];
        }
      }
    }
    for (std::size_t i = 0; i < lab_.checks.size(); ++i) {
      const std::string& name = lab_.checks[i].name;
      if (cases[name] != 1) {
        say(at("checks", i),
            fmt::format("{} TEST_CASEs named \"{}\" in checks/ and hidden/ (must be 1)", cases[name], name));
      }
      cases.erase(name);
    }
    for (const auto& [name, count] : cases) {
      say(lab_.path.string(), "TEST_CASE \"" + name + "\" is not among the checks");
    }
  }

  // One page, fixed headings, the same checks, points and functions.
  void handout() {
    const fs::path path = lab_.folder / "README.md";
    if (!fs::exists(path)) return say(path.string(), "is missing");
    const std::string text = read_file(path);
    const auto lines = std::count(text.begin(), text.end(), '\n');
    if (lines > 80) say(path.string(), fmt::format("{} lines (at most 80)", lines));
    std::size_t after = 0;
    for (const char* heading :
         {"Goal", "Formula", "Files and functions", "Predict", "Checks and points", "Hints", "Going further"}) {
      const std::size_t place = text.find(std::string("\n## ") + heading, after);
      if (place == std::string::npos)
        say(path.string(), fmt::format("no heading \"## {}\" in its place", heading));
      else
        after = place;
    }
    for (const Hole& h : lab_.holes) {
      const std::size_t colons = h.function.rfind("::");
      const std::string name = colons == std::string::npos ? h.function : h.function.substr(colons + 2);
      if (text.find(name) == std::string::npos) say(path.string(), "does not name the function " + name);
      if (text.find(fs::path(h.file).filename().string()) == std::string::npos) {
        say(path.string(), "does not name the file " + h.file);
      }
    }
    for (const Check& c : lab_.checks) {
      if (c.visibility != "visible") continue;
      // The id, and its points in the same line or, for a range 5.1-5.12, nearby.
      if (!lists(text, c.id)) say(path.string(), "does not list check " + c.id);
    }
    if (text.find(number_text(lab_.points) + " points") == std::string::npos) {
      say(path.string(), "does not say \"" + number_text(lab_.points) + " points\"");
    }
  }

  void mutants() {
    std::set<std::string> killers;
    for (std::size_t i = 0; i < lab_.mutants.size(); ++i) {
      const Variant& v = lab_.mutants[i];
      killers.insert(v.must_fail.begin(), v.must_fail.end());
      compare(v, at("mutants", i));
    }
    for (std::size_t i = 0; i < lab_.accept.size(); ++i) compare(lab_.accept[i], at("accept", i));
    for (std::size_t i = 0; i < lab_.checks.size(); ++i) {
      if (killers.count(lab_.checks[i].id) == 0) say(at("checks", i), "no mutant fails this check");
    }
    for (const auto& [id, hints] : lab_.hints) {
      if (hints.size() != 3) say(lab_.path.string() + ": /hints/" + id, "must be three hints");
    }
  }

  void compare(const Variant& v, const std::string& where) {
    for (const BodyEdit& e : v.edits) {
      const Hole& h = lab_.hole(e.hole);
      try {
        const std::string source = sources_.solution(lab_, h.file);
        const Declaration d = find_function(source, h.file, h.function, h.signature);
        if (normalised_lines(body_of(source, d)) == normalised_lines(e.body)) say(where, "is the solution");
      } catch (const std::exception&) {
        // said for the hole already
      }
    }
  }

  const Sources& sources_;
  const Manifest& lab_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> lint_lab(const Sources& sources, const Manifest& lab) { return Lint(sources, lab).run(); }

std::vector<std::string> lint_all(const Sources& sources, double total) {
  std::vector<std::string> found;
  std::map<std::string, std::string> seen;
  double sum = 0;
  for (const Manifest& m : sources.labs()) {
    sum += m.points;
    if (!m.folder.filename().string().starts_with(m.lab + "-")) {
      found.push_back(m.path.string() + ": /lab: is \"" + m.lab + "\", the folder says otherwise");
    }
    for (const Hole& h : m.holes) {
      if (seen.count(h.id) > 0)
        found.push_back(m.path.string() + ": /holes: \"" + h.id + "\" is in " + seen[h.id] + " too");
      seen[h.id] = m.path.string();
    }
  }
  if (total > 0 && sum != total) found.push_back(fmt::format("labs: points sum to {} (must be {})", sum, total));
  return found;
}

}  // namespace yhat::labs
