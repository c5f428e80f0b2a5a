# SPDX-License-Identifier: MIT
# Included after the target yhat exists: adds the sources of this folder, some of them compiled for one instruction set each.
# Which of those runs is decided at start from what the processor has; no -march flag is needed.
set(kernel_dir "${CMAKE_CURRENT_LIST_DIR}")
file(GLOB_RECURSE kernel_sources CONFIGURE_DEPENDS "${kernel_dir}/*.cpp")
list(FILTER kernel_sources EXCLUDE REGEX "/isa_avx[0-9]+\\.cpp$")
target_sources(yhat PRIVATE ${kernel_sources})

if(NOT MSVC)
  set(isa_sources "${kernel_dir}/isa_baseline.cpp" "${kernel_dir}/isa_avx2.cpp" "${kernel_dir}/isa_avx512.cpp")
  set_source_files_properties(${isa_sources} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  # Optimised in every build type, so that a Debug build can still train a network; products and sums may be fused here.
  set(kernel_flags -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math)
  set_source_files_properties("${kernel_dir}/isa_baseline.cpp" PROPERTIES COMPILE_OPTIONS "${kernel_flags}")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    target_sources(yhat PRIVATE "${kernel_dir}/isa_avx2.cpp" "${kernel_dir}/isa_avx512.cpp")
    set_source_files_properties("${kernel_dir}/isa_avx2.cpp" PROPERTIES
      COMPILE_OPTIONS "${kernel_flags};-mavx2;-mfma")
    set_source_files_properties("${kernel_dir}/isa_avx512.cpp" PROPERTIES
      COMPILE_OPTIONS "${kernel_flags};-mavx512f;-mavx512vl;-mavx512bw;-mavx512dq;-mfma;-mprefer-vector-width=512")
    set_source_files_properties("${kernel_dir}/dispatch.cpp" PROPERTIES COMPILE_DEFINITIONS YHAT_X86_KERNELS)
  endif()
endif()
