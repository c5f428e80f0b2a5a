// SPDX-License-Identifier: MIT
#error "this unit is broken"
