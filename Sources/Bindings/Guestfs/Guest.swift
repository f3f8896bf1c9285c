import CGuestfs
import SystemPackage

/// A small virtual machine, made by libguestfs of the host's own kernel and programs (its "appliance"), that has disks,
/// mounts them and changes the files on them; nothing of that needs a privilege. See guestfs(3).
///
/// Disks are added first; then ``launch()`` starts it; files are named by their paths in the guest. Belongs to one
/// thread. The virtual machine ends with ``shutdown()``, which tells whether all was written, or with this object; where
/// this process is killed, a process that the library keeps beside it ends the virtual machine.
public final class Guest {
    let handle: OpaquePointer
    private let messages: Messages

    /// What the library, its programs and the guest say.
    private final class Messages {
        private static let limit = 16 << 10
        private let onMessage: () -> Void
        private var tail: [UInt8] = []

        init(_ onMessage: @escaping () -> Void) { self.onMessage = onMessage }

        func add(_ bytes: UnsafeBufferPointer<UInt8>) {
            tail += bytes
            if tail.count > 2 * Self.limit { tail.removeFirst(tail.count - Self.limit) }
            onMessage()
        }

        var lines: [String] {
            // Firmware and kernels address a terminal.
            String(decoding: tail, as: UTF8.self).split(whereSeparator: \.isNewline).map {
                String($0.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }.map(Character.init))
            }
        }
    }

    /// A guest that is not started yet.
    ///
    /// Variables such as `LIBGUESTFS_PATH` and `LIBGUESTFS_HV` (guestfs(3), "ENVIRONMENT VARIABLES") hold for it.
    ///
    /// - Parameter onMessage: called, on the guest's thread, when the library, its programs or the guest said something.
    /// - Throws: ``GuestfsError``.
    public init(onMessage: @escaping () -> Void = {}) throws(GuestfsError) {
        guard let handle = cguestfs_create() else {
            throw GuestfsError(operation: "use libguestfs", message: "out of memory", output: [])
        }
        self.handle = handle
        messages = Messages(onMessage)
        // Messages go into errors, not to standard error.
        guestfs_set_error_handler(handle, nil, nil)
        let events = GUESTFS_EVENT_APPLIANCE | GUESTFS_EVENT_LIBRARY | GUESTFS_EVENT_WARNING
        try checked("listen to the guest") {
            guestfs_set_event_callback(
                handle,
                { _, data, _, _, _, text, count, _, _ in
                    guard let data, let text else { return }
                    text.withMemoryRebound(to: UInt8.self, capacity: count) {
                        Unmanaged<Messages>.fromOpaque(data).takeUnretainedValue().add(.init(start: $0, count: count))
                    }
                }, UInt64(events), 0, Unmanaged.passUnretained(messages).toOpaque())
        }
    }

    deinit { guestfs_close(handle) }

    /// Chooses how the virtual machine is started (guestfs(3), "BACKEND"), and one of that backend's settings.
    public func setBackend(_ name: String, setting: (name: String, value: String)? = nil) throws(GuestfsError) {
        try checked("use the backend \(name)") { guestfs_set_backend(handle, name) }
        guard let setting else { return }
        try checked("set \(setting.name) of the backend \(name)") {
            guestfs_set_backend_setting(handle, setting.name, setting.value)
        }
    }

    /// Sets where the library has its files while the guest runs, and where it keeps the appliance for the next one.
    public func setDirectories(temporary: FilePath, cache: FilePath) throws(GuestfsError) {
        try checked("use the directory \(temporary)") { guestfs_set_tmpdir(handle, temporary.string) }
        try checked("use the directory \(cache)") { guestfs_set_cachedir(handle, cache.string) }
    }

    /// Gives QEMU a parameter of its own, such as `-pidfile`.
    public func setParameter(_ name: String, to value: String) throws(GuestfsError) {
        try checked("set \(name) of QEMU") { guestfs_config(handle, name, value) }
    }

    /// Adds a disk: the first is `/dev/sda`, its first partition `/dev/sda1`, the second disk `/dev/sdb`.
    ///
    /// What the guest writes is not synced to the host's disk.
    ///
    /// - Parameters:
    ///   - image: a raw image.
    ///   - sectorSize: 512 or 4096.
    public func addDisk(_ image: FilePath, sectorSize: Int = 512) throws(GuestfsError) {
        try checked("add the disk \(image)") {
            "raw".withCString { format in
                "unsafe".withCString { cacheMode in
                    var options = guestfs_add_drive_opts_argv()
                    options.bitmask = cguestfs_drive_format | cguestfs_drive_cache_mode | cguestfs_drive_block_size
                    options.format = format
                    options.cachemode = cacheMode
                    options.blocksize = Int32(sectorSize)
                    return guestfs_add_drive_opts_argv(handle, image.string, &options)
                }
            }
        }
    }

    /// Starts the virtual machine and waits until it answers. There is no limit to how long that takes.
    public func launch() throws(GuestfsError) {
        try checked("start libguestfs' virtual machine") { guestfs_launch(handle) }
    }

    /// Ends the virtual machine; everything that was written is in the images then.
    public func shutdown() throws(GuestfsError) {
        try checked("end libguestfs' virtual machine") { guestfs_shutdown(handle) }
    }

    /// Runs a call that answers with -1 where it failed, which becomes a ``GuestfsError``.
    func checked(_ operation: @autoclosure () -> String, _ call: () -> Int32) throws(GuestfsError) {
        guard call() == -1 else { return }
        // Advice for users of the library's own programs follows in further lines.
        let message = guestfs_last_error(handle).map { String(cString: $0) } ?? ""
        let line = message.prefix { !$0.isNewline }
        throw GuestfsError(
            operation: operation(), message: line.isEmpty ? "libguestfs does not say why" : String(line),
            output: messages.lines)
    }
}
