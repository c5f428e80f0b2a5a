// SPDX-License-Identifier: MIT
// The fast kernels for AVX-512: 32 registers of 64 bytes.
#define YHAT_ISA avx512
#define YHAT_VECTOR_BYTES 64
#define YHAT_TILE_ROWS 14
#include "fast/table.h"
