import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// The machines of one test: started together, and gone together when one of them cannot go on.
struct TestMachines: Sendable {
    /// The machines, in their order.
    let machines: [Machine]
    /// `ssh -F` takes this; it has all of them.
    let configuration: FilePath
    /// What they share; it is there as long as somebody holds it.
    private let segment: NetworkSegment?

    /// Where the machines of one test come from and what they leave.
    struct Place: Sendable {
        /// The test's folder.
        let folder: FilePath
        /// The run's folder of what ends with the machines.
        let temporary: FilePath
        /// The key that logs in.
        let key: SSHKey
    }

    /// Starts all machines of a test at the same time.
    ///
    /// - Throws: what kept the first of them from starting.
    static func start(_ test: KolaTest, from source: MachineSource, in place: Place, log: TestLog) async throws
        -> TestMachines
    {
        let segment = test.machineCount > 1 ? try NetworkSegment(ports: test.machineCount) : nil
        let machines = try await withThrowingTaskGroup(of: (Int, Machine).self) { group in
            for number in 0..<test.machineCount {
                group.addTask {
                    let identifier = UUID().uuidString.lowercased()
                    let files = try files(of: test, identifier: identifier, in: place)
                    do {
                        let machine = try await source.machine(
                            for: test, number: number, identifier: identifier, files: files, segment: segment, log: log)
                        return (number, machine)
                    } catch {
                        try? FileContent.remove(files.temporary)
                        throw error
                    }
                }
            }
            // Those that have started end with their last reference where another one does not start.
            return try await group.reduce(into: [Int: Machine]()) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }
                .map(\.value)
        }
        return try TestMachines(machines, in: place, segment: segment)
    }

    /// Machines that run already.
    ///
    /// - Throws: `Errno` where the file for SSH cannot be written.
    init(_ machines: [Machine], in place: Place, segment: NetworkSegment? = nil) throws {
        configuration = place.folder.appending("ssh-config")
        let hosts = machines.map {
            SSHSession.configuration(
                host: $0.identifier, port: $0.sshPort, user: GuestConfiguration.user, key: place.key.path)
        }
        try AtomicFile.write(Array(hosts.joined(separator: "\n").utf8), to: configuration)
        self.machines = machines
        self.segment = segment
    }

    /// Makes the folders of one machine.
    ///
    /// - Throws: `Errno`.
    static func files(of test: KolaTest, identifier: String, in place: Place) throws -> MachineFiles {
        let files = MachineFiles(
            output: place.folder.appending(identifier), temporary: place.temporary.appending(identifier),
            testOutputName: "\(OutputDirectory.safe(test.name)).txt")
        try FileContent.createDirectory(files.output)
        try FileContent.createDirectory(files.temporary)
        return files
    }

    /// Waits until all are ready and know of each other.
    ///
    /// - Throws: ``MachineError``, `CancellationError`.
    func guests(timeline: TimelineRecorder) async throws -> [Guest] {
        var guests: [Guest] = []
        for (number, machine) in machines.enumerated() {
            let guest = try await Guest.connect(to: machine, configuration: configuration, timeline: timeline)
            if machines.count > 1 {
                try await guest.commands.run(SegmentMembership.joining(number, of: machines.count))
            }
            guests.append(guest)
        }
        return guests
    }

    /// Runs `body`, and ends it when one of the machines cannot go on.
    ///
    /// - Throws: what `body` throws, or the ``MachineError`` that ended a machine.
    func whileRunning(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await Self.whileRunning(machines[...], body)
    }

    private static func whileRunning(
        _ machines: ArraySlice<Machine>, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard let first = machines.first else { return try await body() }
        try await first.whileRunning { try await whileRunning(machines.dropFirst(), body) }
    }

    /// Ends all machines at once, and removes what ends with them.
    func end() async {
        for machine in machines { await machine.kill() }
        for machine in machines { try? FileContent.remove(machine.files.temporary) }
    }

    /// The error of a test with several machines says which of them failed.
    func named(_ error: any Error) -> any Error {
        guard machines.count > 1, let number = machines.firstIndex(where: { $0.events.failure != nil }) else {
            return error
        }
        let failure = TestFailure(error)
        return TestFailure("\(SegmentMembership.hostname(number)): \(failure.reason)", details: failure.details)
    }
}
