import Foundation
import HostSystem
import SystemPackage

/// Files that are whole or not there, and that take no other's place.
enum NewFile {
    /// Refuses a name that is taken.
    ///
    /// - Throws: ``LiveImageError/file(_:operation:reason:)``.
    static func check(_ path: FilePath) throws(LiveImageError) {
        guard !FileContent.exists(path) else {
            throw .file(path, operation: "write", reason: "it exists; choose another name or remove it")
        }
    }

    /// Makes a file.
    ///
    /// - Throws: ``LiveImageError/file(_:operation:reason:)`` where there is one, and what `body` throws.
    static func write(_ path: FilePath, _ body: (FileDescriptor) throws -> Void) throws {
        try check(path)
        let scratch = AtomicFile.temporaryPath(for: path)
        do {
            let descriptor = try FileDescriptor.open(
                scratch, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try descriptor.closeAfter { try body(descriptor) }
            try AtomicFile.publish(scratch, as: path)
        } catch {
            unlink(scratch.string)
            throw error
        }
    }
}
