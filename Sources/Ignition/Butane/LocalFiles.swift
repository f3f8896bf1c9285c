import Foundation
import SystemPackage

/// The folder that the paths of `local` and its like are relative to.
struct LocalFiles {
    /// nil where the config must not name files.
    let directory: FilePath?
    let source: String

    /// The path of the file that `node` names.
    ///
    /// - Throws: ``IgnitionError`` where there is no folder, or the path leads out of it.
    func path(_ node: SourceNode) throws -> FilePath {
        guard let directory else {
            throw IgnitionError(source: source, node.place, "a local file, but no folder for such files was given")
        }
        let base = directory.lexicallyNormalized()
        // A path from the root is one from the folder, as in Butane.
        let relative = FilePath(node.text ?? "").components
        var path = base
        path.append(relative)
        path.lexicallyNormalize()
        guard path.starts(with: base) else {
            throw IgnitionError(
                source: source, node.place, "\(node.kind) leads out of \(base), the folder of the local files")
        }
        return path
    }

    /// The bytes of the file that `node` names.
    func bytes(_ node: SourceNode) throws -> [UInt8] { try bytes(at: path(node), node) }

    /// The text of the file that `node` names.
    func text(_ node: SourceNode) throws -> String {
        let path = try path(node)
        guard let text = String(validating: try bytes(at: path, node), as: UTF8.self) else {
            throw IgnitionError(source: source, node.place, "\(path) is not UTF-8 text")
        }
        return text
    }

    /// The bytes of the file at `path`.
    ///
    /// - Throws: ``IgnitionError`` at the place of `node`.
    func bytes(at path: FilePath, _ node: SourceNode) throws -> [UInt8] {
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly)
            return try descriptor.closeAfter {
                var result: [UInt8] = []
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
                defer { buffer.deallocate() }
                while case let count = try descriptor.read(into: buffer), count > 0 { result += buffer.prefix(count) }
                return result
            }
        } catch let error as Errno {
            throw IgnitionError(source: source, node.place, "cannot read \(path): \(error)")
        }
    }
}
