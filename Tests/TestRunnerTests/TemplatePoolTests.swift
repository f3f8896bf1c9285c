import Synchronization
import Testing
import VirtualMachine

@testable import TestRunner

@Suite struct TemplatePoolTests {
    private struct Broken: Error {}
    private static let one = TemplatePool.Key(description: MachineDescription(image: "/i.qcow2"), ignition: [1])
    private static let other = TemplatePool.Key(
        description: MachineDescription(image: "/i.qcow2", memory: 2048), ignition: [1])

    @Test func machineOfASingleTestIsNotShared() async {
        let pool = TemplatePool(uses: [Self.one: 2, Self.other: 1], limit: 4096)
        #expect(await pool.isShared(Self.one))
        #expect(await !pool.isShared(Self.other))
    }

    @Test func templatesTakeNoMoreMemoryThanThereIs() async {
        let pool = TemplatePool(uses: [Self.one: 2, Self.other: 9], limit: 2500)
        #expect(await pool.isShared(Self.other))
        #expect(await !pool.isShared(Self.one))
        #expect(pool.memory == 2048)
    }

    @Test func bootThatFailsIsTriedOnceMore() async {
        let pool = TemplatePool(uses: [Self.one: 5], limit: 4096)
        let boots = Mutex(0)
        for _ in 0..<5 {
            await #expect(throws: Broken.self) {
                try await pool.template(Self.one) {
                    boots.withLock { $0 += 1 }
                    throw Broken()
                }
            }
        }
        #expect(boots.withLock { $0 } == 2)
    }

    // The limit turns a wait that never ends into a failure.
    @Test(.timeLimit(.minutes(1))) func bootThatNobodyWaitsForAnyMoreEnds() async throws {
        let pool = TemplatePool(uses: [Self.one: 2], limit: 4096)
        let (booting, started) = AsyncStream.makeStream(of: Void.self)
        let tests = (0..<2).map { _ in
            Task {
                try await pool.template(Self.one) {
                    started.yield()
                    try await Task.sleep(for: .seconds(1000))
                    throw Broken()
                }
            }
        }
        for await _ in booting { break }
        for test in tests { test.cancel() }
        for test in tests { await #expect(throws: CancellationError.self) { try await test.value } }
    }
}
