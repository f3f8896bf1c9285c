import Foundation
import SystemPackage
import Testing

@testable import HostSystem

@Suite struct BackgroundProcessTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "background") }

    private func start(_ script: String, descriptors: [FileDescriptor] = []) throws -> BackgroundProcess {
        try BackgroundProcess(
            Command("sh", ["-c", script]), streams: .file(folder.path.appending("log")), descriptors: descriptors)
    }

    @Test func exitStatusIsTheShells() async throws {
        defer { folder.remove() }
        #expect(try await start("exit 3").exit() == 3)
        #expect(try await start("kill -TERM $$").exit() == 128 + SIGTERM)
    }

    @Test func everyWaiterLearnsOfTheEnd() async throws {
        defer { folder.remove() }
        let process = try start("exec sleep 1000")
        async let first = process.exit()
        async let second = process.exit()
        process.kill()
        #expect(await [first, second] == [128 + SIGKILL, 128 + SIGKILL])
        #expect(process.status == 128 + SIGKILL)
    }

    @Test func cancelledWaitLeavesTheProgramAlone() async throws {
        defer { folder.remove() }
        let process = try start("exec sleep 1000")
        let waiting = Task { await process.exit() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        #expect(process.status == nil)
        await process.killAndWait()
    }

    @Test func outputGoesToTheFile() async throws {
        defer { folder.remove() }
        _ = try await start("echo out; echo err >&2").exit()
        let text = String(decoding: try FileContent.read(folder.path.appending("log")), as: UTF8.self)
        #expect(text == "out\nerr\n")
    }

    @Test func childGetsItsDescriptorsAndNoOthers() async throws {
        defer { folder.remove() }
        let first = try SocketPair()
        let second = try SocketPair()
        let process = try start(
            "echo one >&3; echo two >&4; ls /proc/self/fd", descriptors: [first.child, second.child])
        try first.child.close()
        try second.child.close()
        _ = await process.exit()
        #expect(try FileContent.readAll(first.host) == "one\n")
        #expect(try FileContent.readAll(second.host) == "two\n")
        let open = String(decoding: try FileContent.read(folder.path.appending("log")), as: UTF8.self)
        // ls opens the folder itself as 5.
        #expect(open.split(separator: "\n").map(String.init) == ["0", "1", "2", "3", "4", "5"])
    }

    @Test func programEndsWithItsHolder() async throws {
        defer { folder.remove() }
        let number: Int32
        do {
            let process = try start("exec sleep 1000")
            number = process.processIdentifier
        }
        // The reaper thread removes it from the table; until then it is a zombie, which kill(2) still finds.
        while kill(number, 0) == 0 { await Task.yield() }
        #expect(errno == ESRCH)
    }

    @Test func missingProgramIsAnError() throws {
        defer { folder.remove() }
        #expect(throws: CommandError.self) {
            try BackgroundProcess(Command("no-such-program"), streams: .file(folder.path.appending("log")))
        }
    }
}

extension FileContent {
    /// What is left in a socket whose other end is closed.
    static func readAll(_ descriptor: FileDescriptor) throws -> String {
        try descriptor.closeAfter {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                if count == 0 { return String(decoding: bytes, as: UTF8.self) }
                bytes += chunk[..<count]
            }
        }
    }
}
