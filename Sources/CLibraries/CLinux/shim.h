#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <linux/fs.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/types.h>
#include <sys/xattr.h>

// glibc 2.27 has it, but its header shows it to _GNU_SOURCE only, which Swift's Glibc module is built without.
extern int memfd_create(const char *_Nonnull name, unsigned int flags);

// The same holds for these, of glibc 2.34 and 2.29.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *_Nonnull actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *_Nonnull actions, const char *_Nonnull path);

// And for this one, of glibc 2.28, with its flag of <linux/fs.h>.
extern int renameat2(int from_directory, const char *_Nonnull from, int to_directory, const char *_Nonnull to, unsigned int flags);
static const unsigned int cosa_rename_exchange = 2U;

// The same again; CLONE_NEWNS of <sched.h>.
extern int unshare(int flags);
static const int cosa_new_mount_namespace = 0x00020000;

// Macros that Swift does not see through.
static const unsigned long cosa_get_flags = FS_IOC_GETFLAGS;
static const unsigned long cosa_set_flags = FS_IOC_SETFLAGS;
static const int cosa_immutable_flag = FS_IMMUTABLE_FL;

// And for this one, of glibc 2.27.
extern ssize_t copy_file_range(int from, off_t *_Nullable from_offset, int to, off_t *_Nullable to_offset, size_t count, unsigned int flags);

// FICLONE of <linux/fs.h> (ioctl_ficlone(2)): the file `to` becomes one that shares the blocks of `from`.
static inline int cosa_clone_file(int to, int from) { return ioctl(to, 0x40049409UL, from); }

// POSIX_SPAWN_SETSID of glibc's <spawn.h>, since 2.26 and again for _GNU_SOURCE only.
static const int cosa_spawn_new_session = 0x80;

// Linux's <linux/memfd.h>: the file is closed where another program is executed.
static const unsigned int cosa_memfd_close_on_exec = 1U;

#endif
