import Foundation
import HostSystem
import SystemPackage

@testable import Compose

/// What is in a directory tree: for each path its type, owner, permissions and content, as one comparable text.
struct TreeListing {
    private(set) var entries: [String: String] = [:]

    /// Reads the tree at `root`; numbers of owners as they are.
    ///
    /// - Parameter translate: turns a path into the one to list it under; nil leaves it out.
    init(_ root: FilePath, translate: (String, FileStatus) -> String?) throws {
        try add(root, "", translate)
    }

    private mutating func add(
        _ directory: FilePath, _ prefix: String, _ translate: (String, FileStatus) -> String?
    ) throws {
        for name in try sortedNames(directory) {
            let path = directory.appending(name)
            guard let status = try FileStatus.of(path) else { continue }
            if let place = translate("\(prefix)/\(name)", status) { entries[place] = try Self.describe(path, status) }
            if status.isDirectory { try add(path, "\(prefix)/\(name)", translate) }
        }
    }

    private static func describe(_ path: FilePath, _ status: FileStatus) throws -> String {
        if status.isSymlink { return "link to \(PackageImporter.collapse(try linkTarget(path)))" }
        let owner = "\(status.uid):\(status.gid) \(String(status.permissions, radix: 8))"
        if status.isDirectory { return "directory \(owner)" }
        let capability = try ExtendedAttribute.get(FileCapabilities.attribute, of: path).map { " \($0)" } ?? ""
        return "file \(owner) \(try Digest.ofFile(path))\(capability)"
    }
}
