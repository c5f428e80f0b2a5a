// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/summary.h>

#include <cstdint>
#include <string>
#include <vector>

/// Reading figures off a model's table, for the demos that hold the lecture's slides against it.
namespace demo {

/// The row of a layer. Throws yhat::ArgumentError if there is none.
const yhat::SummaryRow& row_of(const yhat::Summary& table, const std::string& layer);
/// The rows of one type ("conv"), in order.
std::vector<yhat::SummaryRow> rows_of_type(const yhat::Summary& table, const std::string& type);

/// In percent.
double share(std::int64_t part, std::int64_t whole);
/// Fully connected layers' share of the parameters, convolutions' share of the MACs, in percent.
double fc_share(const yhat::Summary& table);
double conv_mac_share(const yhat::Summary& table);

/// So many f32 values, in MiB (2^20 bytes).
double mebibytes(std::int64_t values);

/// 96x55x55
std::string sizes(const yhat::Shape& shape);
/// Text for tables: thousands separated, 0 as "-".
std::string count(std::int64_t n);
/// Two decimals.
std::string two(double value);

/// The eight layers of the lecture's AlexNet slide as printed there, then the totals.
struct SlideRow {
  std::string layer, parameters, neurons;
};
const std::vector<SlideRow>& alexnet_slide();

/// Whether a figure as people quote it ("307 K", "0.63 M", "253,440") is one of the exact numbers, rounded or
/// truncated to the digits it has. Throws yhat::ArgumentError for another text.
bool quotes(const std::string& figure, const std::vector<std::int64_t>& exact);

/// "< 1e-14" if so, else the number: how far two computations are apart, without digits that depend on the machine.
std::string within(double apart, double bound);

}  // namespace demo
