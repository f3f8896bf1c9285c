import Testing

@testable import TestRunner

@Suite struct MachineChecksTests {
    @Test func reportIsRead() {
        let report = MachineChecks.Report(
            parsing: """
                state degraded
                failed a.service
                failed b.socket
                Id=x.service
                ActiveState=activating
                NRestarts=5

                Id=y.service
                ActiveState=activating
                NRestarts=1

                Id=w.service
                ActiveState=activating
                NRestarts=2

                NRestarts=9
                Id=z.service
                ActiveState=active
                variant coreos
                """)
        #expect(report.state == "degraded")
        #expect(report.failed == ["a.service", "b.socket"])
        #expect(report.restarting == ["x.service (5 times)", "w.service (2 times)"])
        #expect(report.variant == "coreos")
    }

    // The limit turns a turn that never comes into a failure.
    @Test(.timeLimit(.minutes(1))) func aMachineWaitsForItsTurnAndItsMemory() async {
        let slots = MachineSlots(slots: 2, memory: 1000)
        await slots.take(memory: 800)
        let order = Order()
        async let second: Void = {
            await slots.take(memory: 800); await order.add("second")
        }()
        await Task.yield()
        await order.add("first gives back")
        await slots.giveBack(memory: 800)
        await second
        // More than there is: alone, but not never.
        await slots.giveBack(memory: 800)
        await slots.take(memory: 5000)
        await slots.giveBack(memory: 5000)
        #expect(await order.entries == ["first gives back", "second"])
    }

    private actor Order {
        var entries: [String] = []
        func add(_ entry: String) { entries.append(entry) }
    }
}
