import Foundation
import HostSystem
import SystemPackage
import TestSupport

/// The `kola` that was built together with the tests, in a folder of its own.
struct KolaTool {
    let temporary: TemporaryDirectory
    var work: FilePath { temporary.appending("work") }

    init() throws {
        temporary = try TemporaryDirectory()
        try FileContent.createDirectory(work)
    }

    static var path: String {
        FilePath(FileContent.linkTarget("/proc/self/exe") ?? "").removingLastComponent().appending("kola").string
    }

    func command(_ arguments: [String]) -> Command { Command(Self.path, arguments, workingDirectory: work) }

    /// Runs `kola` in the folder.
    func kola(_ arguments: String...) async throws -> Command.Output { try await command(arguments).capture() }

    /// An external test of the project in the folder.
    func writeTest(_ path: String, _ text: String) throws {
        try temporary.write(text, to: "work/tests/kola/\(path)")
        let file = work.appending("tests/kola").appending(path)
        guard chmod(file.string, 0o755) == 0 else { throw Errno(rawValue: errno) }
    }
}
