// SPDX-License-Identifier: MIT
#include "yhat/report.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

#include "core/files/atomic_file.h"
#include "percent.h"
#include "report_style.h"

namespace yhat {
namespace {

using detail::percent;

/// The shade of a cell, 0 (nothing) to 9: the square root lets rare confusions be seen.
int shade(std::int64_t count, std::int64_t of) {
  if (count == 0 || of == 0) return 0;
  return static_cast<int>(std::ceil(9 * std::sqrt(static_cast<double>(count) / static_cast<double>(of))));
}

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789+-.e%x ") == std::string::npos;
}

}  // namespace

Report::Report(const std::string& title, const std::string& lead) : title_(title) {
  body_ = fmt::format("<header>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>\n</header>\n", escape_html(title),
                      escape_html(lead));
}

void Report::close_section() {
  if (in_section_) body_ += "</section>\n";
  in_section_ = false;
}

Report& Report::tiles(const std::vector<Tile>& tiles) {
  body_ += "<dl class=\"tiles\">\n";
  for (const Tile& t : tiles) {
    body_ += fmt::format("<div><dt>{}</dt><dd>{}</dd>", escape_html(t.label), escape_html(t.value));
    if (!t.note.empty()) body_ += fmt::format("<dd class=\"note\">{}</dd>", escape_html(t.note));
    body_ += "</div>\n";
  }
  body_ += "</dl>\n";
  return *this;
}

Report& Report::section(const std::string& heading, const std::string& text) {
  close_section();
  body_ += fmt::format("<section>\n<h2>{}</h2>\n", escape_html(heading));
  in_section_ = true;
  return text.empty() ? *this : paragraph(text);
}

Report& Report::paragraph(const std::string& text) {
  body_ += fmt::format("<p>{}</p>\n", escape_html(text));
  return *this;
}

Report& Report::facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  body_ += "<dl class=\"facts\">\n";
  for (const auto& [name, value] : facts) {
    body_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(name), escape_html(value));
  }
  body_ += "</dl>\n";
  return *this;
}

Report& Report::plots(const std::vector<Plot>& plots) {
  body_ += "<div class=\"plots\">\n";
  for (const Plot& p : plots) {
    body_ += fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", escape_html(p.title),
                         plot_svg(p, fmt::format("plot{}", ++plots_)));
  }
  body_ += "</div>\n";
  return *this;
}

Report& Report::table(const Table& t) {
  if (t.folded) body_ += fmt::format("<details>\n<summary>{}</summary>\n", escape_html(t.caption));
  body_ += "<div class=\"wide\"><table>\n";
  if (!t.folded && !t.caption.empty()) body_ += fmt::format("<caption>{}</caption>\n", escape_html(t.caption));
  // A column of numbers stands to the right, anything else to the left, heading included.
  std::vector<const char*> side(t.header.size(), "");
  for (const auto& row : t.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (!is_number(row[c])) side[c] = " class=\"text\"";
    }
  }
  body_ += "<thead><tr>";
  for (std::size_t c = 0; c < t.header.size(); ++c) {
    body_ += fmt::format("<th scope=\"col\"{}>{}</th>", side[c], escape_html(t.header[c]));
  }
  body_ += "</tr></thead>\n<tbody>\n";
  for (const auto& row : t.rows) {
    body_ += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) {
      body_ += fmt::format("<td{}>{}</td>", side[c], escape_html(row[c]));
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody>\n</table></div>\n";
  if (t.folded) body_ += "</details>\n";
  return *this;
}

Report& Report::confusion(const ConfusionMatrix& m) {
  body_ +=
      "<div class=\"beside\">\n<div class=\"wide\"><table class=\"confusion\">\n<caption>Rows: what it is. Columns: "
      "what it was taken for.";
  body_ += "</caption>\n<thead><tr><td></td>";
  for (std::size_t c = 0; c < m.classes(); ++c) {
    body_ += fmt::format("<th scope=\"col\"><span>{}</span></th>", escape_html(m.name(c)));
  }
  body_ += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 0; r < m.classes(); ++r) {
    body_ += fmt::format("<tr><th scope=\"row\">{}</th>", escape_html(m.name(r)));
    for (std::size_t c = 0; c < m.classes(); ++c) {
      const std::int64_t n = m.count(r, c);
      body_ +=
          fmt::format("<td class=\"c{}{}\" title=\"{} taken for {}: {} of {}\">{}</td>", shade(n, m.of_class(r)),
                      r == c ? " diagonal" : "", escape_html(m.name(r)), escape_html(m.name(c)), n, m.of_class(r), n);
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody>\n</table></div>\n";
  Table classes{"Precision: of those taken for the class, the share that is. Recall: of the class, the share found.",
                {"class", "n", "precision", "recall"},
                {}};
  for (std::size_t c = 0; c < m.classes(); ++c) {
    classes.rows.push_back({m.name(c), fmt::to_string(m.of_class(c)), percent(m.precision(c)), percent(m.recall(c))});
  }
  table(classes);
  body_ += "</div>\n";
  return *this;
}

Report& Report::pictures(const std::vector<Picture>& pictures, int size) {
  body_ += "<ul class=\"pictures\">\n";
  for (const Picture& p : pictures) {
    body_ += fmt::format("<li><img src=\"{}\" alt=\"{}\" width=\"{}\" height=\"{}\"><div>", data_uri(p.image),
                         escape_html(p.alt), size, size);
    if (!p.title.empty()) body_ += fmt::format("<strong>{}</strong>", escape_html(p.title));
    for (const std::string& line : p.lines) body_ += fmt::format("<p>{}</p>", escape_html(line));
    for (const Picture::Bar& bar : p.bars) {
      body_ += fmt::format("<div class=\"bar{}\"><span>{}{}</span><i style=\"width:{:.1f}%\"></i><b>{:.1f} %</b></div>",
                           bar.right ? " right" : "", bar.right ? "&#10003; " : "", escape_html(bar.name),
                           100 * bar.share, 100 * bar.share);
    }
    body_ += "</div></li>\n";
  }
  body_ += "</ul>\n";
  return *this;
}

std::string Report::html() const {
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page += "<meta http-equiv=\"Content-Security-Policy\" ";
  page += "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  page += fmt::format("<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n", escape_html(title_),
                      detail::report_style);
  return page + body_ + (in_section_ ? "</section>\n" : "") + "</main>\n</body>\n</html>\n";
}

void Report::write(const std::string& path) const {
  const std::string page = html();
  files::AtomicFile file("Report", path);
  file.write(std::as_bytes(std::span(page)));
  file.commit();
}

}  // namespace yhat
