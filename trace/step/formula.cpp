// SPDX-License-Identifier: MIT
#include "formula.h"

#include <fmt/format.h>

#include <map>

#include "number_places.h"
#include "numbers.h"

namespace yhat::trace {
namespace {
Expr make(Expr::Kind kind, std::string text, std::vector<Expr> parts = {}) {
  Expr e;
  e.kind = kind;
  e.text = std::move(text);
  e.parts = std::move(parts);
  return e;
}
}  // namespace

Expr number(double value) {
  Expr e = make(Expr::Kind::number, "");
  e.value = value;
  return e;
}
Expr name(std::string text) { return make(Expr::Kind::name, std::move(text)); }
Expr symbol(std::string text) { return make(Expr::Kind::symbol, std::move(text)); }
Expr words(std::string text) { return make(Expr::Kind::words, std::move(text)); }
Expr row(std::vector<Expr> parts) { return make(Expr::Kind::row, "", std::move(parts)); }
Expr fraction(Expr top, Expr bottom) { return make(Expr::Kind::fraction, "", {std::move(top), std::move(bottom)}); }
Expr sub(Expr base, Expr index) { return make(Expr::Kind::sub, "", {std::move(base), std::move(index)}); }
Expr super(Expr base, Expr power) { return make(Expr::Kind::super, "", {std::move(base), std::move(power)}); }
Expr fence(Expr inside) { return make(Expr::Kind::fence, "", {std::move(inside)}); }
Expr matrix(std::vector<Expr> entries, int cols) {
  Expr e = make(Expr::Kind::matrix, "", std::move(entries));
  e.cols = cols;
  return e;
}
Expr marked(Expr inside, std::string style) { return make(Expr::Kind::marked, std::move(style), {std::move(inside)}); }
Expr derivative(const std::string& of, const std::string& by) {
  return fraction(row({name("d"), name(of)}), row({name("d"), name(by)}));
}
Expr apply(const std::string& function, Expr argument) { return row({name(function), fence(std::move(argument))}); }

Expr list(const Numbers& values, std::size_t most) {
  if (values.size() == 1) return number(values[0]);
  std::vector<Expr> parts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) parts.push_back(symbol(","));
    if (values.size() > most && i + 1 == most) {
      parts.push_back(symbol("..."));
      break;
    }
    parts.push_back(number(values[i]));
  }
  return fence(row(std::move(parts)));
}

Expr list(const MaybeNumbers& values, std::size_t most) { return values ? list(*values, most) : symbol("none"); }

// --- Text ---

namespace {

bool compound(const Expr& e) {
  if (e.kind == Expr::Kind::number) return e.value < 0;
  if (e.kind == Expr::Kind::marked) return compound(e.parts[0]);
  if (e.kind != Expr::Kind::row) return false;
  for (const Expr& part : e.parts) {
    if (part.kind == Expr::Kind::symbol && part.text != "," && part.text != " ") return true;
  }
  return false;
}

std::string guarded(const Expr& e) {
  const std::string text = to_text(e);
  return compound(e) ? fmt::format("({})", text) : text;
}

// "5 + -2" and "--2" want brackets.
bool negative(const Expr& e) {
  if (e.kind == Expr::Kind::number) return e.value < 0;
  return (e.kind == Expr::Kind::marked || (e.kind == Expr::Kind::row && e.parts.size() == 1)) && negative(e.parts[0]);
}
bool wants_brackets(const std::vector<Expr>& parts, std::size_t i) {
  if (i == 0 || parts[i - 1].kind != Expr::Kind::symbol || !negative(parts[i])) return false;
  const std::string& before = parts[i - 1].text;
  return before == "*" || before == "times" || before == "+" || before == "-" || before == "u-";
}

bool tight(const std::string& s) { return s == "*" || s == "^T" || s == "'" || s == "u-"; }

}  // namespace

std::string to_text(const Expr& e) {
  switch (e.kind) {
    case Expr::Kind::number:
      return show(e.value);
    case Expr::Kind::name:
    case Expr::Kind::words:
      return e.text;
    case Expr::Kind::symbol:
      if (e.text == "none") return "-";
      return e.text == "u-" ? "-" : e.text;
    case Expr::Kind::row: {
      std::string out;
      bool after_words = false;
      for (std::size_t i = 0; i < e.parts.size(); ++i) {
        const Expr& part = e.parts[i];
        if (part.kind != Expr::Kind::symbol) {
          const bool apart = !out.empty() && out.back() != ' ' && (part.kind == Expr::Kind::words || after_words);
          const std::string text = wants_brackets(e.parts, i) ? fmt::format("({})", to_text(part)) : to_text(part);
          out += fmt::format("{}{}", apart && text[0] != ',' ? " " : "", text);
        } else if (part.text == " ") {
          out += part.text;
        } else if (part.text == "," || part.text == ":") {
          out += part.text + " ";
        } else if (tight(part.text) || part.text == "none" || part.text == "...") {
          out += to_text(part);
        } else {
          out += fmt::format(" {} ", part.text == "times" ? "*" : part.text);
        }
        after_words = part.kind == Expr::Kind::words;
      }
      return out;
    }
    case Expr::Kind::fraction:
      return guarded(e.parts[0]) + "/" + guarded(e.parts[1]);
    case Expr::Kind::sub:
      return fmt::format("{}_{}", to_text(e.parts[0]), to_text(e.parts[1]));
    case Expr::Kind::super:
      return guarded(e.parts[0]) + "^" + guarded(e.parts[1]);
    case Expr::Kind::fence:
      return fmt::format("({})", to_text(e.parts[0]));
    case Expr::Kind::matrix: {
      std::string out = "[";
      for (std::size_t i = 0; i < e.parts.size(); ++i) {
        if (i > 0) out += i % static_cast<std::size_t>(e.cols) == 0 ? "; " : ", ";
        out += to_text(e.parts[i]);
      }
      return out + "]";
    }
    case Expr::Kind::marked:
      return to_text(e.parts[0]);
  }
  return "";
}

