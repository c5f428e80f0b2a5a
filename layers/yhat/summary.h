// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yhat/layer_info.h"
#include "yhat/module.h"

namespace yhat {

/// One layer in a table. All numbers are for one sample.
struct SummaryRow {
  std::string name;
  LayerInfo info;
  Shape input;           ///< (C,H,W) or (F)
  Pair receptive_field;  ///< pixels of the input image that one output can see; all of the last map for "fc"
  Pair jump;             ///< pixels between the centres of two neighbouring outputs

  /// Numbers that are learned.
  std::int64_t parameters() const { return info.weights + info.biases; }
  /// Numbers that it puts out.
  std::int64_t outputs() const { return info.output.numel(); }
};

/// A model layer by layer, for one sample.
struct Summary {
  std::string name;
  Shape input;  ///< (C,H,W)
  std::vector<SummaryRow> rows;
  std::int64_t activation_outputs = 0;  ///< of ReLU and the like, which have no rows

  std::int64_t parameters() const;     ///< numbers that are learned
  std::int64_t fc_parameters() const;  ///< of fully connected layers; all others count as convolution
  std::int64_t macs() const;           ///< multiply-accumulates of one sample, biases left out
  std::int64_t fc_macs() const;        ///< of fully connected layers
  std::int64_t neurons() const;        ///< outputs of convolutions and fully connected layers
  std::int64_t all_values() const;     ///< outputs of all rows, and the input
  /// The largest sum of two successive rows' outputs: what an evaluation needs at the least. In values.
  std::int64_t largest_pair() const;
  /// What a training step on a batch keeps: parameters, their gradients and momentum, and for each sample all values
  /// with their gradients. An estimate, in values; a test of the real networks is in bench/training_memory.cpp.
  std::int64_t training_values(std::int64_t batch) const;
};

/// Collects rows, working out receptive fields on the way.
class Summariser {
 public:
  /// For inputs (C,H,W) or (F).
  Summariser(std::string name, const Shape& input);
  /// The next layer, and the shape of what comes in. A layer without type adds no row.
  void add(const std::string& name, const LayerInfo& info, const Shape& input);
  /// The table so far.
  Summary result() const { return summary_; }

 private:
  Summary summary_;
  Pair receptive_field_ = 1;
  Pair jump_ = 1;
};

/// The table of a built model for inputs (C,H,W) or (F): runs it once on zeros, in evaluation mode, and lists the
/// layers it calls. Receptive fields are those of a chain. Throws what the model's forward throws.
Summary summary(Module& model, const Shape& input, const std::string& name = "model");

/// The table as text, for people: one line per layer, totals, memory in f32.
std::string to_string(const Summary& summary);
/// One line per row, the input first: model,layer,type,out_c,out_h,out_w,weights,biases,neurons,macs,kernel,stride,pad,
/// groups,in_c,rf,jump,connections. No header line.
std::string to_csv(const Summary& summary);

}  // namespace yhat
