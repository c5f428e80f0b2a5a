// SPDX-License-Identifier: MIT
#include "yhat/labs/oracle.h"

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "yhat/autograd.h"
#include "yhat/error.h"

namespace yhat::labs {
namespace {

using Json = nlohmann::json;

Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;  // the shortest text that reads back exactly
}
double number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const std::string word = json.get<std::string>();
  return word == "nan" ? std::nan("") : word == "inf" ? HUGE_VAL : -HUGE_VAL;
}

Json to_json(const Tensor& x) {
  Json shape = Json::array(), data = Json::array();
  for (std::int64_t size : x.shape()) shape.push_back(size);
  for (double value : x.to_vector()) data.push_back(number(value));
  return {{"shape", shape}, {"data", data}};
}
Tensor to_tensor(const Json& json) {
  std::vector<double> data;
  for (const Json& value : json.at("data")) data.push_back(number(value));
  const std::vector<std::int64_t> sizes = json.at("shape");
  return from_values(data, Shape(sizes), Dtype::f64);
}

const OracleFunction& find(const std::vector<OracleFunction>& functions, const std::string& name) {
  for (const OracleFunction& f : functions) {
    if (f.name == name) return f;
  }
  throw std::invalid_argument("no function " + name);
}

const char* kind_of(const std::exception& error) {
  if (dynamic_cast<const ShapeError*>(&error) != nullptr) return "ShapeError";
  if (dynamic_cast<const IndexError*>(&error) != nullptr) return "IndexError";
  if (dynamic_cast<const ArgumentError*>(&error) != nullptr) return "ArgumentError";
  if (dynamic_cast<const GraphError*>(&error) != nullptr) return "GraphError";
  return "exception";
}

Tensors answer(const std::vector<OracleFunction>& functions, std::string name, Question q) {
  constexpr std::string_view suffix = ".vjp";
  if (!name.ends_with(suffix)) return {find(functions, name).call(q)};
  name.resize(name.size() - suffix.size());
  const Tensor seed = q.args.back();
  q.args.pop_back();
  for (Tensor& x : q.args) x = x.clone().requires_grad_();
  return grad(find(functions, name).call(q), q.args, {.allow_unused = true, .seed = seed});
}

Json reply(const std::vector<OracleFunction>& functions, const std::string& line) {
  Json out;
  try {
    const Json in = Json::parse(line);
    out["id"] = in.at("id");
    Question q;
    for (const Json& arg : in.at("args")) q.args.push_back(to_tensor(arg));
    if (in.contains("attrs")) q.attrs = in.at("attrs").get<std::map<std::string, std::vector<std::int64_t>>>();
    Json values = Json::array();
    for (const Tensor& t : answer(functions, in.at("fn"), std::move(q))) {
      values.push_back(t.defined() ? to_json(t) : Json());
    }
    out["values"] = values;
  } catch (const std::exception& error) {
    out["error"] = kind_of(error);
    out["what"] = error.what();
  }
  return out;
}

void ask(const std::vector<OracleFunction>& functions, std::uint64_t seed, int count) {
  int id = 0;
  for (std::size_t f = 0; f < functions.size(); ++f) {
    Rng rng(seed, f);
    for (int i = 0; i < count; ++i) {
      Question q = functions[f].ask(rng);
      Json json = {{"fn", functions[f].name}, {"args", Json::array()}, {"attrs", q.attrs}};
      if (q.attrs.empty()) json["attrs"] = Json::object();
      for (const Tensor& x : q.args) json["args"].push_back(to_json(x));
      json["id"] = ++id;
      std::cout << json.dump() << '\n';
      if (!functions[f].differentiable) continue;
      const Tensor y = functions[f].call(q);
      json["args"].push_back(to_json(uniform(y.shape(), -1, 1, rng, Dtype::f64)));
      json["fn"] = functions[f].name + ".vjp";
      json["id"] = ++id;
      std::cout << json.dump() << '\n';
    }
  }
}

}  // namespace

int serve(int argc, char** argv, const std::vector<OracleFunction>& functions) {
  if (argc == 4 && std::string(argv[1]) == "--questions") {
    ask(functions, std::strtoull(argv[2], nullptr, 10), std::atoi(argv[3]));
    return 0;
  }
  const int out = fcntl(3, F_GETFD) >= 0 ? 3 : 1;
  for (std::string line; std::getline(std::cin, line);) {
    const std::string text = reply(functions, line).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    if (write(out, text.data(), text.size()) != static_cast<ssize_t>(text.size())) return 1;
  }
  return 0;
}

}  // namespace yhat::labs
