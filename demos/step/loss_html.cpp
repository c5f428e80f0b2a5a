// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <yhat/version.h>

#include <set>

#include "loss_lesson.h"
#include "loss_parts.h"
#include "loss_stages.h"
#include "loss_words.h"
#include "step/numbers.h"
#include "step/page.h"

namespace yhat::step {
namespace {

using trace::escape;

constexpr const char* page_title = "Why softmax + cross-entropy gives y&#770; &#8722; y";

std::string section(const char* id, const char* heading, const std::string& body) {
  return fmt::format(
      "<section class=\"panel\" aria-labelledby=\"{0}-h\" id=\"{0}\"><h2 id=\"{0}-h\">{1}</h2>\n{2}</section>\n", id,
      heading, body);
}

std::string list(const std::vector<std::string>& sentences, const char* element) {
  std::string out = fmt::format("<{}>\n", element);
  for (const std::string& s : sentences) out += fmt::format("<li>{}</li>\n", prose_html(s));
  return out + fmt::format("</{}>\n", element);
}

// Without JavaScript this is not there: nothing would answer.
std::string choose(const LossLesson& lesson) {
  std::string out =
      "<section class=\"choose live\" hidden aria-label=\"Which logits\">\n<fieldset><legend>start</legend>\n";
  for (std::size_t i = 0; i < lesson.starts.size(); ++i) {
    const LossCase& c = lesson.starts[i];
    out += fmt::format("<label><input type=\"radio\" name=\"start\" value=\"{}\"{}> {} <small>{}</small></label>\n",
                       escape(c.id), i == lesson.shown ? " checked" : "", escape(c.name), spans(c["z"]));
  }
  return out + fmt::format(
                   "</fieldset>\n<div class=\"how\"><label for=\"m\">how wrong</label> <input type=\"range\" id=\"m\" "
                   "min=\"0\" max=\"{}\" value=\"{}\" aria-describedby=\"m-what\"> <span id=\"m-at\"></span>\n"
                   "<p class=\"fine\" id=\"m-what\">z = m (0.8, 0, -0.2), label 2: right at -10, very wrong at "
                   "10</p></div>\n</section>\n",
                   lesson.sweep.size() - 1, lesson.sweep.size() - 1);
}

constexpr const char* controls = R"(<section class="controls live" hidden aria-label="Stages">
<div class="buttons">
<button type="button" data-do="home" aria-label="First stage">|&lt;</button>
<button type="button" data-do="prev" aria-label="Previous stage">&lt;</button>
<button type="button" data-do="next" aria-label="Next stage">&gt;</button>
<button type="button" data-do="end" aria-label="Last stage">&gt;|</button>
<span class="steps" role="group" aria-label="Stage">)";

constexpr const char* more_controls = R"(</span>
<button type="button" data-do="all" id="every" aria-pressed="true">all stages</button>
<button type="button" data-do="digits" id="digits" aria-pressed="false">all digits</button>
<label class="check"><input type="checkbox" id="asking"> ask before telling</label>
</div>
<p id="say" class="say"></p>
<p id="live" class="sr" aria-live="polite"></p>
<p id="ask" class="ask" hidden><b>Predict:</b> <span id="question"></span>
<button type="button" data-do="reveal" id="reveal">reveal <kbd>r</kbd></button> <span id="answer" hidden></span></p>
</section>
<dialog id="help" aria-labelledby="help-h"><h2 id="help-h">Keys</h2>
<table><tbody>
<tr><th scope="row">Right, n / Left, p</th><td>next / previous stage</td></tr>
<tr><th scope="row">Home / End</th><td>first / last stage</td></tr>
<tr><th scope="row">a</th><td>all stages at once</td></tr>
<tr><th scope="row">] / [</th><td>more / less wrong</td></tr>
<tr><th scope="row">d</th><td>4 digits or all</td></tr>
<tr><th scope="row">r</th><td>reveal the answer</td></tr>
<tr><th scope="row">? / Esc</th><td>this help / close</td></tr>
</tbody></table>
<p><label class="check"><input type="checkbox" id="letters" checked> letter keys work</label></p>
<p><button type="button" data-do="close">close</button></p></dialog>
)";

std::string stage_control() {
  std::string out = controls;
  for (int k = 0; k <= 6; ++k)
    out += fmt::format("<button type=\"button\" data-stage-at=\"{0}\" aria-pressed=\"false\">{0}</button>", k);
  return out + more_controls;
}

std::string brief(const LossLesson& lesson) {
  std::string out = "<section class=\"loss short\"><h2>In short</h2>\n<dl>\n";
  for (const Question& q : in_short(lesson)) {
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", prose_html(q.ask), prose_html(q.answer));
  }
  return out + "</dl></section>\n";
}

std::string closing(const LossLesson& lesson) {
  std::string out = section("cases", "The same in four cases", cases_table(lesson));
  out += "<div class=\"two\">\n" + section("targets", "What if y does not sum to 1?",
                                           "<p>" + prose_html(about_targets()) + "</p>\n" + targets_table(lesson));
  out += section("gap", "And in float32?", "<p>" + prose_html(about_gap()) + "</p>\n" + gap_table(lesson)) + "</div>\n";
  out += "<div class=\"two\">\n" +
         section("conditions", "Conditions used",
                 list(conditions_used(), "ul") +
                     "<p class=\"fine\">Squared error here is half the sum, 1/2 sum (p - y)^2, as in the lecture; "
                     "<code>mse_loss</code>, the mean over the K classes, is 2/K times that.</p>\n");
  return out + section("not-claimed", "Not claimed", list(not_claimed(lesson), "ol")) + "</div>\n";
}

}  // namespace

std::string loss_html(const LossLesson& lesson) {
  std::string body = fmt::format("<header>\n<div class=\"bar\"><h1>{}</h1>\n<div class=\"tools\">", page_title);
  body +=
      "<a class=\"button\" id=\"text-link\" href=\"#all\">All as text</a>"
      "<button type=\"button\" class=\"live\" hidden data-do=\"help\" aria-label=\"Keys\">?</button></div></div>\n";
  for (const std::string& s : loss_lead()) body += fmt::format("<p class=\"lead\">{}</p>\n", prose_html(s));
  body += "</header>\n<main>\n" + choose(lesson);
  std::set<std::string> seen;
  const LossCase& shown = lesson.starts[lesson.shown];
  for (std::size_t i = 0; i < lesson.starts.size(); ++i) {
    const LossCase& c = block_of(lesson.starts[i]) == block_of(shown) ? shown : lesson.starts[i];
    if (seen.insert(block_of(c)).second) body += columns_html(c, brief(lesson), &c != &shown);
  }
  body += stage_control() + plots_html(lesson) + closing(lesson);
  body += "<section id=\"all\" aria-labelledby=\"all-h\"><h2 id=\"all-h\">All as text</h2>\n<pre tabindex=\"0\">" +
          escape(loss_text(lesson)) + "</pre></section>\n</main>\n<footer><p>";
  if (!lesson.command.empty()) body += "Made by <code>" + escape(lesson.command) + "</code>, ";
  body += fmt::format("yhat {}, f64.</p></footer>\n", YHAT_VERSION);
  return trace::to_html(trace::Page{loss_title, std::move(body), loss_json(lesson), "loss.js", "loss.css"});
}

}  // namespace yhat::step
