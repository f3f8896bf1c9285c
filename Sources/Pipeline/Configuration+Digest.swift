import Foundation
import HostSystem
import Packages
import SystemPackage

extension Configuration {
    /// Everything that shapes a build, as far as it is known before any package is resolved.
    ///
    /// - Throws: `Errno` or ``PipelineError`` for an input that cannot be read.
    func digest(autolock: String?, strict: Bool, toolVersion: String) throws -> InputDigest {
        var digest = InputDigest()
        digest.add("architecture", text: basearch)
        digest.add("tool", text: toolVersion)
        digest.add("manifest", text: try manifest.checksum())
        digest.add("image.yaml", text: try image.json.compactJSON)
        digest.add("platforms.yaml", text: try platforms.json(basearch: basearch).compactJSON)
        for file in lockfiles { try digest.add("lockfile \(file.lastComponent?.string ?? "")", file: file) }
        digest.add("lock", text: "strict \(strict) autolock \(autolock ?? "none")")
        for layer in layers where layer.path != directory.overrideRootFS {
            try digest.add("overlay \(layer.name)", tree: layer.path)
        }
        if FileContent.isDirectory(live) { try digest.add("live", tree: live) }
        try digest.add("overrides/rpm", tree: directory.overrideRPMs)
        try digest.add("overrides/rootfs", tree: directory.overrideRootFS)
        if let epoch = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"] {
            digest.add("SOURCE_DATE_EPOCH", text: epoch)
        }
        return digest
    }
}
