// SPDX-License-Identifier: MIT
#include "loss_stages.h"

#include <fmt/format.h>

#include <regex>

#include "step/number_places.h"
#include "step/numbers.h"

namespace yhat::step {
namespace {

using trace::Expr;
using trace::fence;
using trace::fraction;
using trace::marked;
using trace::matrix;
using trace::name;
using trace::number;
using trace::number_at;
using trace::row;
using trace::sub;
using trace::super;
using trace::symbol;
using trace::words;

Expr of(const char* letter, const char* index) { return sub(name(letter), name(index)); }
Expr minus() { return symbol("-"); }
Expr negative() { return symbol("u-"); }
Expr times() { return symbol("times"); }
Expr room() { return symbol(" "); }
Expr equals() { return symbol("="); }
Expr difference(const char* a, const char* b, const char* i) { return row({of(a, i), minus(), of(b, i)}); }
Expr over_classes() { return sub(symbol("sum"), name("k")); }
Expr slope(const char* of_loss) { return row({trace::derivative("L", of_loss)}); }
Expr slope_i() { return fraction(row({name("d"), name("L")}), row({name("d"), of("z", "i")})); }
Expr cancelled(Expr e) { return marked(std::move(e), "cancelled"); }

class Derivation {
 public:
  explicit Derivation(const LossCase& c) : c_(c), t_(std::to_string(c.label)) {}

  LossColumn cross_entropy() const {
    const Expr p = cancelled(of("p", "k"));
    return {"ce",
            "Cross-entropy",
            "of softmax(z)",
            "CE",
            row({name("L"), equals(), negative(), over_classes(), room(), of("y", "k"), room(), name("log"), room(),
                 of("p", "k")}),
            row({slope("z"), equals(), name("p"), minus(), name("y")}),
            {{closed_form(), jacobian(true),
              c_.shows_jacobian() ? "Asked of the engine, one backward pass per row." + what_holds()
                                  : fmt::format("{0} x {0} numbers: too many to be shown.", c_.classes())},
             {row({of("g", "k"), equals(), negative(), fraction(of("y", "k"), of("p", "k"))}), vector_of(c_, "ce.up"),
              "Only the true class sends anything: y is 0 elsewhere."},
             {row({slope_i(), equals(), over_classes(), room(),
                   fence(row({negative(), fraction(of("y", "k"), of("p", "k"))})), room(), entry()}),
              vector_of(c_, "ce.rows"), fmt::format("Row {} of J is all that survives.", t_)},
             {row({equals(), over_classes(), room(), fence(row({negative(), fraction(of("y", "k"), p)})), room(), p,
                   room(), bracket()}),
              row({cancelled(at("ce.up")), times(), cancelled(at("p")), equals(), marked(at("ce.cancel"), "result")}),
              fmt::format("p_{0} cancels 1/p_{0}, however small it is.", t_)},
             {row({equals(), negative(), of("y", "i"), symbol("+"), of("p", "i"), room(), over_classes(), room(),
                   of("y", "k")}),
              row({name("i"), equals(), number(static_cast<double>(c_.label)), symbol(":"), negative(), number(1),
                   symbol("+"), at("p"), times(), number(1)}),
              "The delta picks one y; p_i does not depend on k."},
             {row({marked(row({over_classes(), room(), of("y", "k"), equals(), number(1)}), "condition")}), row({}),
              "The condition that is used. True for one-hot labels and for label smoothing, not for several labels at "
              "once."},
             {row({slope_i(), equals(), marked(difference("p", "y", "i"), "result")}),
              marked(vector_of(c_, "ce.engine"), "result"), "The error itself: nothing is left in front of it."}}};
  }

