#include <ext2fs/ext2fs.h>
#include <et/com_err.h>

/* A mutable global cannot be read from Swift 6. */
static inline io_manager cext2fs_unix_io_manager(void) { return unix_io_manager; }
