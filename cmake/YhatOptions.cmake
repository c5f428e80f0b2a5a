# SPDX-License-Identifier: MIT
# Flags of our own targets. Nothing here reaches a target that links yhat::yhat from outside, nor a fetched dependency.
# Never -ffast-math: a result must not depend on the optimisation level.
if(PROJECT_IS_TOP_LEVEL)
  if(MSVC)
    add_compile_options(/utf-8 /permissive- /W4 $<$<BOOL:${YHAT_WERROR}>:/WX>)
    add_compile_definitions(NOMINMAX)
  else()
    add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${YHAT_WERROR}>:-Werror>)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      add_compile_options(-Werror=reorder-init-list)  # g++ refuses a misordered designated initialiser, clang only warns
    endif()
  endif()
endif()

# g++ collects the garbage of its own memory from 128 MiB on; later, it compiles a tenth faster and takes a quarter more.
if(PROJECT_IS_TOP_LEVEL AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options("SHELL:--param ggc-min-heapsize=524288")
endif()

# What is not used of json: it would bring <ranges> and <filesystem> into each file.
if(PROJECT_IS_TOP_LEVEL)
  add_compile_definitions(JSON_HAS_RANGES=0 JSON_HAS_FILESYSTEM=0)
endif()

if(YHAT_SANITIZE)
  add_compile_options(-fsanitize=${YHAT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${YHAT_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)  # the code that sanitizers insert misleads it, in the standard library too
  endif()
endif()
if(YHAT_FUZZ)  # what libFuzzer counts; the fuzzers themselves are in tests/fuzz
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# For folders whose programs spend their time in the library: a short compilation counts more than fast code.
macro(yhat_compile_quickly)
  if(NOT MSVC)
    add_compile_options($<$<CONFIG:Release>:-O0>)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # At -O1, which the sanitizers' presets use, g++ 12 warns of std::string's own code when strings are joined.
      add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
    endif()
  endif()
endmacro()
