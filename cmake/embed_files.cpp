// SPDX-License-Identifier: MIT
// embed_files OUT.cpp HEADER FUNCTION FILE...: writes a C++ source that holds the bytes of the files, and defines
// yhat::detail::FUNCTION, which HEADER declares.
//
// String literals compile about twenty times faster than lists of numbers. They are octal, because an octal escape ends
// after three digits, and short, because compilers limit the length of a literal; so a file is a list of pieces.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr std::size_t kPiece = 4000;

void append_octal(std::string& out, unsigned char byte) {
  out += '\\';
  for (int shift : {6, 3, 0}) out += static_cast<char>('0' + ((byte >> shift) & 7));
}

std::string base_name(const std::string& path) { return path.substr(path.find_last_of("/\\") + 1); }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: embed_files OUT.cpp HEADER FUNCTION FILE...\n");
    return 2;
  }
  std::string out =
      "// Generated from the files named below.\n"
      "#include \"" +
      std::string(argv[2]) +
      "\"\n\n#include <string>\n\n"
      "namespace yhat::detail {\nnamespace {\n\n"
      "struct Piece {\n  const char* bytes;\n  std::size_t size;\n};\n\n"
      "template <std::size_t N>\n"
      "std::string joined(const Piece (&pieces)[N]) {\n"
      "  std::string all;\n"
      "  all.reserve(N * " +
      std::to_string(kPiece) +
      ");\n"
      "  for (const Piece& p : pieces) all.append(p.bytes, p.size);\n"
      "  return all;\n}\n\n";
  std::string lookup;
  for (int i = 4; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (!in || bytes.empty()) {
      std::fprintf(stderr, "embed_files: %s: cannot be read, or is empty\n", argv[i]);
      return 1;
    }
    const std::string name = "file" + std::to_string(i - 4);
    out += "const Piece " + name + "[] = {\n";
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
      const std::string piece = bytes.substr(at, kPiece);
      out += "    {\"";
      for (char c : piece) append_octal(out, static_cast<unsigned char>(c));
      out += "\", " + std::to_string(piece.size()) + "},\n";
    }
    out += "};\n\n";
    lookup += "  if (name == \"" + base_name(argv[i]) + "\") {\n    static const std::string bytes = joined(" + name +
              ");\n    return bytes;\n  }\n";
  }
  out += "}  // namespace\n\nstd::string_view " + std::string(argv[3]) +
         "([[maybe_unused]] std::string_view name) {\n" + lookup + "  return {};\n}\n\n}  // namespace yhat::detail\n";

  std::ofstream file(argv[1], std::ios::binary);
  file << out;
  file.close();
  if (!file) {
    std::fprintf(stderr, "embed_files: %s: cannot be written\n", argv[1]);
    return 1;
  }
  return 0;
}
