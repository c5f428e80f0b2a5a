# SPDX-License-Identifier: MIT
# Included after the target yhat exists: the sources of this folder.
file(GLOB_RECURSE kernel_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
target_sources(yhat PRIVATE ${kernel_sources})