// --- MathML Core ---

namespace {

std::string identifier(const std::string& text) {
  static const std::map<std::string, const char*> greek = {
      {"sigma", "&#963;"}, {"delta", "&#948;"}, {"yhat", "y&#770;"}, {"diag", "diag"}};
  auto found = greek.find(text);
  const std::string shown = found == greek.end() ? escape(text) : found->second;
  return (text.size() > 1 ? "<mi mathvariant=\"normal\">" : "<mi>") + shown + "</mi>";
}

std::string operator_of(const std::string& text) {
  if (text == "*" || text == "times") return "<mo>&#8901;</mo>";
  if (text == "-" || text == "u-") return "<mo>&#8722;</mo>";
  if (text == "->") return "<mo>&#8594;</mo>";
  if (text == "sum") return "<mo>&#8721;</mo>";
  if (text == "...") return "<mo>&#8230;</mo>";
  if (text == " ") return "<mtext>&#8201;</mtext>";
  if (text == "none") return "<mtext>&#8211;</mtext>";
  if (text == "^T") return "";  // handled by its row
  return "<mo>" + escape(text) + "</mo>";
}

std::string inner(const Expr& e) {
  std::string out;
  switch (e.kind) {
    case Expr::Kind::number:
      return number_markup(e.value, e.text);  // the text is its key
    case Expr::Kind::name:
      return identifier(e.text);
    case Expr::Kind::words:
      return fmt::format("<mtext>&#160;{}&#160;</mtext>", escape(e.text));
    case Expr::Kind::symbol:
      return operator_of(e.text);
    case Expr::Kind::row:
      for (std::size_t i = 0; i < e.parts.size(); ++i) {
        out += wants_brackets(e.parts, i) ? inner(fence(e.parts[i])) : inner(e.parts[i]);
      }
      return "<mrow>" + out + "</mrow>";
    case Expr::Kind::fraction:
      return "<mfrac>" + inner(e.parts[0]) + inner(e.parts[1]) + "</mfrac>";
    case Expr::Kind::sub:
      return "<msub>" + inner(e.parts[0]) + inner(e.parts[1]) + "</msub>";
    case Expr::Kind::super: {
      const bool guard = compound(e.parts[0]);
      const std::string base = guard ? "<mrow><mo>(</mo>" + inner(e.parts[0]) + "<mo>)</mo></mrow>" : inner(e.parts[0]);
      return "<msup>" + base + inner(e.parts[1]) + "</msup>";
    }
    case Expr::Kind::fence:
      return "<mrow><mo>(</mo>" + inner(e.parts[0]) + "<mo>)</mo></mrow>";
    case Expr::Kind::matrix:
      for (std::size_t i = 0; i < e.parts.size(); ++i) {
        if (i % static_cast<std::size_t>(e.cols) == 0) out += i == 0 ? "<mtr>" : "</mtr><mtr>";
        const bool lit = e.parts[i].kind == Expr::Kind::marked;
        out += lit ? "<mtd class=\"" + e.parts[i].text + "\">" + inner(e.parts[i].parts[0]) + "</mtd>"
                   : "<mtd>" + inner(e.parts[i]) + "</mtd>";
      }
      return "<mrow><mo>[</mo><mtable>" + out + "</mtr></mtable><mo>]</mo></mrow>";
    case Expr::Kind::marked:
      return "<mrow class=\"" + e.text + "\">" + inner(e.parts[0]) + "</mrow>";
  }
  return out;
}

}  // namespace

std::string to_mathml(const Expr& e, bool block) {
  return std::string("<math") + (block ? " display=\"block\"" : "") + ">" + inner(e) + "</math>";
}

std::string to_mathml_in_parts(const Expr& e) {
  std::string out;
  Expr part = row({});
  const auto close = [&] {
    if (part.parts.empty()) return;
    if (!out.empty()) out += ' ';
    out += to_mathml(part);
    part.parts.clear();
  };
  for (const Expr& inside : e.parts) {
    const bool breaks =
        inside.kind == Expr::Kind::symbol && (inside.text == "+" || inside.text == "=" || inside.text == "->");
    if (breaks) close();
    part.parts.push_back(inside);
  }
  close();
  return out;
}

bool Operands::has(const char* which) const {
  for (const TraceAttribute& a : *attributes) {
    if (a.name == which) return true;
  }
  return false;
}

Expr Operands::attribute(const char* which) const {
  for (const TraceAttribute& a : *attributes) {
    if (a.name == which) return number(a.values.at(0));
  }
  return words("?");
}

}  // namespace yhat::trace
