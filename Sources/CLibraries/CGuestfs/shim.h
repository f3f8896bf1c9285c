#include <guestfs.h>

/* Swift does not import macros of this form. */
static const uint64_t cguestfs_drive_format = GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK;
static const uint64_t cguestfs_drive_cache_mode = GUESTFS_ADD_DRIVE_OPTS_CACHEMODE_BITMASK;
static const uint64_t cguestfs_drive_block_size = GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE_BITMASK;

/* Swift does not call functions with variable arguments. The handle is not closed at exit(3): that would wait for the guest. */
static inline guestfs_h *cguestfs_create(void) { return guestfs_create_flags(GUESTFS_CREATE_NO_CLOSE_ON_EXIT); }
