// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "yhat/confusion_matrix.h"
#include "yhat/image.h"
#include "yhat/plot.h"

namespace yhat {

/// A number worth showing large.
struct Tile {
  std::string label;
  std::string value;
  std::string note = {};
};

/// Rows of text.
struct Table {
  std::string caption;
  std::vector<std::string> header;             ///< names of the columns
  std::vector<std::vector<std::string>> rows;  ///< cells, as many as columns
  bool folded = false;                         ///< behind its caption until that is clicked
};

/// A picture, what is known about it, and a bar for each of some classes.
struct Picture {
  struct Bar {
    std::string name;
    double share;        ///< 0 to 1
    bool right = false;  ///< the true class
  };
  Image image;
  std::string alt;  ///< the picture in words
  std::string title;
  std::vector<std::string> lines = {};
  std::vector<Bar> bars = {};
};

/// A page that tells of a run: one HTML file without scripts that loads nothing, for light and dark screens and for
/// paper. Text given to it is plain text: it is escaped. The same calls give the same bytes.
class Report {
 public:
  /// The heading of the page, and a sentence below it.
  Report(const std::string& title, const std::string& lead);

  /// A row of numbers.
  Report& tiles(const std::vector<Tile>& tiles);
  /// A heading; what follows stands below it.
  Report& section(const std::string& heading, const std::string& text = "");
  /// A paragraph of text.
  Report& paragraph(const std::string& text);
  /// Names and values.
  Report& facts(const std::vector<std::pair<std::string, std::string>>& facts);
  /// Side by side where there is room.
  Report& plots(const std::vector<Plot>& plots);
  /// Its header and rows, under its caption.
  Report& table(const Table& table);
  /// True classes down, predicted ones across, the diagonal outlined; and a table of precision and recall.
  Report& confusion(const ConfusionMatrix& matrix);
  /// `size`: the height and width of a picture on the page, in CSS pixels.
  Report& pictures(const std::vector<Picture>& pictures, int size = 96);

  /// The page.
  std::string html() const;
  /// Writes the page as a whole or not at all. Throws IoError.
  void write(const std::string& path) const;

 private:
  void close_section();

  std::string title_;
  std::string body_;
  bool in_section_ = false;
  int plots_ = 0;
};

}  // namespace yhat
