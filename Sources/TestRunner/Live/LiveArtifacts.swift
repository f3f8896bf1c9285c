import Builds
import SystemPackage

/// What of a build live tests boot and install, by the names of meta.json's images.
public struct LiveArtifacts: Sendable, Equatable {
    /// One of them.
    public enum Kind: String, Sendable, CaseIterable {
        /// The live ISO.
        case iso = "live-iso"
        /// The kernel of a network boot.
        case kernel = "live-kernel"
        /// Its initramfs.
        case initramfs = "live-initramfs"
        /// Its root filesystem.
        case rootfs = "live-rootfs"
        /// The disk image that is installed from the network.
        case metal
        /// The same for sectors of 4,096 bytes.
        case metal4k

        /// Those without which no live test runs, as with upstream's kola.
        static let required: [Kind] = [.iso, .kernel, .initramfs, .rootfs]
    }

    /// The build's id.
    public let build: String
    /// The files that there are.
    public var files: [Kind: FilePath]
    /// The packages have a coreos-installer; else the installer is another one that takes its kernel arguments.
    public var hasCoreOSInstaller: Bool

    /// Artifacts of a build.
    public init(build: String, files: [Kind: FilePath], hasCoreOSInstaller: Bool = false) {
        self.build = build
        self.files = files
        self.hasCoreOSInstaller = hasCoreOSInstaller
    }

    /// Where one of them is.
    ///
    /// - Throws: ``TestSkip`` where it is not there.
    func path(_ kind: Kind) throws(TestSkip) -> FilePath {
        try require([kind])
        guard let path = files[kind] else { throw TestSkip(Self.reason(build, [kind])) }
        return path
    }

    /// - Throws: ``TestSkip`` that names those of `kinds` which are not there.
    func require(_ kinds: [Kind]) throws(TestSkip) {
        let missing = kinds.filter { files[$0] == nil }
        guard missing.isEmpty else { throw TestSkip(Self.reason(build, missing)) }
    }

    private static func reason(_ build: String, _ missing: [Kind]) -> String {
        let verbs = missing.map { $0.rawValue.hasPrefix("live-") ? "live" : $0.rawValue }
        let commands = verbs.enumerated().filter { !verbs[..<$0.offset].contains($0.element) }.map {
            "`cosa buildextend-\($0.element)`"
        }
        return "build \(build) has no \(missing.map(\.rawValue).joined(separator: ", ")); run "
            + commands.joined(separator: " and ")
    }
}

/// A test that cannot run here, which is no failure.
struct TestSkip: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why, in one line.
    let description: String

    init(_ reason: String) { description = reason }
}
