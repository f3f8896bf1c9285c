import Foundation
import Synchronization
import SystemPackage

/// A program that runs beside its owner (a virtual machine, an SSH master): started, watched, and gone when its owner goes.
///
/// The kernel kills it when this process ends in any way, SIGKILL included, and ``deinit`` kills it when nobody holds it
/// any more. Its exit is an event: ``exit()`` returns when it happens.
public final class BackgroundProcess: Sendable {
    /// Where standard input, output and error of the program go. But for ``inherited`` the program has a session of its own:
    /// no terminal reaches it, and neither does its Ctrl-C.
    public enum StandardStreams: Sendable {
        /// No input; output and error are appended to this file, which is made where it is missing.
        case file(FilePath)
        /// No input; output goes to this open file, of which this process keeps its own copy, and errors are appended to
        /// a file.
        case output(FileDescriptor, errors: FilePath)
        /// Those of this process, in its process group, so that the program may use the terminal.
        case inherited
    }

    private let child: Child

    /// Starts `command`.
    ///
    /// - Parameters:
    ///   - streams: what its standard streams are.
    ///   - descriptors: open files that it gets, under the numbers 3, 4, … in this order. This process keeps its own
    ///     copies; closing them is the caller's.
    ///   - coreDumps: false keeps the kernel from writing its core when it crashes.
    /// - Throws: ``CommandError`` where the program cannot be found or started.
    public init(
        _ command: Command, streams: StandardStreams, descriptors: [FileDescriptor] = [], coreDumps: Bool = true
    ) throws {
        child = try Child.start(command, streams: streams, descriptors: descriptors, coreDumps: coreDumps)
    }

    deinit { child.signal(SIGKILL) }

    /// Its process id. After its exit the number may belong to another program.
    public var processIdentifier: Int32 { child.processIdentifier }

    /// Its exit status as a shell shows it (128 + signal where one ended it), nil while it runs.
    public var status: Int32? { child.status }

    /// Waits for its end and returns its exit status as a shell shows it. Returns nil where the waiting task is cancelled.
    public func exit() async -> Int32? { await child.exit() }

    /// Asks it to end (SIGTERM). Nothing happens where it ended already.
    public func terminate() { child.signal(SIGTERM) }

    /// Ends it (SIGKILL). Nothing happens where it ended already.
    public func kill() { child.signal(SIGKILL) }

    /// Ends it and waits until it is gone.
    public func killAndWait() async {
        kill()
        _ = await exit()
    }
}
