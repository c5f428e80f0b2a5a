// SPDX-License-Identifier: MIT
// The fast kernels for every processor of the architecture: SSE2 on x86-64, NEON on ARM.
#define YHAT_ISA baseline
#define YHAT_VECTOR_BYTES 16
#if defined(__aarch64__)
#define YHAT_TILE_ROWS 12  // 32 registers
#else
#define YHAT_TILE_ROWS 6
#endif
#include "fast/table.h"
