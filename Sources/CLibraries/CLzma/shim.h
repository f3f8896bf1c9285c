#include <lzma.h>

// Macros with a cast or a suffix macro in them do not reach Swift.
static const lzma_vli cosa_lzma_filter_lzma2 = LZMA_FILTER_LZMA2;
static const lzma_vli cosa_lzma_end_of_filters = LZMA_VLI_UNKNOWN;
static const uint32_t cosa_lzma_concatenated = LZMA_CONCATENATED;
