// SPDX-License-Identifier: MIT
#include "page.h"

#include <fmt/format.h>

#include "json.h"
#include "numbers.h"
#include "output.h"
#include "page/page_files.h"

namespace yhat::trace {
namespace {

std::string paragraphs(const Json& sentences, const char* style) {
  std::string out;
  for (const Json& s : sentences) out += fmt::format("<p class=\"{}\">{}</p>\n", style, escape(s));
  return out;
}

constexpr const char* legend = R"(<ul class="legend" aria-label="How to read the graph">
<li><span class="key kf"></span> value, forward</li>
<li><span class="key kb"></span> gradient, backward</li>
<li><span class="key kn"></span> this step</li>
<li><b>-</b> no gradient yet, which is not zero</li>
</ul>)";

// Without JavaScript only the text of the steps is there; the script fills in the rest.
constexpr const char* card = R"(<div class="cols live" hidden>
<section class="card" aria-labelledby="step-h">
<h2 id="step-h">Step</h2>
<p id="say" class="say"></p>
<div class="rows">
<div class="row" id="row-rule"><span class="rk">rule</span><div class="rv" id="rule"></div></div>
<div class="row" id="row-numbers"><span class="rk">numbers</span><div class="rv" id="numbers"></div></div>
<div class="row" id="row-result"><span class="rk">result</span><div class="rv" id="result"></div></div>
<div class="row" id="row-check"><span class="rk">check</span><div class="rv" id="check"></div></div>
</div>
<div id="local"></div>
<p id="note" class="note"></p>
<div id="grids" class="grids"></div>
<div id="window" class="window" hidden>The output cell in row <input type="number" id="cell-row" min="0" aria-label="Row of the output cell">
column <input type="number" id="cell-col" min="0" aria-label="Column of the output cell"> <span id="window-says"></span></div>
<p id="into-hint" class="fine" hidden></p>
<div id="ask" class="ask" hidden><p><b>Predict:</b> <span id="question"></span></p>
<button type="button" id="reveal">reveal <kbd>r</kbd></button> <p id="answer" class="answer" hidden></p></div>
<div id="inside" class="inside" hidden>
<h3 id="inside-h">Inside this step</h3>
<p id="inside-say"></p><div id="inside-formula" class="rv"></div><div id="inside-grids" class="grids"></div></div>
</section>
<section class="side" aria-labelledby="table-h">
<h2 id="table-h">Tensors</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Table of tensors"><table id="table">
<thead><tr><th scope="col">tensor</th><th scope="col">value</th><th scope="col">grad before</th>
<th scope="col">grad after</th></tr></thead><tbody></tbody></table></div>
<p class="fine">Gradients of intermediate results are shown although the engine keeps them for leaves only.</p>
</section>
</div>
<section class="controls live" hidden aria-label="Controls">
<div class="buttons">
<button type="button" data-do="home" aria-label="First step">|&lt;</button>
<button type="button" data-do="prev" aria-label="Previous step">&lt;</button>
<button type="button" data-do="play" id="play" aria-pressed="false">play</button>
<button type="button" data-do="next" aria-label="Next step">&gt;</button>
<button type="button" data-do="end" aria-label="Last step">&gt;|</button>
<button type="button" data-do="forward">first forward</button>
<button type="button" data-do="backward">first backward</button>
<button type="button" data-do="into">into</button>
<button type="button" data-do="out">out</button>
<button type="button" data-do="earlier" aria-label="Previous step of the selected tensor">[</button>
<button type="button" data-do="later" aria-label="Next step of the selected tensor">]</button>
<label>step <input id="step" inputmode="numeric" size="4" autocomplete="off"></label><span id="of"></span>
<label>speed <select id="speed"><option value="0.5">0.5x</option><option value="1" selected>1x</option>
<option value="2">2x</option><option value="4">4x</option></select></label>
<button type="button" data-do="digits" id="digits" aria-pressed="false">all digits</button>
<label class="check"><input type="checkbox" id="asking"> ask before telling</label>
</div>
<div class="track"><div id="ticks" aria-hidden="true"></div>
<input type="range" id="slider" min="1" value="1" aria-label="Step"></div>
<div class="sr" id="live" aria-live="polite"></div>
</section>
<dialog id="help" aria-labelledby="help-h"><h2 id="help-h">Keys</h2>
<table><tbody>
<tr><th scope="row">Right, n / Left, p</th><td>next / previous step</td></tr>
<tr><th scope="row">Home / End</th><td>first / last step</td></tr>
<tr><th scope="row">Down / Up</th><td>into / out of the steps inside a step</td></tr>
<tr><th scope="row">f / b</th><td>first forward / backward step</td></tr>
<tr><th scope="row">] / [</th><td>next / previous step of the selected tensor</td></tr>
<tr><th scope="row">g</th><td>type a step, Enter goes there</td></tr>
<tr><th scope="row">Space</th><td>play, pause</td></tr>
<tr><th scope="row">d</th><td>4 digits or all</td></tr>
<tr><th scope="row">r</th><td>reveal the answer</td></tr>
<tr><th scope="row">? / Esc</th><td>this help / close</td></tr>
</tbody></table>
<p><label class="check"><input type="checkbox" id="letters" checked> letter keys work</label></p>
<p><button type="button" data-do="close">close</button></p></dialog>
)";