  LossColumn squared_error() const {
    const Expr error = fence(difference("p", "y", "k"));
    return {"mse",
            "Squared error",
            "of softmax(z)",
            "MSE",
            row({name("L"), equals(), fraction(number(1), number(2)), room(), over_classes(), room(),
                 super(error, number(2))}),
            row({slope("z"), equals(), name("J"), room(), fence(row({name("p"), minus(), name("y")}))}),
            {{closed_form(), jacobian(false), "The same matrix."},
             {row({of("g", "k"), equals(), difference("p", "y", "k")}), vector_of(c_, "mse.up"),
              "Every class sends its error."},
             {row({slope_i(), equals(), over_classes(), room(), error, room(), entry()}), vector_of(c_, "mse.rows"),
              "Every row of J is used."},
             {row({equals(), over_classes(), room(), error, room(), of("p", "k"), room(), bracket()}),
              row({at("mse.up"), times(), at("p"), equals(), at("mse.cancel")}),
              "Nothing cancels: there is no 1/p, so the p_k of J stays."},
             {row({equals(), of("p", "i"), symbol("["), difference("p", "y", "i"), minus(), over_classes(), room(),
                   of("p", "k"), room(), error, symbol("]")}),
              row({over_classes(), room(), of("p", "k"), room(), error, equals(),
                   number_at(c_.at("mse.mean"), "mse.mean")}),
              "p_i stands in front of everything."},
             {row({over_classes(), room(), of("p", "k"), room(), error}), row({}),
              "A sum of y = 1 does not help: p weighs every term."},
             {row({slope("z"), equals(),
                   marked(row({name("J"), room(), fence(row({name("p"), minus(), name("y")}))}), "result")}),
              marked(vector_of(c_, "mse.engine"), "result"),
              "J stays. All its entries vanish where one p is close to 1, also if it is the wrong one."}}};
  }

  LossColumn without_softmax() const {
    const Expr error = difference("z", "y", "k");
    const Expr result = row({name("z"), minus(), name("y")});
    return {"raw",
            "Squared error",
            "of z, no softmax",
            "MSE(z)",
            row({name("L"), equals(), fraction(number(1), number(2)), room(), over_classes(), room(),
                 super(fence(error), number(2))}),
            row({slope("z"), equals(), result}),
            {{row({name("J"), equals(), name("I")}), row({}), "No softmax, no Jacobian."},
             {row({of("g", "k"), equals(), error}), vector_of(c_, "raw.engine"), "Every class sends its error."},
             {row({slope_i(), equals(), of("g", "i")}), vector_of(c_, "raw.engine"),
              "Nothing stands between the loss and z."},
             {row({}), row({}), "Nothing to cancel."},
             {row({equals(), difference("z", "y", "i")}), row({}), "There is no sum to carry out."},
             {row({}), row({}), "No condition on y."},
             {row({slope("z"), equals(), marked(result, "result")}), marked(vector_of(c_, "raw.engine"), "result"),
              "It does not vanish. But z is not a probability."}}};
  }

 private:
  // J_ki = p_k (delta_ki - p_i)
  Expr entry() const { return row({of("p", "k"), room(), bracket()}); }
  Expr bracket() const { return fence(row({sub(name("delta"), row({name("k"), name("i")})), minus(), of("p", "i")})); }
  Expr closed_form() const {
    return row({name("J"), equals(), trace::apply("diag", name("p")), minus(), name("p"), room(),
                super(name("p"), name("T"))});
  }
  // Said only where the engine's numbers have it.
  std::string what_holds() const {
    const bool holds = c_.at("J.sums") <= 1e-15 && c_.at("J.closed") <= 1e-15;
    return holds ? " It is symmetric; rows and columns sum to 0." : "";
  }
  Expr at(const std::string& numbers) const {
    const std::string key = numbers + ":" + t_;
    return number_at(c_.at(key), key);
  }
  Expr jacobian(bool one_row) const {
    if (!c_.shows_jacobian()) return row({});
    std::vector<Expr> entries;
    const std::size_t n = c_.classes();
    for (std::size_t i = 0; i < n * n; ++i) {
      const Expr e = number_at(c_["J"][i], fmt::format("J:{}", i));
      entries.push_back(one_row && i / n == static_cast<std::size_t>(c_.label) ? marked(e, "lit") : e);
    }
    return matrix(std::move(entries), static_cast<int>(n));
  }

