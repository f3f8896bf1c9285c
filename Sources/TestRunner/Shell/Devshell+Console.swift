import Foundation
import HostSystem
import Synchronization
import SystemPackage
import VirtualMachine

extension Devshell {
    /// Boots, and is the machine's console on this process's standard input and output until the machine ends or Ctrl-a x is
    /// pressed; with a ``consoleFile`` that gets the console instead.
    ///
    /// - Returns: QEMU's exit status; 0 where somebody ended it.
    /// - Throws: ``MachineError`` where the machine does not start, or the initramfs fails and that counts.
    public func runOnConsole(tell: @escaping @Sendable (String) -> Void) async throws -> Int32 {
        try await FolderGuard.withFolder { scratch in
            let isShown = consoleFile == nil
            if isShown { tell(ConsoleKeys.help) }
            let terminal = isShown ? RawTerminal() : nil
            defer { terminal?.restore() }
            let fatal = failsWithInitramfs ? ConsolePattern.all + [.ignitionFailure] : []
            let sink = try consoleSink() ?? { bytes in _ = try? FileDescriptor.standardOutput.writeAll(bytes) }
            // On a raw terminal the next line would begin below this one's end.
            let lineEnd = terminal == nil ? "" : "\r"
            let said: @Sendable (String) -> Void = { tell($0 + lineEnd) }
            let (machine, _) = try await launch(
                publicKey: nil, scratch: scratch, fatalPatterns: fatal, onConsole: sink, tell: said)
            machine.expectExit()
            let keys = isShown ? KeyReader(machine: machine, tell: said) : nil
            defer { keys?.stop() }
            do {
                let status = try await untilEnd(of: machine, wish: keys?.end.stream)
                await machine.kill()
                return status
            } catch {
                await machine.kill()
                throw error
            }
        }
    }

    /// Waits for the first of: QEMU's end, somebody's wish, a failure that counts.
    private func untilEnd(of machine: Machine, wish: AsyncStream<Void>?) async throws -> Int32 {
        try await withThrowingTaskGroup(of: Int32.self) { group in
            group.addTask {
                guard let status = await machine.exit() else { throw CancellationError() }
                return status
            }
            if let wish {
                group.addTask {
                    for await _ in wish {}
                    try Task.checkCancellation()
                    return 0
                }
            }
            if failsWithInitramfs { group.addTask { throw try await machine.events.untilFailure() } }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

/// Hands what somebody types on standard input to a machine's console.
private final class KeyReader {
    private let source: any DispatchSourceRead
    /// Ends when somebody wants the machine to end.
    let end = AsyncStream<Void>.makeStream()

    init(machine: Machine, tell: @escaping @Sendable (String) -> Void) {
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO)
        self.source = source
        let keys = Mutex(ConsoleKeys())
        let wish = end.continuation
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = buffer.withUnsafeMutableBytes { try? FileDescriptor.standardInput.read(into: $0) } ?? 0
            // Nobody types any more; the machine goes on.
            guard count > 0 else { return source.cancel() }
            for action in keys.withLock({ $0.take(Array(buffer[..<count])) }) {
                switch action {
                case .type(let bytes): machine.keyboard.type(bytes)
                case .help: tell(ConsoleKeys.help)
                case .end: wish.finish()
                case .sendBreak:
                    Task { try? await machine.monitor.execute("chardev-send-break", arguments: ["id": "console"]) }
                }
            }
        }
        source.activate()
    }

    func stop() { source.cancel() }
}