// The steps inside a step that are algebra, which is not in its text.
std::string formulas_inside(const Json& event) {
  std::string out;
  for (const Json& m : event.value("micro", Json::array())) {
    if (!m.contains("formula")) continue;
    out += fmt::format("<li>{} {}</li>\n", m.at("formula").at("mathml").get<std::string>(), escape(m.at("say")));
  }
  return out.empty() ? out : "<ol class=\"algebra\">\n" + out + "</ol>\n";
}

std::string question(const Json& holder) {
  if (!holder.contains("ask")) return "";
  return fmt::format("<p class=\"qa\"><b>{}</b> {}</p>\n", escape(holder.at("ask").at("q")),
                     escape(holder.at("ask").at("a")));
}

std::string all_steps(const Json& trace) {
  std::string out = "<section id=\"all\" aria-labelledby=\"all-h\"><h2 id=\"all-h\">All steps as text</h2>\n";
  int k = 0;
  for (const Json& e : trace.at("events")) {
    ++k;
    for (const Json& p : trace.at("phases")) {
      if (p.at("from") == k) out += fmt::format("<h3>{}</h3>\n", escape(p.at("name")));
    }
    out += fmt::format("<pre id=\"s{}\">", k);
    for (const Json& line : e.at("text")) out += escape(line) + "\n";
    out += "</pre>\n" + formulas_inside(e) + question(e);
    for (const Json& m : e.value("micro", Json::array())) out += question(m);
  }
  return out + "</section>\n";
}

std::string formula_list(const Json& trace) {
  std::string out =
      "<section class=\"formulas\" aria-labelledby=\"formulas-h\"><h2 id=\"formulas-h\">Formulas</h2>\n<ul>\n";
  for (const Json& op : trace.at("ops")) {
    out += "<li>" + trace.at("formulas").at(op.at("formula").get<std::string>()).at("mathml").get<std::string>() +
           "</li>\n";
  }
  return out + "</ul></section>\n";
}

// What a comparison with another run found.
std::string difference(const Json& trace) {
  if (!trace.contains("diff")) return "";
  const Json& diff = trace.at("diff");
  std::string out =
      "<section class=\"differs\" aria-labelledby=\"differs-h\"><h2 id=\"differs-h\">Compared with the "
      "reference</h2>\n<pre>";
  for (const Json& line : diff.at("lines")) out += escape(line) + "\n";
  out += "</pre>\n";
  const int step = diff.at("step");
  if (step > 0) out += fmt::format("<p><a class=\"button\" href=\"#step={0}\">go to step {0}</a></p>\n", step);
  return out + "</section>\n";
}

}  // namespace

std::string to_html(const Page& page) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += fmt::format("<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n", escape(page.title),
                     detail::page_file("page.css"), detail::page_file(page.style));
  out += page.body;
  out += "<script type=\"application/json\" id=\"trace\">" + page.json + "</script>\n";
  out += fmt::format("<script type=\"module\">\n{}{}</script>\n</body>\n</html>\n", detail::page_file("common.js"),
                     detail::page_file(page.script));
  return out;
}

std::string to_html(const Json& trace) {
  const std::string title = trace.at("title");
  std::string body = "<header>\n<div class=\"bar\"><h1>" + escape(title) + "</h1>\n<div class=\"tools\">";
  body +=
      "<a class=\"button\" id=\"text-link\" href=\"#all\">All steps as text</a>"
      "<button type=\"button\" class=\"live\" hidden data-do=\"help\" aria-label=\"Keys\">?</button></div></div>\n";
  body += paragraphs(trace.at("lead"), "lead") + "</header>\n<main>\n" + difference(trace);
  body += "<section class=\"graph\" aria-labelledby=\"graph-h\"><h2 id=\"graph-h\">Graph</h2>\n";
  body += "<div class=\"scroll\" id=\"graph-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Graph\">\n";
  body += to_svg(trace) + "</div>\n" + legend + "</section>\n";
  body += card;
  if (!trace.at("tail").empty()) {
    body += "<section class=\"tail\" aria-labelledby=\"tail-h\"><h2 id=\"tail-h\">What it shows</h2>\n";
    body += paragraphs(trace.at("tail"), "point") + "</section>\n";
  }
  body += formula_list(trace) + all_steps(trace) + "</main>\n<footer><p>";
  const std::string command = trace.at("command");
  if (!command.empty()) body += "Made by <code>" + escape(command) + "</code>, ";
  const Json& engine = trace.at("engine");
  body += fmt::format("yhat {}, {}.</p></footer>\n", escape(engine.at("version")), escape(engine.at("dtype")));
  return to_html(Page{title, std::move(body), dump(trace), "stepper.js", ""});
}

std::string to_html(const Trace& trace) { return to_html(trace_json(trace)); }

}  // namespace yhat::trace
