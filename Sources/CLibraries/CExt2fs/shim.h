#include <ext2fs/ext2fs.h>
#include <et/com_err.h>

/* A mutable global cannot be read from Swift 6. */
static inline io_manager cext2fs_unix_io_manager(void) { return unix_io_manager; }

/* Swift does not import a macro of this form. */
static const unsigned int cext2fs_known_ro_compat = EXT2_LIB_FEATURE_RO_COMPAT_SUPP;
