import Foundation
import HostSystem
import SystemPackage

/// A small RPM, described by values and made by rpmbuild.
public struct RPMFixture: Sendable {
    /// One file of the package.
    public struct File: Sendable {
        /// What kind of entry it is.
        public enum Kind: Sendable, Equatable {
            /// A regular file with content.
            case regular(String)
            /// A regular file of bytes that need not be text.
            case binary([UInt8])
            /// A directory that the package owns (`%dir`).
            case directory
            /// A symbolic link to the given target.
            case symlink(String)
            /// A hard link to another file of the package, named by its absolute path.
            case hardLink(String)
            /// A file that the package owns but does not carry (`%ghost`).
            case ghost
        }

        /// The absolute path in the installed system.
        public var path: String
        /// The kind and content.
        public var kind: Kind
        /// The permissions, such as 0o644.
        public var mode: Int
        /// The owner's name.
        public var owner: String
        /// The group's name.
        public var group: String
        /// Spec directives before the path, such as `%config(noreplace)`, `%doc` or `%caps(cap_net_raw=p)`.
        public var directives: [String]

        /// Describes a file; the mode is 0755 for directories and 0644 otherwise where none is given.
        public init(
            _ path: String, _ kind: Kind = .regular(""), mode: Int? = nil, owner: String = "root",
            group: String = "root", directives: [String] = []
        ) {
            self.path = path
            self.kind = kind
            self.mode = mode ?? (kind == .directory ? 0o755 : 0o644)
            self.owner = owner
            self.group = group
            self.directives = directives
        }
    }

    /// The package name.
    public var name: String
    /// The epoch; 0 writes none.
    public var epoch = 0
    /// The version.
    public var version: String
    /// The release.
    public var release: String
    /// The architecture: `noarch` or the host's.
    public var arch: String
    /// What else the preamble says, as spec lines such as `Requires: bar >= 2` or `Recommends: baz`.
    public var preamble: [String]
    /// The files, in any order.
    public var files: [File]
    /// Scriptlet sections by the rest of their `%` line (`post`, `posttrans -p <lua>`, `transfiletriggerin -- /usr/lib`).
    public var scriptlets: [String: String]
    /// The build time and the files' modification time, in seconds since 1970.
    public var buildTime: Int64 = 1_700_000_000
    /// The payload compression, as rpm's `_binary_payload`.
    public var payload = "w3.zstdio"
    /// The text of `%changelog`; empty for none.
    public var changelog = ""

    /// Describes a package.
    public init(
        _ name: String, version: String = "1.0", release: String = "1", epoch: Int = 0, arch: String = "noarch",
        preamble: [String] = [], files: [File] = [], scriptlets: [String: String] = [:]
    ) {
        self.name = name
        self.epoch = epoch
        self.version = version
        self.release = release
        self.arch = arch
        self.preamble = preamble
        self.files = files
        self.scriptlets = scriptlets
    }

    /// The file name that rpmbuild gives it.
    public var fileName: String { "\(name)-\(version)-\(release).\(arch).rpm" }

    /// Builds the package into `directory` and returns the path of the .rpm.
    ///
    /// - Throws: `CommandError` where rpmbuild fails.
    public func build(in directory: FilePath) async throws -> FilePath {
        let scratch = try TemporaryDirectory()
        for file in files { try stage(file, below: scratch.path.appending("tree")) }
        try FileManager.default.createDirectory(
            atPath: scratch.path.appending("tree").string, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        let spec = try scratch.write(specification(tree: scratch.path.appending("tree")), to: "\(name).spec")
        let defines = [
            "_topdir \(scratch.path)", "_dbpath \(scratch.path)/db", "_rpmdir \(directory)",
            "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm", "_buildhost localhost",
            "_binary_payload \(payload)", "__os_install_post %{nil}", "debug_package %{nil}",
            "_build_id_links none", "use_source_date_epoch_as_buildtime 1", "_use_internal_dependency_generator 0",
        ]
        try await Command(
            "rpmbuild", ["-bb", "--quiet", "--target", arch] + defines.flatMap { ["--define", $0] } + [spec.string],
            environment: ["SOURCE_DATE_EPOCH": "\(buildTime)", "TZ": "UTC"]
        ).run()
        return directory.appending(fileName)
    }

    private func stage(_ file: File, below tree: FilePath) throws {
        let manager = FileManager.default
        let path = tree.string + file.path
        try manager.createDirectory(
            atPath: FilePath(path).removingLastComponent().string, withIntermediateDirectories: true)
        switch file.kind {
        case .regular(let text): try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        case .binary(let bytes): try Data(bytes).write(to: URL(fileURLWithPath: path))
        case .ghost: try Data().write(to: URL(fileURLWithPath: path))
        case .directory: try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
        case .symlink(let target): try manager.createSymbolicLink(atPath: path, withDestinationPath: target)
        case .hardLink(let other): try manager.linkItem(atPath: tree.string + other, toPath: path)
        }
    }

    private func specification(tree: FilePath) -> String {
        var lines = ["Name: \(name)", "Version: \(version)", "Release: \(release)"]
        if epoch != 0 { lines.append("Epoch: \(epoch)") }
        if arch == "noarch" { lines.append("BuildArch: noarch") }
        lines += ["Summary: \(name)", "License: MIT", "AutoReqProv: no"] + preamble
        lines += ["%description", "A package for tests."]
        lines += [
            "%install", "cp -a \(tree)/. %{buildroot}/", "find %{buildroot} -exec touch -h -d @\(buildTime) {} +",
        ]
        for (section, body) in scriptlets.sorted(by: { $0.key < $1.key }) { lines += ["%\(section)", body] }
        lines.append("%files")
        for file in files {
            var directives = file.directives
            if file.kind == .directory { directives.append("%dir") }
            if file.kind == .ghost { directives.append("%ghost") }
            let mode: String
            if case .symlink = file.kind { mode = "-" } else { mode = String(file.mode, radix: 8) }
            directives.append("%attr(\(mode), \(file.owner), \(file.group))")
            lines.append((directives + ["\"\(file.path)\""]).joined(separator: " "))
        }
        if !changelog.isEmpty { lines += ["%changelog", changelog] }
        return lines.joined(separator: "\n") + "\n"
    }
}
