import CGuestfs

/// What a started guest does; paths are the guest's own, beginning with `/`.
extension Guest {
    /// Gives the filesystem on a device another UUID.
    public func setUUID(_ uuid: String, of device: String) throws(GuestfsError) {
        try checked("set the UUID of \(device)") { guestfs_set_uuid(handle, device, uuid) }
    }

    /// Makes a directory that something is to be mounted at, in the guest's memory; before anything is mounted at `/`.
    public func makeMountPoint(_ path: String) throws(GuestfsError) {
        try checked("make the mount point \(path)") { guestfs_mkmountpoint(handle, path) }
    }

    /// Mounts a device for reading and writing.
    public func mount(_ device: String, at directory: String) throws(GuestfsError) {
        try checked("mount \(device) at \(directory)") { guestfs_mount(handle, device, directory) }
    }

    /// Mounts a device for reading.
    public func mountReadOnly(_ device: String, at directory: String) throws(GuestfsError) {
        try checked("mount \(device) at \(directory)") { guestfs_mount_ro(handle, device, directory) }
    }

    /// Removes an empty directory.
    public func removeDirectory(_ path: String) throws(GuestfsError) {
        try checked("remove \(path)") { guestfs_rmdir(handle, path) }
    }

    /// Copies a file or directory as `cp -a` does: with owners, modes, times, extended attributes and hard links.
    public func copy(_ source: String, to destination: String) throws(GuestfsError) {
        try checked("copy \(source) to \(destination)") { guestfs_cp_a(handle, source, destination) }
    }

    /// Sets the times of reading and of modification, in seconds since 1970.
    public func setTimes(_ path: String, access: Int64, modification: Int64) throws(GuestfsError) {
        try checked("set the times of \(path)") { guestfs_utimens(handle, path, access, 0, modification, 0) }
    }

    /// Sets the immutable flag.
    public func setImmutable(_ path: String) throws(GuestfsError) {
        try checked("make \(path) immutable") {
            var options = guestfs_set_e2attrs_argv()
            return guestfs_set_e2attrs_argv(handle, path, "i", &options)
        }
    }

    /// Unmounts everything: all of it is on the disks then.
    public func unmountAll() throws(GuestfsError) {
        try checked("unmount the disks") { guestfs_umount_all(handle) }
    }
}
