// SPDX-License-Identifier: MIT
// The fast kernels for AVX2 and FMA: 16 registers of 32 bytes.
#define YHAT_ISA avx2
#define YHAT_VECTOR_BYTES 32
#define YHAT_TILE_ROWS 6
#include "fast/table.h"
