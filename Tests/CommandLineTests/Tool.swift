import Foundation
import HostSystem
import SystemPackage
import TestSupport

/// The `cosa` and `kola` that were built together with the tests.
struct Tool {
    let temporary: TemporaryDirectory
    var work: FilePath { temporary.appending("work") }

    init() throws {
        temporary = try TemporaryDirectory()
        try FileContent.createDirectory(work)
        try temporary.write("{}\n", to: "config/manifest.yaml")
        try temporary.write("{}\n", to: "config/image.yaml")
    }

    /// Runs `cosa` in the working directory.
    func cosa(_ arguments: String...) async throws -> Command.Output { try await cosa(arguments) }

    /// Runs `cosa` in the working directory.
    func cosa(_ arguments: [String]) async throws -> Command.Output {
        try await Command(Self.path("cosa"), arguments, workingDirectory: work).capture()
    }

    /// Runs `kola` in the working directory; its guests would run under the emulator.
    func kola(_ arguments: String...) async throws -> Command.Output { try await kola(arguments) }

    /// Runs `kola` in the working directory; its guests would run under the emulator.
    func kola(_ arguments: [String]) async throws -> Command.Output {
        try await Command(Self.path("kola"), arguments, environment: ["COSA_NO_KVM": "1"], workingDirectory: work)
            .capture()
    }

    /// The path of a program beside the test runner.
    static func path(_ name: String) -> String {
        FilePath(FileContent.linkTarget("/proc/self/exe") ?? "").removingLastComponent().appending(name).string
    }

    /// Makes the working directory, with one build in it.
    func makeBuild() async throws {
        _ = try await cosa("init", temporary.appending("config").string)
        let zeros = String(repeating: "0", count: 64)
        try temporary.write(
            """
            {"buildid": "1.0", "name": "demo", "ostree-commit": "\(zeros)", "ostree-version": "1.0",
             "ostree-timestamp": "2026-11-21T00:00:00Z", "images": {"ostree": {"path": "a.ociarchive", "sha256": "x"}}}
            """, to: "work/builds/1.0/x86_64/meta.json")
        try temporary.write(
            #"{"schema-version": "1.0.0", "builds": [{"id": "1.0", "arches": ["x86_64"]}]}"#,
            to: "work/builds/builds.json")
    }
}

extension Command.Output {
    /// The last line of standard error.
    var lastErrorLine: String { standardError.split(separator: "\n").last.map(String.init) ?? "" }
}
