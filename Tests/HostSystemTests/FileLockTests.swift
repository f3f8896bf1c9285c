import Foundation
import HostSystem
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite("File locks")
struct FileLockTests {
    let temporary: TemporaryDirectory
    let path: FilePath

    init() throws {
        temporary = try TemporaryDirectory()
        path = temporary.appending("a.lock")
    }

    @Test("a second holder is refused and told who holds it; a free lock is taken again")
    func exclusive() throws {
        var first: FileLock? = try FileLock(path, wait: false)
        #expect {
            _ = try FileLock(path, wait: false)
        } throws: {
            "\($0)" == "\(path) is locked by process \(getpid()); wait for it to end"
        }
        #expect(FileLock.holder(of: path) == ProcessIdentity.current)
        first = nil
        #expect(first == nil)
        _ = try FileLock(path, wait: false)
    }

    @Test("another process's lock counts, and is free once that process was killed")
    func otherProcess() async throws {
        let path = path
        let held = temporary.appending("held")
        // The other process says through a pipe that it has the lock, holds it until it is killed by its own timeout.
        guard mkfifo(held.string, 0o600) == 0 else { throw Errno(rawValue: errno) }
        async let other = Command(
            "flock", ["--no-fork", path.string, "sh", "-c", "echo locked > \(held); exec cat \(held)"]
        ).capture()
        let told = try await Blocking.run { try FileContent.read(held) }
        #expect(String(decoding: told, as: UTF8.self) == "locked\n")
        #expect(throws: FileLockError.self) { try FileLock(path, wait: false) }
        // Opening and closing the pipe for writing ends `cat`, and with it the holder.
        let release = try await Blocking.run { try FileDescriptor.open(held, .writeOnly) }
        try release.close()
        _ = try await other
        _ = try FileLock(path, wait: false)
    }

    @Test("a lock that was let go is free although another descriptor of it is open, as in a child before exec")
    func inheritedDescriptor() throws {
        var lock: FileLock? = try FileLock(path, wait: false)
        let open = FileContent.names(in: "/proc/self/fd").first { name in
            FileContent.linkTarget(FilePath("/proc/self/fd/\(name)")) == path.string
        }
        let number = try #require(open.flatMap { Int32($0) })
        let inherited = try FileDescriptor(rawValue: number).duplicate()
        defer { try? inherited.close() }
        lock = nil
        #expect(lock == nil)
        _ = try FileLock(path, wait: false)
    }

    @Test("a lock that is refused closes its own file only, once")
    func refused() throws {
        let (path, file) = (path, temporary.appending("file"))
        try AtomicFile.write([1], to: file)
        let lock = try FileLock(path, wait: false)
        // A number that is closed twice is by then a file that another thread reads.
        let broken = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<2000 {
                if (try? FileLock(path, wait: false)) != nil { broken.add(1, ordering: .relaxed) }
                if (try? FileContent.read(file)) != [1] { broken.add(1, ordering: .relaxed) }
            }
        }
        #expect(broken.load(ordering: .relaxed) == 0)
        withExtendedLifetime(lock) {}
    }

    @Test("a lock in a directory that does not exist says so")
    func impossible() {
        let path = temporary.appending("none/a.lock")
        #expect {
            _ = try FileLock(path, wait: false)
        } throws: {
            "\($0)" == "cannot lock \(path): No such file or directory"
        }
    }

    @Test("waiting holders take turns")
    func turns() async throws {
        let path = path
        let counter = temporary.appending("counter")
        try AtomicFile.write([0], to: counter)
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    try await Blocking.run {
                        try FileLock.withLock(path) {
                            let value = try FileContent.read(counter)[0]
                            try AtomicFile.write([value + 1], to: counter)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try FileContent.read(counter) == [20])
    }
}

@Suite("Process identity")
struct ProcessIdentityTests {
    @Test("this process runs; one of its number that started at another moment does not")
    func identity() throws {
        let current = try #require(ProcessIdentity.current)
        #expect(current.isRunning)
        #expect(current.number == getpid())
        #expect(ProcessIdentity(number: Int32.max) == nil)
        let now = Int64(Date().timeIntervalSince1970)
        #expect(current.wasRunning(at: now))
        #expect(!current.wasRunning(at: now - 365 * 86_400))
    }
}
