// SPDX-License-Identifier: MIT
#include "bodies.h"

#include <doctest/doctest.h>

#include <string>

#include "files.h"
#include "lexer.h"

using namespace yhat::labs;

namespace {

const std::string kPath = "tricky.cpp";
const std::string& tricky() {
  static const std::string text = read_file(YHAT_LABS_TEST_DIR "/sources/tricky.cpp.txt");
  return text;
}

std::string message_of(const std::string& source, const std::string& function, const std::string& signature = "",
                       const std::string& path = "f.cpp") {
  try {
    find_function(source, path, function, signature);
  } catch (const SourceError& error) {
    return error.what();
  }
  return "";
}

std::string emptied_text(const std::string& source, const std::string& function, const std::string& signature = "") {
  return spliced(source, {emptied(source, find_function(source, kPath, function, signature), "lab99.f", "do it")});
}

}  // namespace

TEST_CASE(
    "tokens cover a source, and what looks like code in strings and "
    "comments is not") {
  std::string joined_tokens;
  std::size_t at = 0;
  for (const Token& t : tokenize(tricky(), kPath)) {
    const std::string between = tricky().substr(at, t.begin - at);
    CHECK(between.find_first_not_of(" \n\\") == std::string::npos);
    CHECK(t.end > t.begin);
    at = t.end;
  }
  const auto kinds = [](const std::string& text) {
    std::string list;
    for (const Token& t : tokenize(text, kPath)) list += "ints cdp"[static_cast<int>(t.kind)];
    return list;
  };
  CHECK(tokenize("1'000'000", kPath).size() == 1);
  CHECK(tokenize("0x1p-3 1e+5 .5f", kPath).size() == 3);
  CHECK(tokenize("'\\'' u8'x' L'\"'", kPath).size() == 3);
  CHECK(tokenize("R\"d()\" )d\" u8R\"(\")\"", kPath).size() == 2);
  CHECK(tokenize("// a \\\n still { the comment\nx", kPath).size() == 2);
  CHECK(tokenize("#define X \\\n { /* \n } */ y\nx", kPath).size() == 2);
  CHECK(tokenize("a # b", kPath).size() == 3);
  CHECK(kinds("x").size() == 1);
}

TEST_CASE("a token that does not end is an error with file and line") {
  CHECK_THROWS_WITH_AS(tokenize("\n\"abc\n", "f.cpp"), "f.cpp:2: a string that does not end", SourceError);
  CHECK_THROWS_WITH_AS(tokenize("x\n\n/* abc", "f.cpp"), "f.cpp:3: a comment that does not end", SourceError);
  CHECK_THROWS_WITH_AS(tokenize("'a", "f.cpp"), "f.cpp:1: a character that does not end", SourceError);
  CHECK_THROWS_WITH_AS(tokenize("R\"x(abc)\"", "f.cpp"), "f.cpp:1: a raw string that does not end", SourceError);
}

TEST_CASE("a function is found by name, qualified name and signature") {
  const auto name = [](const std::string& function, const std::string& signature = "") {
    const Declaration d = find_function(tricky(), kPath, function, signature);
    return d.name + ":" + std::to_string(d.line);
  };
  CHECK(name("first").substr(0, 12) == "outer::first");
  CHECK(name("outer::first") == name("first"));
  CHECK(find_function(tricky(), kPath, "first", "").parameters == "int x, const std::string& s = \"){\", char c = '{'");
  CHECK(name("overloaded", "double").substr(0, 17) == "outer::overloaded");
  CHECK(name("overloaded", "int x") != name("overloaded", "double"));
  CHECK(name("Vec::get").substr(0, 15) == "outer::Vec::get");
  CHECK(name("over").substr(0, 16) == "outer::Vec::over");
  CHECK(name("operator+").substr(0, 16) == "outer::operator+");
  CHECK(name("operator==").substr(0, 17) == "outer::operator==");
  CHECK(name("operator<<").substr(0, 17) == "outer::operator<<");
  CHECK(name("trailing").substr(0, 15) == "outer::trailing");
  CHECK(name("Pair::sum").substr(0, 16) == "outer::Pair::sum");
  CHECK(name("uses_all").substr(0, 15) == "outer::uses_all");
}

TEST_CASE(
    "emptying changes the body and nothing else, and putting it back "
    "restores the file") {
  for (const char* function :
       {"first", "trailing", "Vec::get", "over", "operator+", "operator==", "operator<<", "uses_all", "Pair::sum"}) {
    CAPTURE(function);
    const Declaration d = find_function(tricky(), kPath, function, "");
    const std::string text = emptied_text(tricky(), function);
    CHECK(text.substr(0, d.open + 1) == tricky().substr(0, d.open + 1));
    CHECK(text.ends_with(tricky().substr(d.close)));
    const Declaration again = find_function(text, kPath, function, "");
    CHECK(again.open == d.open);
    CHECK(body_of(text, again).find("YHAT_TODO(\"lab99.f\");") != std::string::npos);
    const std::string body(body_of(tricky(), d));
    CHECK(spliced(text, {{again.open + 1, again.close, body}}) == tricky());
  }
  CHECK(emptied_text("int f() { return 1; }\n", "f") ==
        "int f() {\n  // TODO(lab99.f): do it\n  YHAT_TODO(\"lab99.f\");\n}\n");
  CHECK(emptied_text("struct A {\n  int f() { return 1; }\n};\n", "f") ==
        "struct A {\n  int f() {\n    // TODO(lab99.f): do it\n    "
        "YHAT_TODO(\"lab99.f\");\n  }\n};\n");
}

