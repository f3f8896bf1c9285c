import SystemPackage

extension FileDescriptor {
    /// Opens a file.
    ///
    /// - Throws: ``LiveImageError/file(_:operation:reason:)``, which names it.
    static func opened(_ path: FilePath, _ mode: AccessMode) throws(LiveImageError) -> FileDescriptor {
        do {
            return try open(path, mode, options: .closeOnExec)
        } catch {
            throw .file(path, operation: mode == .readOnly ? "read" : "change", reason: "\(error)")
        }
    }
}
