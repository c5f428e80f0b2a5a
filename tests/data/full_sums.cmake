# SPDX-License-Identifier: MIT
# cmake -DGZIP=... -DFOLDER=... -DWORK=... -P full_sums.cmake
cmake_minimum_required(VERSION 3.25)
if(NOT GZIP OR NOT EXISTS "${FOLDER}")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "skipped: gzip or ${FOLDER} is not there (Debian: dataset-fashion-mnist)")
  return()
endif()
set(sums
  train-images-idx3-ubyte c59f468a2f672dc8
  train-labels-idx1-ubyte bad3541b69d91243
  t10k-images-idx3-ubyte 5b4141f0afbad91e
  t10k-labels-idx1-ubyte 0402a96d92fd2663)
set(unpacked "${WORK}/full_sums.tmp")
while(sums)
  list(POP_FRONT sums name expected)
  execute_process(COMMAND "${GZIP}" -dc "${FOLDER}/${name}.gz" OUTPUT_FILE "${unpacked}" COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 "${unpacked}" sum)
  if(NOT sum MATCHES "^${expected}")
    message(SEND_ERROR "${name}: sha256 ${sum} (${expected}...)")
  endif()
endwhile()
file(REMOVE "${unpacked}")
