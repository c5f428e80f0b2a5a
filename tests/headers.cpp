// SPDX-License-Identifier: MIT
// Nothing of its own: the headers that the tests share are compiled for it.