  const LossCase& c_;
  const std::string t_;
};

// The sentence with what `number_text` makes of each key.
template <class F>
std::string filled(const std::string& sentence, F number_text) {
  std::string out;
  for (std::size_t i = 0; i < sentence.size(); ++i) {
    const std::size_t end = sentence[i] == '{' ? sentence.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += sentence[i];
    } else {
      out += number_text(sentence.substr(i + 1, end - i - 1));
      i = end;
    }
  }
  return out;
}

}  // namespace

std::vector<LossColumn> columns_of(const LossCase& c) {
  const Derivation d(c);
  return {d.cross_entropy(), d.squared_error(), d.without_softmax()};
}

std::vector<Stage> stages_of(const LossCase& c) {
  const auto with_label = [&](std::string text) {
    const std::string t = std::to_string(c.label);
    for (std::size_t at = text.find("%t"); at != std::string::npos; at = text.find("%t", at)) text.replace(at, 2, t);
    return text;
  };
  std::vector<Stage> stages = {
      {"the softmax's slope",
       "Behind a softmax every logit moves every probability: p_%t is {p:%t}, and its own slope only "
       "{J.own}.",
       "When are all entries of J close to 0?",
       "When one p is close to 1: the entries are p_k (1 - p_k) and -p_k p_i, products with a factor close to 0."},
      {"what comes from upstream",
       "Cross-entropy sends {ce.up:%t} to p_%t and 0 to the others; squared error sends {mse.up:%t} to p_%t.",
       "Which entries of cross-entropy's upstream are not 0?", "Only the true class's: y is 0 elsewhere."},
      {"the chain rule",
       "Upstream times J, summed: cross-entropy gets {ce.rows:%t} for logit %t, squared error {mse.rows:%t}.",
       "Which entries of J matter?",
       "For cross-entropy one row: the upstream is zero elsewhere. For squared error all of them."},
      {"what cancels",
       "{ce.up:%t} times {p:%t} is {ce.cancel:%t}: p_%t cancels. In squared error nothing cancels: {mse.up:%t} times "
       "{p:%t} is {mse.cancel:%t}.",
       "Cross-entropy's upstream has p_%t below the line. Where does J have it?",
       "In front of its row %t: J_%ti = p_%t (delta_%ti - p_i). The two cancel, whatever p_%t is."},
      {"the sum, carried out",
       "Cross-entropy: minus y_i plus p_i times the sum of y. Squared error: p_i stays in front, and "
       "{mse.mean} is subtracted from every error.",
       "What is left of the sum over k?", "Of cross-entropy's only the sum of y."},
      {"the condition", "The sum of y is 1: this condition is used for cross-entropy.",
       "What if two classes are right, y = (1, 1, 0)?", "Then the sum is 2, and the gradient is 2 p - y, not p - y."},
      {"the result",
       "For logit %t cross-entropy sends p - y = {ce.engine:%t}, squared error {mse.engine:%t}, squared error without "
       "softmax {raw.engine:%t}.",
       "A surer wrong answer: does squared error send a larger gradient?", "No: J shrinks faster than p - y grows."},
  };
  for (Stage& s : stages) {
    for (std::string* text : {&s.say, &s.ask, &s.answer}) *text = with_label(*text);
  }
  return stages;
}

Expr vector_of(const LossCase& c, const std::string& name) {
  const Numbers& values = c[name];
  std::vector<Expr> parts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) parts.push_back(symbol(","));
    parts.push_back(number_at(values[i], fmt::format("{}:{}", name, i)));
  }
  return fence(row(std::move(parts)));
}

std::string fill(const std::string& sentence, const LossCase& c, bool full) {
  return filled(sentence, [&](const std::string& key) { return trace::show(c.at(key), full); });
}

std::string fill_html(const std::string& sentence, const LossCase& c) {
  return filled(prose_html(sentence),
                [&](const std::string& key) { return trace::number_markup(c.at(key), key, "span"); });
}

std::string prose_html(const std::string& sentence) {
  static const std::regex index("\\b([A-Za-z]|delta)_([a-z0-9]+)");
  static const std::regex minus("(^| |\\()-(?=[A-Za-z0-9 ])");
  std::string out = std::regex_replace(trace::escape(sentence), index, "$1<sub>$2</sub>");
  return std::regex_replace(out, minus, "$1\xe2\x88\x92");
}

}  // namespace yhat::step
