# SPDX-License-Identifier: MIT
set(folder "${CMAKE_CURRENT_LIST_DIR}/../../data/fashion_mnist_sample")
set(sums
  train-images-idx3-ubyte 71a9f8cec24060d6752b3e4940ce6d6fd729334afa47b735dd553481aa83b53e
  train-labels-idx1-ubyte 8983259dfbc9f185f92698916f7daf361704b43ba7d19568cc7bcdeefdc1bece
  t10k-images-idx3-ubyte 7a6d8e07ea021ec5bc73135ebd0a5770799557ec6f8242d8749c4f32a3cf4643
  t10k-labels-idx1-ubyte b40abac7ec8228f434940f579deb7cf7b6e3103b5274cb91d1545771f5ef1c8b)
while(sums)
  list(POP_FRONT sums name expected)
  file(SHA256 "${folder}/${name}" sum)
  if(NOT sum STREQUAL expected)
    message(SEND_ERROR "${name}: sha256 ${sum} (${expected})")
  endif()
endwhile()