TEST_CASE("the include goes before the first real include") {
  const std::string text = spliced(tricky(), {todo_include(tricky(), kPath)});
  CHECK(text.find("*/\n#include <yhat/labs/todo.h>\n#include <string>\n") != std::string::npos);
  CHECK(spliced("int x;\n", {todo_include("int x;\n", kPath)}) == "#include <yhat/labs/todo.h>\nint x;\n");
}

TEST_CASE(
    "a helper is removed with its comment, whether function, struct or "
    "constant") {
  const auto without = [](const std::string& name) { return spliced(tricky(), removed(tricky(), kPath, name)); };
  CHECK(without("helper").find("namespace {\n\nconstexpr int limit") != std::string::npos);
  CHECK(without("limit").find("}\n\nstruct Pair {") != std::string::npos);
  CHECK(without("Pair").find("1'000'000;\n\n}  // namespace") != std::string::npos);
  CHECK(without("lambda").find("const auto lambda") == std::string::npos);
  CHECK_THROWS_WITH_AS(removed(tricky(), kPath, "nothing"), "tricky.cpp:1: nothing named nothing to remove",
                       SourceError);
}

TEST_CASE("what cannot be emptied is refused, with line and reason") {
  CHECK(message_of(tricky(), "missing").find("f.cpp:1: no definition of missing; defined here: ") == 0);
  CHECK(message_of(tricky(), "overloaded").find("overloaded is ambiguous: outer::overloaded(int x) in line ") !=
        std::string::npos);
  CHECK(message_of(tricky(), "overloaded").find("give \"signature\"") != std::string::npos);
  CHECK(message_of(tricky(), "overloaded", "float").find("no overloaded with \"float\" in its parameters") !=
        std::string::npos);
  CHECK(message_of(tricky(), "Vec::Vec").find("is a constructor") != std::string::npos);
  CHECK(message_of(tricky(), "Vec::~Vec").find("is a destructor") != std::string::npos);
  CHECK(message_of(tricky(), "Vec::size").find("is noexcept") != std::string::npos);
  CHECK(message_of(tricky(), "in_line").find("is inline") != std::string::npos);
  CHECK(message_of(tricky(), "at_compile_time").find("is constexpr") != std::string::npos);
  CHECK(message_of(tricky(), "generic").find("is a template") != std::string::npos);
  CHECK(message_of(tricky(), "helper").find("is a template") != std::string::npos);
  CHECK(message_of("int f() { return 1; }", "f", "", "f.h") ==
        "f.h:1: f is in a header; it cannot be replaced when linking");
  CHECK(message_of("int f() try { return 1; } catch (...) { return 2; }\nint "
                   "g() { return 3; }",
                   "f")
            .find("is a function-try-block") != std::string::npos);
  CHECK(message_of("int f() try { return 1; } catch (...) { return 2; }\nint "
                   "g() { return 3; }",
                   "g")
            .empty());
  CHECK(message_of("int f() {\n#if A\n  if (x) {\n#else\n  {\n#endif\n  }\n}\n", "f") ==
        "f.cpp:2: brackets do not match within a branch of #if");
  CHECK(message_of("int f() { (] }", "f") == "f.cpp:1: \"]\" closes nothing");
  CHECK(message_of("int f() {", "f") == "f.cpp:1: a bracket that is not closed");
}

TEST_CASE("calls, declarations and lambdas are no definitions") {
  CHECK(message_of("int f();\nint g() { return f(); }\nauto h = [] { return f(); };", "f").find("no definition of f") !=
        std::string::npos);
  CHECK(message_of("namespace a::b { int f() { return 1; } }", "b::f").empty());
  CHECK(message_of("namespace a { inline namespace b { int f() { return 1; } } }", "a::b::f").empty());
  CHECK(message_of("extern \"C\" { int f() { return 1; } }", "f").empty());
  CHECK(message_of("std::function<int(int)> f(std::vector<std::vector<int>> x) "
                   "{ return {}; }",
                   "f")
            .empty());
  CHECK(message_of("std::vector<int> x{1, 2};\nint y = 3;\nint f() { return 1; }", "f").empty());
  CHECK(message_of("template <class T> requires (sizeof(T) > 1) T g(T x) { "
                   "return x; }\nint f() { return 1; }",
                   "f")
            .empty());
  CHECK(message_of("[[nodiscard]] static int f(int x = (1 < 2)) { return x; }", "f").empty());
}

TEST_CASE("lines are compared without blanks, comments and lone braces") {
  CHECK(normalised_lines("  a = b;  // why\n}\n\n  c( d );\n") == std::vector<std::string>{"a=b;", "c(d);"});
}
