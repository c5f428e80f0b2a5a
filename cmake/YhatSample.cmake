# SPDX-License-Identifier: MIT
# The sample images as a source file of their own, so that a program that does not use them does not carry them.
set(sample_files)
if(YHAT_EMBED_SAMPLE)
  foreach(name IN ITEMS train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1)
    list(APPEND sample_files "${PROJECT_SOURCE_DIR}/data/fashion_mnist_sample/${name}-ubyte")
  endforeach()
endif()
set(generated "${PROJECT_BINARY_DIR}/generated/embedded_sample.cpp")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/generated")
add_executable(yhat_embed_files "${PROJECT_SOURCE_DIR}/cmake/embed_files.cpp")
set_target_properties(yhat_embed_files PROPERTIES COMPILE_OPTIONS "" LINK_OPTIONS "")  # a tool: no sanitizer, no fuzzing
target_compile_features(yhat_embed_files PRIVATE cxx_std_20)
add_custom_command(OUTPUT "${generated}"
  COMMAND yhat_embed_files "${generated}" data/embedded_sample.h embedded_file ${sample_files}
  DEPENDS yhat_embed_files ${sample_files} COMMENT "Embedding the sample images" VERBATIM)
target_sources(yhat PRIVATE "${generated}")

# The script and style sheet of the step-through's pages, which are part of each page.
file(GLOB page_files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/trace/page/*.js" "${PROJECT_SOURCE_DIR}/trace/page/*.css")
set(generated "${PROJECT_BINARY_DIR}/generated/page_files.cpp")
add_custom_command(OUTPUT "${generated}"
  COMMAND yhat_embed_files "${generated}" trace/page/page_files.h page_file ${page_files}
  DEPENDS yhat_embed_files ${page_files} COMMENT "Embedding the page's script and style" VERBATIM)
target_sources(yhat PRIVATE "${generated}")
